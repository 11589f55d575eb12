/** From a lockdep report to its explanation. */
import type { ChainStep, TaskView } from "./explanation.ts";
import { className, heldMode } from "./infer.ts";
import { type LockMode, primitiveOf, tellingFunction, tellingFunctions } from "./knowledge.ts";
import type { LockdepReport, LockLine, StackFrame } from "./report.ts";
import { circleTitle } from "./title.ts";

export interface LockdepExplanation {
  readonly deadlock: boolean;
  readonly title: string;
  /** In the order of acquisition: with each held, the next is taken; the last one is held and the first is wanted. */
  readonly locks: readonly string[];
  readonly chain: readonly ChainStep[];
  readonly task: TaskView;
  readonly why: readonly string[];
  readonly unknown: readonly string[];
}

export function explainLockdep(report: LockdepReport): LockdepExplanation {
  switch (report.kind) {
    case "circular locking dependency":
    case "irq lock inversion":
    case "irq-safe to irq-unsafe lock order":
      return circular(report);
    case "recursive locking":
      return recursive(report);
    default:
      return misuse(report);
  }
}

function circular(report: LockdepReport): LockdepExplanation {
  const steps = [...report.chain].sort((a, b) => a.number - b.number);
  // A log that ends early may lack the last entry, the lock that is wanted.
  const whole = steps[0]?.number === 0;
  const locks = whole ? steps.map((entry) => className(entry.lock.name)) : pair(report);
  const chain = (whole ? steps : []).map((entry): ChainStep => {
    const innermost = names(entry.stack);
    return { lock: className(entry.lock.name), takenIn: tellingFunction(innermost), stack: outermost(entry.stack) };
  });
  const task = reporter(report);
  return {
    deadlock: true,
    title: circleTitle(locks),
    locks,
    chain,
    task,
    why: [...chain.slice(1).map((step, i) => orderSentence(step, locks[i] ?? "?")), wantSentence(report, task)],
    unknown: [
      ...cutShort(report, whole),
      "lockdep sees the order of locks in runs that went well: whether two tasks can meet at that point, it does not know.",
    ],
  };
}

function orderSentence(step: ChainStep, held: string): string {
  const where = step.takenIn === null ? "somewhere" : `${step.takenIn}()`;
  return `${where} takes ${step.lock} with ${held} held.`;
}

function wantSentence(report: LockdepReport, task: TaskView): string {
  const holding = report.holding === null ? "a lock that is not named" : className(report.holding.name);
  const held = report.holding?.at == null ? "" : ` (taken in ${report.holding.at}())`;
  const wanted = task.waitsFor ?? "another";
  return `${task.comm}/${task.pid} takes ${wanted} in ${task.waitsIn ?? "?"}() with ${holding} held${held}: the other way round.`;
}

function recursive(report: LockdepReport): LockdepExplanation {
  const task = reporter(report);
  const name = task.waitsFor ?? "?";
  const same = report.wanted?.instance != null && report.wanted.instance === report.holding?.instance;
  const held = report.holding?.at == null ? "" : `, taken in ${report.holding.at}(),`;
  return {
    deadlock: true,
    title: circleTitle([name]),
    locks: [name],
    chain: [],
    task,
    why: [`${task.comm}/${task.pid} holds ${name}${held} and takes it again in ${task.waitsIn ?? "?"}(): it waits for itself.`],
    unknown: [
      ...cutShort(report, true),
      ...(same
        ? []
        : [
            "Both are of one class; the report does not show that they are one lock. Two locks with a fixed order need a nesting annotation instead.",
          ]),
    ],
  };
}

function misuse(report: LockdepReport): LockdepExplanation {
  const task = reporter(report);
  const lock = task.waitsFor;
  return {
    deadlock: false,
    title: `${report.kind}: ${lock ?? report.held.map((line) => className(line.name))[0] ?? "a lock that is not named"}`,
    locks: lock === null ? [] : [lock],
    chain: [],
    task,
    why: [`${task.comm}/${task.pid}: ${report.kind}${task.waitsIn === null ? "" : ` in ${task.waitsIn}()`}.`],
    unknown: cutShort(report, true),
  };
}

function pair(report: LockdepReport): readonly string[] {
  return [report.wanted, report.holding].flatMap((line) => (line === null ? [] : [className(line.name)]));
}

function cutShort(report: LockdepReport, hasChain: boolean): readonly string[] {
  if (report.complete && hasChain) return [];
  return ["The log ends inside this report, or a part of it is missing: the chain may be longer than what is shown."];
}

function reporter(report: LockdepReport): TaskView {
  const { wanted, holding } = report;
  const stack = report.stack.length > 0 ? report.stack : (report.chain.find((entry) => entry.number === 0)?.stack ?? []);
  const innermost = names(stack);
  const wantedName = wanted === null ? null : className(wanted.name);
  return {
    comm: report.comm,
    pid: report.pid,
    state: null,
    waitsFor: wantedName,
    mode: report.kind === "bad unlock balance" ? null : modeOf(innermost),
    heldBy: holding !== null && wantedName === className(holding.name) ? [report.pid] : [],
    behind: [],
    heldLocks: heldOf(report).map((line) => ({ lock: className(line.name), mode: heldMode(line), by: line.at, source: "lockdep" })),
    waitsIn: wanted?.at ?? tellingFunction(innermost),
    role: "cycle",
    blockedSeconds: null,
    stack: outermost(stack),
    functions: [...tellingFunctions(innermost, wanted?.at ?? null)].reverse(),
  };
}

function heldOf(report: LockdepReport): readonly LockLine[] {
  return report.held.length > 0 || report.holding === null ? report.held : [report.holding];
}

/** The outermost lock primitive on the stack: lockdep's own functions and wrappers are further in. */
function modeOf(innermost: readonly string[]): LockMode | null {
  for (const name of innermost) {
    const mode = primitiveOf(name)?.mode;
    if (mode != null) return mode;
  }
  return null;
}

function names(stack: readonly StackFrame[]): readonly string[] {
  return stack.map((frame) => frame.name);
}

function outermost(stack: readonly StackFrame[]): readonly string[] {
  return names(stack).toReversed();
}
