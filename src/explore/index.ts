/** The explore room: runs something under every schedule that matters, and says whether any deadlocks. */
export { type ExploreOptions, explore, type Progress, STRATEGIES, type Strategy } from "./explore.ts";
export type { Program, ProgramTask } from "./program.ts";
export { replaySchedule } from "./replay.ts";
export { type Described, EXPLORE_FORMAT, type ExploreDocument, explorationReport, exploreDocument } from "./report.ts";
export { programSubject, type Subject, scriptSubject } from "./subject.ts";
