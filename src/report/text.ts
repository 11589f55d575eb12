/** The report of one run for people: the verdict in one line, then why, where, who else, and what to type next. */
import { type Deadlock, locksOf, type TaskSnapshot } from "../analysis/index.ts";
import type { LimitReached } from "../kernel/index.ts";
import { callGraph } from "./call-graph.ts";
import { roceFate } from "./facts.ts";
import { brokenRules, isHung, predictionsOf, type RunOutcome, reportsOf, verdictOf } from "./outcome.ts";
import { enumerate, MARGIN, type Paint, seconds, section, WIDTH, wrap } from "./style.ts";
import { victims } from "./victims.ts";
import { forMode, whyDeadlocked, whyHung } from "./why.ts";

/** Tasks of a long cycle that get a picture of their own. */
const MAX_GRAPHS = 3;

/** Further deadlocks of one run that get a line of their own. */
const MAX_MORE = 4;

/** @param next commands worth typing now, ready to paste */
export function runReport(outcome: RunOutcome, next: readonly string[], paint: Paint): string {
  const lines = bodyOf(outcome, paint);
  const fate = roceNote(outcome);
  if (fate !== null) lines.push("", ...section("Note", [fate]));
  const predictions = [...predictionLines(outcome), ...ruleLines(outcome)];
  if (predictions.length > 0) lines.push("", ...section("Locks", predictions));
  if (next.length > 0) lines.push("", ...section("Next", next));
  return `${lines.join("\n")}\n`;
}

/** One line for each thing that is wrong, as a table or a log shows it. */
export function summaries(outcome: RunOutcome): string[] {
  if (isHung(outcome)) return [hungLine(outcome)];
  const found = outcome.deadlocks.map(deadlockLine);
  switch (verdictOf(outcome)) {
    case "deadlock":
      return found;
    case "kernel-bug":
      return bugsOf(outcome).map(({ kind, text }) => `kernel bug (${kind}): ${text}`);
    case "limit":
      return [limitLine(outcome)];
    case "script-failed":
      return [failedLine(outcome)];
    case "ok":
      return [];
  }
}

/** What lockdep says could happen: one line each, and since when it is known. */
export function predictionLines(outcome: RunOutcome): string[] {
  return predictionsOf(outcome).map(({ line, time }) => `${line}, since ${seconds(time)}`);
}

/** Broken contracts that name what could happen, one line each: those that the deadlock itself does not show. */
function ruleLines(outcome: RunOutcome): string[] {
  const shown = outcome.deadlocks.flatMap(({ links }) => links.map(({ task }) => task.pid));
  return brokenRules(outcome)
    .filter(({ pid }) => !shown.includes(pid))
    .map(({ line }) => `rule: ${line}`);
}

/** A deadlock at the moment it is there: who waits for whom, and why. */
export function deadlockNews(deadlock: Deadlock, paint: Paint): string {
  const why = section("Why", wrap(whyDeadlocked(deadlock), WIDTH - MARGIN));
  return `${[`${paint.broken("DEADLOCK")}  ${deadlockLine(deadlock)}`, ...why].join("\n")}\n`;
}

/** The full reports of lockdep, each below what it means. */
export function lockdepText(outcome: RunOutcome): string {
  return outcome.lockdep.map(({ words, text }) => `${wrap(words, WIDTH).join("\n")}\n${text}\n`).join("");
}

function bodyOf(outcome: RunOutcome, paint: Paint): string[] {
  const where = `${outcome.era}, notifier ${outcome.notifier}, after ${seconds(outcome.virtualTime)}`;
  switch (verdictOf(outcome)) {
    case "deadlock":
      return outcome.deadlocks.length > 0 ? deadlockReport(outcome, paint) : hungReport(outcome, paint);
    case "kernel-bug":
      return [`${paint.broken("KERNEL BUG")}  ${where}`, "", ...section("What", bugLines(outcome))];
    case "limit":
      return [`${paint.broken("LIMIT")}  ${limitLine(outcome)} (${where})`];
    case "script-failed":
      return [`${paint.broken("FAILED")}  ${failedLine(outcome)} (${where})`];
    case "ok":
      return [`ok  the script ended with 0, no task is blocked, no lock is held (${where})`];
  }
}

function deadlockReport(outcome: RunOutcome, paint: Paint): string[] {
  const [first, ...more] = outcome.deadlocks;
  if (first === undefined) return [];
  const lines = [`${paint.broken("DEADLOCK")}  ${deadlockLine(first)}`, ""];
  lines.push(...section("Why", wrap(whyDeadlocked(first), WIDTH - MARGIN)), "");
  first.links.slice(0, MAX_GRAPHS).forEach(({ task }, i) => {
    lines.push(...callGraph(i === 0 ? "Where" : "", task, paint), "");
  });
  lines.push(...victims(outcome, "hangs behind it:", paint));
  if (more.length > 0) lines.push("", ...section("Also", more.slice(0, MAX_MORE).map(deadlockLine)));
  const bugs = bugLines(outcome);
  if (bugs.length > 0) lines.push("", ...section("Bugs", bugs));
  return lines;
}

function hungReport(outcome: RunOutcome, paint: Paint): string[] {
  const [first] = outcome.blocked;
  const lines = [`${paint.broken("HUNG")}  ${hungLine(outcome)}`, ""];
  if (first === undefined) return lines;
  lines.push(...section("Why", wrap(whyHung(first), WIDTH - MARGIN)), "", ...callGraph("Where", first, paint), "");
  return [...lines, ...victims(outcome, "waits for ever:", paint)];
}

function deadlockLine(deadlock: Deadlock): string {
  const tasks = deadlock.links.map((link) => link.task);
  const [first] = tasks;
  if (first === undefined) return "";
  if (deadlock.kind === "self") return `${first.comm} waits for itself: ${selfLine(first)}`;
  const names = enumerate(tasks.map((task) => `${task.comm}/${task.pid}`));
  return `${names} wait for each other: ${locksOf(deadlock).join(", ")}`;
}

function selfLine(task: TaskSnapshot): string {
  const { wait } = task;
  const hold = task.held.find((held) => held.id === wait?.id);
  if (wait === null || hold === undefined) return `wants ${wait?.on ?? "something"} that only it can bring about`;
  const wants = wait.mode === hold.mode ? "wants it again" : `wants it${forMode(wait.mode)}`;
  return `holds ${hold.lock}${forMode(hold.mode)}, ${wants}`;
}

function hungLine(outcome: RunOutcome): string {
  const { blocked } = outcome;
  const names = enumerate(blocked.slice(0, 3).map((task) => `${task.comm}/${task.pid} for ${task.wait.on}`));
  const more = blocked.length > 3 ? ` and ${blocked.length - 3} more` : "";
  return `${blocked.length === 1 ? "a task waits" : `${blocked.length} tasks wait`} for ever: ${names}${more}`;
}

const LIMIT_TEXT: Readonly<Record<LimitReached["limit"], (value: number) => string>> = {
  steps: (value) => `${value} steps`,
  virtualTime: (value) => `${seconds(value)} of virtual time`,
  tasks: (value) => `${value} tasks`,
  memory: (value) => `${value / 2 ** 20} MiB of the host's memory`,
  programRounds: (value) => `${value} rounds of one jq program`,
};

function limitLine(outcome: RunOutcome): string {
  const { limit } = outcome;
  if (limit === null) return "";
  const value = LIMIT_TEXT[limit.limit](limit.value);
  return `stopped at ${value} (limit "${limit.limit}") before there was a verdict`;
}

function failedLine(outcome: RunOutcome): string {
  const healthy = "the kernel is healthy";
  if (outcome.status === null) return `the script waits for something that cannot come any more; ${healthy}`;
  return `the script ended with status ${outcome.status}; ${healthy}`;
}

function bugLines(outcome: RunOutcome): string[] {
  return bugsOf(outcome).flatMap(({ kind, text }) => wrap(`${kind}: ${text}`, WIDTH - MARGIN));
}

/** Bugs, and predictions where these count as bugs. */
function bugsOf(outcome: RunOutcome): { readonly kind: string; readonly text: string }[] {
  const predictions = outcome.strict ? predictionsOf(outcome).map(({ line }) => ({ kind: "prediction", text: line })) : [];
  return [...reportsOf(outcome), ...predictions];
}

/** A device that came through alive but not well. After a deadlock the missing IB device is no news. */
function roceNote(outcome: RunOutcome): string | null {
  if (verdictOf(outcome) === "deadlock") return null;
  const fate = roceFate(outcome.facts.rdmaBefore, outcome.state.rdma);
  if (fate === null || fate.kept) return null;
  const gids = fate.gids === 0 ? " and its GID table is empty" : "";
  return `the RoCE port ${enumerate(fate.lost)} has lost its netdev${gids}`;
}
