/** The report room: runs a scenario and turns the finished run into text for people and JSON for tools. */
export { blastCommands } from "./blast-commands.ts";
export { type BlastMode, type BlastRadius, measureBlastRadius } from "./blast-radius.ts";
export { blastText } from "./blast-text.ts";
export { compareHeader, compareRow, compareTitle } from "./compare.ts";
export { EXIT_STATUS, type RunOutcome, verdictOf } from "./outcome.ts";
export { type CompareDocument, type ResultDocument, resultDocument } from "./result.ts";
export { runScenario, type Watch, watchMachine } from "./scenario.ts";
export { stuckLine } from "./stuck.ts";
export { COLOUR, type Paint, PLAIN } from "./style.ts";
export { deadlockNews, lockdepText, predictionLines, runReport, summaries } from "./text.ts";
