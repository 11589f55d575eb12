/** An explanation as text for a terminal: what happened, why, where, who else, and what the log does not say. */
import type { Explanation, ExplanationKind, TaskView } from "./explanation.ts";

/** Widest line. */
const WIDTH = 100;

/** Where the text stands behind its labels. */
const MARGIN = 10;

/** Tasks shown with their stack, and tasks named. */
const STACKS_SHOWN = 4;
const TASKS_NAMED = 24;

const HEADLINES: Readonly<Record<ExplanationKind, string>> = {
  deadlock: "DEADLOCK",
  "predicted-deadlock": "PREDICTED",
  "hung-tasks": "HUNG",
  "lock-misuse": "LOCK MISUSE",
  "reference-leak": "WAITS",
  nothing: "NOTHING",
};

export function explanationText(explanation: Explanation): string {
  const { kind, title, kernel } = explanation;
  const parts = [
    [`${HEADLINES[kind]}  ${title.replace(/^deadlock: /, "")}`],
    section("Kernel", kernel === null ? [] : [kernel]),
    section(
      "Why",
      explanation.why.flatMap((sentence) => wrap(sentence)),
    ),
    section("Chain", chainLines(explanation)),
    section("Where", stackLines(explanation)),
    section("Who", whoLines(explanation)),
    section("Others", explanation.others),
    section(
      "Unknown",
      explanation.unknown.flatMap((sentence) => wrap(sentence)),
    ),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function section(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `  ${(i === 0 ? label : "").padEnd(MARGIN - 2)}${line}`.trimEnd());
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH - MARGIN) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** lockdep's chain in the order in which the locks are taken. */
function chainLines({ chain, tasks }: Explanation): readonly string[] {
  if (chain.length === 0) return [];
  const width = Math.max(...chain.map((step) => step.lock.length));
  const rows = chain.map((step, i) =>
    i === 0 ? step.lock : `${step.lock.padEnd(width)}  taken in ${step.takenIn ?? "?"}() with ${chain[i - 1]?.lock ?? "?"} held`,
  );
  const first = chain[0];
  const closing = `${(first?.lock ?? "?").padEnd(width)}  wanted in ${tasks[0]?.waitsIn ?? "?"}() with ${chain.at(-1)?.lock ?? "?"} held`;
  return [...rows, closing];
}

/** The stacks of those in the circle, else of the root, with the locks each function takes beside it. */
function stackLines({ tasks }: Explanation): readonly string[] {
  const shown = tasksWithStack(tasks);
  return shown.flatMap((task, i) => [...(i === 0 ? [] : [""]), ...taskStack(task)]);
}

function tasksWithStack(tasks: readonly TaskView[]): readonly TaskView[] {
  const central = tasks.filter((task) => task.role === "cycle" || task.role === "root");
  return (central.length > 0 ? central : tasks.filter((task) => task.role === "blocked")).slice(0, STACKS_SHOWN);
}

function taskStack(task: TaskView): readonly string[] {
  const rows = task.functions.map((name, depth) => ({ text: `${"  ".repeat(Math.min(depth, 20))}${name}`, marks: marksOf(task, name) }));
  const width = Math.max(0, ...rows.map(({ text }) => text.length));
  const seconds = task.blockedSeconds === null ? "" : `, blocked for more than ${task.blockedSeconds} s`;
  const state = task.state === null ? "" : `, state ${task.state}`;
  return [`${task.comm}  pid ${task.pid}${state}${seconds}`, ...rows.map(({ text, marks }) => `${text.padEnd(width)}  ${marks}`.trimEnd())];
}

function marksOf(task: TaskView, name: string): string {
  const held = task.heldLocks.filter((lock) => lock.by === name).map((lock) => `+ ${lock.lock}${modeText(lock.mode)}`);
  const waits = task.waitsIn === name && task.waitsFor !== null ? [`! ${task.waitsFor}${modeText(task.mode)}  waits`] : [];
  return [...held, ...waits].join("  ");
}

function modeText(mode: TaskView["mode"]): string {
  return mode === "read" || mode === "write" ? `  ${mode}` : "";
}

/** Everybody else, one line each. */
function whoLines({ tasks, victims }: Explanation): readonly string[] {
  const shown = tasksWithStack(tasks);
  const rest = tasks.filter((task) => task.waitsFor !== null && !shown.includes(task));
  if (rest.length === 0) return [];
  const head = victims.length === 0 ? "blocked as well:" : "stuck behind it:";
  const named = rest.slice(0, TASKS_NAMED);
  const names = named.map((task) => `${task.comm}/${task.pid}`);
  const width = Math.max(...names.map((name) => name.length));
  const lines = named.map((task, i) => `${(names[i] ?? "").padEnd(width)}  ${task.waitsFor}${modeText(task.mode)}${heldBy(task)}`);
  const more = rest.length - named.length;
  return [head, ...lines, ...(more > 0 ? [`and ${more} more; --json has them all`] : [])];
}

function heldBy(task: TaskView): string {
  const list = (pids: readonly number[]): string => pids.slice(0, 4).join(", ") + (pids.length > 4 ? ", ..." : "");
  const holders = task.heldBy.length === 0 ? "" : `, held by pid ${list(task.heldBy)}`;
  return task.behind.length === 0 ? holders : `${holders}, behind the writer pid ${list(task.behind)}`;
}
