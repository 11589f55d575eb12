/** `mlx5-emu compare`: the same script under several notifier designs, a row for each as soon as its run has ended. */
import { NOTIFIERS, type NotifierKind } from "../eras.ts";
import {
  COLOUR,
  type CompareDocument,
  compareHeader,
  compareRow,
  compareTitle,
  lockdepText,
  PLAIN,
  predictionLines,
  type ResultDocument,
  type RunOutcome,
  resultDocument,
  runReport,
  runScenario,
  summaries,
  verdictOf,
} from "../report/index.ts";
import { loadDrivers } from "./drivers.ts";
import type { Host } from "./host.ts";
import { readFolders } from "./mounts.ts";
import { type MachineFlags, planMachine } from "./options.ts";
import { capture, nextSteps } from "./run.ts";
import { readScript } from "./script.ts";

export interface CompareFlags extends MachineFlags {
  readonly notifiers?: readonly NotifierKind[];
  readonly json?: boolean;
  readonly lockdepText?: boolean;
  readonly contracts: boolean;
}

/** 0 if every run reached a verdict, else 5. */
export async function compare(host: Host, path: string, flags: CompareFlags): Promise<number> {
  const plan = planMachine(flags, await loadDrivers(host, flags.driver ?? []));
  const script = readScript(host, path);
  const notifiers = flags.notifiers ?? NOTIFIERS;
  const paint = host.colour ? COLOUR : PLAIN;
  const say = flags.json === true ? () => {} : (text: string) => host.stderr(text);
  say(`${compareTitle(script.path === "-" ? "standard input" : script.path, plan.era.name, plan.devices.length, notifiers.length)}\n`);
  const outcomes: RunOutcome[] = [];
  const documents: ResultDocument[] = [];
  for (const notifier of notifiers) {
    const output = capture(host, true);
    const outcome = await runScenario({
      options: {
        ...plan.options(notifier, host.turn),
        wasm: host.wasm,
        memoryInUse: host.memoryInUse,
        folders: readFolders(host, flags.mount ?? []),
      },
      script,
      io: output,
      contracts: flags.contracts,
    });
    if (outcomes.length === 0) say(compareHeader(outcome));
    say(compareRow(outcome, paint));
    outcomes.push(outcome);
    if (flags.lockdepText === true && outcome.lockdep.length > 0) say(`\n${lockdepText(outcome)}`);
    documents.push(resultDocument(outcome, output.text()));
  }
  if (flags.json === true) {
    const document: CompareDocument = { format: "mlx5-emu.compare/1", runs: documents };
    host.stdout(`${JSON.stringify(document, null, 2)}\n`);
  }
  say(afterword(outcomes, (deadlocked) => runReport(deadlocked, nextSteps(host.command, deadlocked, plan, script), paint)));
  return outcomes.some((outcome) => verdictOf(outcome) === "limit") ? 5 : 0;
}

/**
 * The first deadlock in full, what else went wrong or could go wrong in one line each, the same of several designs once. What
 * could go wrong in the deadlocked design too stands in its report.
 */
function afterword(outcomes: readonly RunOutcome[], report: (deadlocked: RunOutcome) => string): string {
  const deadlocked = outcomes.find((outcome) => verdictOf(outcome) === "deadlock");
  const known = new Set(deadlocked === undefined ? [] : predictionLines(deadlocked));
  const notifiers = new Map<string, NotifierKind[]>();
  for (const outcome of outcomes) {
    if (outcome === deadlocked) continue;
    for (const text of [
      ...summaries(outcome),
      ...predictionLines(outcome)
        .filter((line) => !known.has(line))
        .map((line) => `lockdep, ${line}`),
    ])
      notifiers.set(text, [...(notifiers.get(text) ?? []), outcome.notifier]);
  }
  const lines = [...notifiers].map(([text, kinds]) => `  ${kinds.join(", ")}: ${text}\n`);
  const full = deadlocked === undefined ? "" : `\n${report(deadlocked)}`;
  return `${lines.length === 0 ? "" : `\n${lines.join("")}`}${full}`;
}
