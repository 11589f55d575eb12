/** The explore room: runs something under every schedule that matters, and says whether any deadlocks. */
export type { PlainCell } from "./cells.ts";
export { type Comparison, compareSides } from "./compare.ts";
export type { Deed } from "./divergence.ts";
export { divideSchedules, type Exploration, type ExploreOptions, explore, type Progress, type Strategy } from "./explore.ts";
export { LockPrograms } from "./lock-programs.ts";
export { isExploreDocument, mergedReport, mergeShards } from "./merge.ts";
export { NameTable } from "./names.ts";
export type { Program, ProgramTask } from "./program.ts";
export { replaySchedule } from "./replay.ts";
export { type Described, EXPLORE_FORMAT, type ExploreDocument, explorationReport, exploreDocument } from "./report.ts";
export type { Shard } from "./shard.ts";
export { searchStateful } from "./stateful/layer.ts";
export { Compiled } from "./stateful/op-table.ts";
export { recordTables } from "./stateful/record.ts";
export { searchStates } from "./stateful/search.ts";
export { programSubject, type Subject, scriptSubject } from "./subject.ts";
