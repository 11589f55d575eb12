/**
 * Models locking_selftest() of lib/locking-selftest.c (v5.10) for mutexes and rw_semaphores: each cell is a task on a kernel of
 * its own that takes real locks, and the validator must complain, or must not. Without the validator (the kernel's without
 * CONFIG_PROVE_LOCKING) those that it must complain about fail, as expected.
 * Left out: spinlocks, rwlocks, wound/wait mutexes, interrupts, RCU.
 */
import { Kernel, spawnTask } from "../../kernel/index.ts";
import { attachLockdep } from "../lockdep/index.ts";
import type { Column } from "./columns.ts";
import { type Cell, KERNEL_ROWS, KERNEL_RWSEM_ROWS, QUIET_ROWS, type Row } from "./rows.ts";

export interface SelftestResult {
  /** The table, line by line. */
  readonly lines: readonly string[];
  /** Cells that came out as neither kernel expects. */
  readonly unexpected: number;
}

export interface SelftestOptions {
  /** False: as a kernel without the validator. */
  readonly lockdep: boolean;
  /** Lets the host take one turn of its event loop. */
  readonly hostTurn: () => Promise<void>;
}

interface Counts {
  total: number;
  passed: number;
  expectedFailures: number;
  unexpected: number;
}

const RULE = `  ${"-".repeat(74)}`;

export async function locking_selftest(options: SelftestOptions): Promise<SelftestResult> {
  const counts: Counts = { total: 0, passed: 0, expectedFailures: 0, unexpected: 0 };
  const rows = async (of: readonly Row[], reported: boolean): Promise<string[]> => {
    const lines: string[] = [];
    for (const row of of) lines.push(await rowText(row, reported, options, counts));
    return lines;
  };
  const lines = [
    "-".repeat(24),
    "| Locking API testsuite:",
    "-".repeat(76),
    `${" ".repeat(33)}|mutex | wsem | rsem |`,
    RULE,
    ...(await rows(KERNEL_ROWS, true)),
    RULE,
    ...(await rows(KERNEL_RWSEM_ROWS, true)),
    RULE,
    ...(await rows(QUIET_ROWS, false)),
    ...conclusion(counts),
  ];
  return { lines, unexpected: counts.unexpected };
}

/** A row has cells in all three columns, in the first alone, or in the last alone. */
async function rowText({ name, cells }: Row, reported: boolean, options: SelftestOptions, counts: Counts): Promise<string> {
  let text = `${name.padStart(33)}:`;
  if (cells.mutex === undefined) text += `${" ".repeat(13)}|`;
  for (const column of ["mutex", "wsem", "rsem"] satisfies Column[]) {
    const cell = cells[column];
    if (cell !== undefined) text += await dotest(cell, reported, options, counts);
  }
  return text;
}

/** dotest(): runs one cell. What counts is whether the validator is still on after it. */
async function dotest(cell: Cell, reported: boolean, options: SelftestOptions, counts: Counts): Promise<string> {
  const kernel = new Kernel();
  const log = options.lockdep ? attachLockdep(kernel, { mode: "once" }) : null;
  const body = cell(kernel);
  spawnTask(kernel, { comm: "swapper/0", parent: null, kthread: true, body: (current) => body(current.enter("locking_selftest")) });
  await kernel.sched.run(options.hostTurn);
  const debug_locks = log?.lockdep.debug_locks ?? true;
  counts.total++;
  if (log === null && reported) {
    counts.expectedFailures++;
    return "failed|";
  }
  if (debug_locks === reported) {
    counts.unexpected++;
    return "FAILED|";
  }
  counts.passed++;
  return "  ok  |";
}

function conclusion({ total, passed, expectedFailures, unexpected }: Counts): string[] {
  const number = (value: number): string => String(value).padStart(3);
  if (unexpected > 0) {
    const rule = "-".repeat(65);
    return [rule, `BUG: ${number(unexpected)} unexpected failures (out of ${number(total)}) - debugging disabled! |`, rule];
  }
  if (expectedFailures > 0) {
    return ["-".repeat(56), `${number(expectedFailures)} out of ${number(total)} testcases failed, as expected. |`, "-".repeat(52)];
  }
  return ["-".repeat(55), `Good, all ${number(passed)} testcases passed! |`, "-".repeat(33)];
}
