/** The picture of a stuck task: its call graph with the locks in the margin, `+` taken, `!` wanted. */
import type { StackEntry, TaskSnapshot } from "../analysis/index.ts";
import { MARGIN, type Paint, section, WIDTH } from "./style.ts";

/** Functions shown of one stack before lock-free stretches are left out. */
const MAX_LINES = 18;

/** Narrowest column of the functions, and what separates it from the locks. */
const NARROW = 44;
const GAP = 2;

/** Said of the last line where there is room; a step of two columns for each function comes first. */
const FOR_EVER = " for ever";

/** The frames below the work item's or the system call's own function, which every task of its kind has. */
const PLUMBING: ReadonlySet<string> = new Set(["ret_from_fork", "kthread", "worker_thread", "process_one_work"]);

interface Line {
  readonly text: string;
  readonly entry: StackEntry | null;
}

export function callGraph(label: string, task: TaskSnapshot, paint: Paint): string[] {
  const lines = shorten(interesting(task.stack).map((entry) => ({ text: entry.function, entry })));
  const wants = task.wait === null ? "" : `! ${task.wait.on}${mode(task.wait.mode)}  waits`;
  const widest = Math.max(...lines.map((line, depth) => depth * 2 + line.text.length));
  const room = WIDTH - MARGIN - GAP - wants.length;
  const step = widest <= room ? 2 : 1;
  const last = wants !== "" && widest + FOR_EVER.length <= room ? wants + FOR_EVER : wants;
  const calls = lines.map((line, depth) => ({ ...line, text: `${" ".repeat(depth * step)}${line.text}` }));
  const width = Math.max(NARROW, ...calls.map((call) => call.text.length)) + GAP;
  const rows = calls.flatMap(({ text, entry }, i) => {
    const notes = (entry?.takes ?? []).map((hold) => {
      const via = hold.function === entry?.function ? "" : `  in ${hold.function}`;
      return paint.held(`+ ${hold.lock}${mode(hold.mode)}${via}`);
    });
    if (i === calls.length - 1 && last !== "") notes.push(paint.waits(last));
    const [first = "", ...rest] = notes;
    return [`${text.padEnd(width)}${first}`.trimEnd(), ...rest.map((note) => `${" ".repeat(width)}${note}`)];
  });
  const who = `${task.comm}  pid ${task.pid}${task.kthread || task.command === task.comm ? "" : `  ${task.command}`}`;
  return section(label, [who.length < width ? `${who.padEnd(width)}locks` : who, ...rows]);
}

function mode(name: string): string {
  return name === "read" || name === "write" ? `  ${name}` : "";
}

/** From the function that took the first lock on; without locks, without the plumbing. */
function interesting(stack: readonly StackEntry[]): readonly StackEntry[] {
  const first = stack.findIndex((entry) => entry.takes.length > 0);
  return first >= 0 ? stack.slice(first) : stack.filter((entry) => !PLUMBING.has(entry.function));
}

/** Leaves out the longest stretches without locks until the picture fits; the last two functions always stay. */
function shorten(lines: readonly Line[]): readonly Line[] {
  let shown = [...lines];
  while (shown.length > MAX_LINES) {
    const [start, length] = longestFree(shown.slice(0, -2));
    if (length < 3) break;
    shown = [...shown.slice(0, start), { text: "[...]", entry: null }, ...shown.slice(start + length)];
  }
  return shown;
}

function longestFree(lines: readonly Line[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  lines.forEach((line, i) => {
    const free = line.entry !== null && line.entry.takes.length === 0;
    if (!free) start = i + 1;
    else if (i + 1 - start > best[1]) best = [start, i + 1 - start];
  });
  return best;
}
