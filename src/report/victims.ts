/** Who hangs behind a deadlock, command by command, and who still works. */
import type { BlockedTask } from "../analysis/index.ts";
import type { RunOutcome } from "./outcome.ts";
import { cut, MARGIN, type Paint, section, WIDTH, wrap } from "./style.ts";

const MAX_ROWS = 8;

/** Narrowest and widest column of the commands. */
const NARROW = 16;
const WIDE = 40;

/** @param heading the line above the tasks */
export function victims(outcome: RunOutcome, heading: string, paint: Paint): string[] {
  const rows = merge(outcome.blocked.filter((task) => task.deadlock === null || task.chain.length > 1).map((task) => describe(task)));
  const width = (column: (row: Row) => string): number => Math.max(0, ...rows.map((row) => column(row).length));
  const waitWidth = width((row) => row.waits);
  const room = WIDTH - MARGIN - waitWidth - width((row) => row.kill) - 4;
  const commandWidth = Math.max(NARROW, Math.min(WIDE, room, width(commandText)));
  const lines = rows.slice(0, MAX_ROWS).map((row) => {
    return `${cut(commandText(row), commandWidth)}  ${paint.waits(row.waits.padEnd(waitWidth))}  ${row.kill}`;
  });
  const hidden = rows.slice(MAX_ROWS).reduce((sum, row) => sum + row.count, 0);
  if (hidden > 0) lines.push(`... and ${hidden} more (--json lists every one)`);
  const works = stillWork(outcome);
  if (works.length > 0)
    lines.push(...wrap(`${works.join(", ")}: still ${works.length === 1 ? "works" : "work"}`, WIDTH - MARGIN).slice(0, 2));
  if (outcome.status === null) lines.push("the script itself does not end either");
  if (rows.length === 0) lines.unshift("nobody else hangs by the end of this script");
  return section("Who", rows.length === 0 ? lines : [heading, ...lines]);
}

interface Row {
  readonly command: string;
  readonly waits: string;
  readonly kill: string;
  readonly count: number;
}

function commandText(row: Row): string {
  return row.count === 1 ? row.command : `${row.command} (${row.count}x)`;
}

function describe(task: BlockedTask): Row {
  const kill = task.killable ? "killable, unseen by khungtaskd" : "cannot be killed";
  return { command: task.command, waits: waitText(task), kill, count: 1 };
}

function waitText(task: BlockedTask): string {
  const { wait, queuedBehind } = task;
  const { on, behind } = wait;
  if (wait.id === null) return behind.length === 0 ? on : `${on}, up to pid ${behind.join(", ")}`;
  if (queuedBehind !== null) return `${on}, behind the writer`;
  return behind.length === 0 ? `${on}, never released` : `${on}, held by pid ${behind.join(", ")}`;
}

/** Equal rows once, with their number. */
function merge(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.command}\n${row.waits}\n${row.kill}`;
    merged.set(key, { ...row, count: (merged.get(key)?.count ?? 0) + 1 });
  }
  return [...merged.values()];
}

/** Commands started after the deadlock that ended well. */
function stillWork(outcome: RunOutcome): string[] {
  const { commands } = outcome.facts;
  return [...new Set(commands.filter((c) => c.afterDeadlock && c.status === 0).map((c) => c.command))];
}
