/**
 * The texts of /proc/lockdep, lockdep_chains, lockdep_stats and lock_stat (kernel/locking/lockdep_proc.c, v5.10). Addresses of
 * keys are made up, as hashed pointers are. Left out of lockdep_stats: the counters of CONFIG_DEBUG_LOCKDEP.
 */
import { hashText } from "../../kernel/index.ts";
import type { LockClass } from "./class.ts";
import { USED_READ, USED_WRITE } from "./class.ts";
import type { LockTime } from "./lock-stat.ts";
import type { Lockdep } from "./lockdep.ts";

export function lockdepText({ classes, graph }: Lockdep): string {
  const blocks = classes.classes.map((known) => {
    const head = `${keyAddress(known)} FD:${count(graph.reachable(known, "forward"), 5)} BD:${count(graph.reachable(known, "backward"), 5)}`;
    const after = known.locks_after.filter((edge) => edge.distance === 1).map(({ to }) => ` -> [${keyAddress(to)}] ${to.fullName}\n`);
    return `${head} ${known.usageChars}: ${known.fullName}\n${after.join("")}\n`;
  });
  return `all lock classes:\n${blocks.join("")}`;
}

export function lockdepChainsText({ chains }: Lockdep): string {
  const blocks = chains.map((chain) => {
    const held = chain.classes.map((known) => `[${keyAddress(known)}] ${known.fullName}\n`);
    return `irq_context: 0\n${held.join("")}\n`;
  });
  return `all lock chains:\n${blocks.join("")}`;
}

export function lockdepStatsText(lockdep: Lockdep): string {
  const { classes, graph, chains, limits } = lockdep;
  const all = classes.classes;
  const written = all.filter((known) => (known.usage & USED_WRITE) !== 0).length;
  const read = all.filter((known) => (known.usage & USED_READ) !== 0).length;
  const unused = all.filter((known) => known.usage === 0).length;
  const indirect = all.reduce((sum, known) => sum + graph.reachable(known, "forward"), 0);
  const rows: (readonly [string, number, number?])[] = [
    ["lock-classes", all.length, limits.MAX_LOCKDEP_KEYS],
    ["direct dependencies", graph.edges * 2, limits.MAX_LOCKDEP_ENTRIES],
    ["indirect dependencies", indirect],
    ["all direct dependencies", graph.edges * 2],
    ["dependency chains", chains.length, limits.MAX_LOCKDEP_CHAINS],
    ["dependency chain hlocks used", lockdep.chainHlocks, limits.MAX_LOCKDEP_CHAIN_HLOCKS],
    ["dependency chain hlocks lost", 0],
    ["in-hardirq chains", 0],
    ["in-softirq chains", 0],
    ["in-process chains", chains.length],
    ["stack-trace entries", lockdep.stackEntries, limits.MAX_STACK_TRACE_ENTRIES],
    ["number of stack traces", lockdep.stackTraces],
    ["number of stack hash chains", lockdep.stackTraces],
    ["combined max dependencies", chains.length + 1],
    ["hardirq-safe locks", 0],
    ["hardirq-unsafe locks", written],
    ["softirq-safe locks", 0],
    ["softirq-unsafe locks", written],
    ["irq-safe locks", 0],
    ["irq-unsafe locks", written],
    ["hardirq-read-safe locks", 0],
    ["hardirq-read-unsafe locks", read],
    ["softirq-read-safe locks", 0],
    ["softirq-read-unsafe locks", read],
    ["irq-read-safe locks", 0],
    ["irq-read-unsafe locks", read],
    ["uncategorized locks", 0],
    ["unused locks", unused],
    ["max locking depth", lockdep.maxDepth],
    ["max bfs queue depth", graph.maxQueue],
    ["debug_locks", lockdep.debug_locks ? 1 : 0],
  ];
  const freed: (readonly [string, number])[] = [
    ["zapped classes", 0],
    ["zapped lock chains", 0],
    ["large chain blocks", 1],
  ];
  return `${rows.map(statsRow).join("")}\n${freed.map(statsRow).join("")}`;
}

function statsRow([name, value, max]: readonly [string, number, number?]): string {
  return `${` ${name}:`.padEnd(32)}${count(value, 11)}${max === undefined ? "" : ` [max: ${max}]`}\n`;
}

const NAME_WIDTH = 40;
const CELL_WIDTH = 14;
const LINE_WIDTH = NAME_WIDTH + 1 + 12 * (CELL_WIDTH + 1);
const COLUMNS = ["con-bounces", "contentions", ...times("wait"), "acq-bounces", "acquisitions", ...times("hold")];

function times(what: string): string[] {
  return ["min", "max", "total", "avg"].map((value) => `${what}time-${value}`);
}

export function lockStatText(lockdep: Lockdep): string {
  const off = lockdep.debug_locks ? "" : "*WARNING* lock debugging disabled!! - possibly due to a lockdep warning\n";
  const rule = `${"-".repeat(LINE_WIDTH)}\n`;
  const head = ["class name".padStart(NAME_WIDTH), ...COLUMNS.map((name) => name.padStart(CELL_WIDTH))].join(" ");
  // Those that were waited for most come first.
  const waits = ({ stat }: LockClass): number => stat.wait[0].nr + stat.wait[1].nr;
  const sorted = lockdep.classes.classes.toSorted((a, b) => waits(b) - waits(a));
  return `lock_stat version 0.4\n${off}${rule}${head}\n${rule}\n${sorted.map((known) => lockStatOf(lockdep, known)).join("")}`;
}

function lockStatOf(lockdep: Lockdep, known: LockClass): string {
  const { hold, wait } = known.stat;
  const both = hold[0].nr > 0 && hold[1].nr > 0;
  const written = hold[0].nr > 0 ? timesRow(both ? `${known.fullName.padStart(38)}-W` : known.fullName.padStart(40), wait[0], hold[0]) : "";
  const read = hold[1].nr > 0 ? timesRow(`${known.fullName.padStart(38)}-R`, wait[1], hold[1]) : "";
  return `${written}${read}${wait[0].nr + wait[1].nr === 0 ? "" : pointsOf(lockdep, known)}`;
}

function timesRow(label: string, wait: LockTime, hold: LockTime): string {
  const cell = (value: number): string => count(value, CELL_WIDTH);
  return `${label}:${cell(0)} ${timeCells(wait)} ${cell(0)} ${timeCells(hold)}\n`;
}

function timeCells({ nr, min, max, total }: LockTime): string {
  const shown = [min, max, total, nr === 0 ? 0 : Math.floor(total / nr)];
  return [count(nr, CELL_WIDTH), ...shown.map((time) => microseconds(time).padStart(CELL_WIDTH))].join(" ");
}

/** snprint_time(): nanoseconds as microseconds with two digits. */
function microseconds(ns: number): string {
  const rounded = ns + 5;
  return `${Math.floor(rounded / 1000)}.${String(Math.floor((rounded % 1000) / 10)).padStart(2, "0")}`;
}

function pointsOf(lockdep: Lockdep, known: LockClass): string {
  const { contention_point, contending_point, hold } = known.stat;
  const width = known.fullName.length + (hold[1].nr > 0 ? 2 : 0);
  const line = `${" ".repeat(Math.max(0, NAME_WIDTH - width))}${"-".repeat(width)}\n`;
  const rows = (points: ReadonlyMap<string, number>): string =>
    [...points]
      .map(
        ([name, nr]) => `${known.fullName.padStart(40)} ${count(nr, 14)} ${`[<${pointer(name)}>]`.padStart(29)} ${lockdep.symbol(name)}\n`,
      )
      .join("");
  const dots = `\n${".".repeat(LINE_WIDTH)}\n\n`;
  return `${line}${rows(contention_point)}${contending_point.size === 0 ? "" : line + rows(contending_point) + dots}`;
}

function keyAddress(known: LockClass): string {
  return pointer(`${known.kind} ${known.fullName}`);
}

/** %p: a hash in place of an address. */
function pointer(name: string): string {
  return hashText(name).toString(16).padStart(16, "0");
}

function count(value: number, width: number): string {
  return String(value).padStart(width);
}
