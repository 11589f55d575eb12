/**
 * A whole log, line by line, in one pass. Lines of several printers may be interleaved: where each line says who prints it
 * (CONFIG_PRINTK_CALLER) every printer has a block of its own, else foreign lines inside a block are passed over.
 */
import type { Block } from "./block.ts";
import type { LogLine } from "./line.ts";
import { beginLockdepBlock } from "./lockdep-parser.ts";
import type { LogReports } from "./report.ts";
import { beginTaskBlock, singleLine } from "./task-parser.ts";

/** Printers followed at once. */
const MAX_PRINTERS = 4096;

const BOOT = /^Linux version (\S{1,80}) /;
/** `Tainted: G           OE     5.10.0-32-amd64 #1 Debian ...`, `5.10.223 #1 Not tainted`. */
const RELEASE = /(?:^| )(\d{1,2}[.]\d{1,3}[\w.+~-]{0,60}) #\d/;
const ALL_LOCKS = /^Showing all locks held in the system:/;
const UNREGISTER = /^unregister_netdevice: waiting for (\S{1,32}) to become free\. Usage count = (-?\d{1,9})/;
/** Other reports of the kernel: what they print belongs to no block of ours. */
const FOREIGN = /^(?:-+\[ cut here \]-+|BUG: |Oops|WARNING: CPU: |general protection fault|Kernel panic|sysrq: |SysRq : |rcu: INFO|=====)/;

interface Printer {
  block: Block | null;
  /** The line before this one, for stacks that a line in front names. */
  before: string;
}

export class LogParser {
  private printers = new Map<string | null, Printer>();
  private readonly finished: LogReports[] = [];
  private reports = emptyReports();
  lines = 0;

  line({ text, caller }: LogLine): void {
    this.lines++;
    const boot = BOOT.exec(text);
    if (boot !== null) this.boot(boot[1] ?? null);
    const printer = this.printerOf(caller);
    if (text !== "") {
      this.facts(text);
      this.dispatch(printer, text);
      printer.before = text;
    }
  }

  /** Ends the log. Every boot that has something to say, in order; the last one in any case. */
  end(): readonly LogReports[] {
    this.flush();
    return [...this.finished, this.reports];
  }

  private dispatch(printer: Printer, text: string): void {
    const { block } = printer;
    if (block?.continues(text) === true) {
      block.accept(text);
      return;
    }
    const next = beginLockdepBlock(text, this.reports) ?? beginInside(block, text, printer.before, this.reports);
    if (next !== null) {
      block?.end();
      printer.block = next;
    } else if (FOREIGN.test(text)) {
      block?.end();
      printer.block = null;
    } else if (!singleLine(text, this.reports)) {
      block?.accept(text);
    }
  }

  /** What a line says whatever block it stands in. */
  private facts(text: string): void {
    const { reports } = this;
    if (reports.release === null && text.includes(" #")) reports.release = RELEASE.exec(text)?.[1] ?? null;
    if (ALL_LOCKS.test(text)) reports.allLocks = true;
    const waiting = UNREGISTER.exec(text);
    if (waiting !== null) reports.waitingFor.set(waiting[1] ?? "?", Number(waiting[2]));
  }

  private boot(release: string | null): void {
    this.flush();
    const { lockdep, tasks, waitingFor } = this.reports;
    if (lockdep.length + tasks.size + waitingFor.size > 0) this.finished.push(this.reports);
    this.reports = emptyReports();
    this.reports.release = release;
  }

  private flush(): void {
    for (const { block } of this.printers.values()) block?.end();
    this.printers = new Map();
  }

  private printerOf(caller: string | null): Printer {
    const known = this.printers.get(caller);
    if (known !== undefined) return known;
    if (this.printers.size >= MAX_PRINTERS) this.flush();
    const printer: Printer = { block: null, before: "" };
    this.printers.set(caller, printer);
    return printer;
  }
}

/** A frame of /proc/<pid>/stack inside a block is one of its own frames, not the beginning of another. */
function beginInside(block: Block | null, text: string, before: string, reports: LogReports): Block | null {
  if (block !== null && text.startsWith("[<0>] ") && before.startsWith("[<0>] ")) return null;
  return beginTaskBlock(text, before, reports);
}

function emptyReports(): LogReports {
  return { release: null, lockdep: [], tasks: new Map(), allLocks: false, waitingFor: new Map(), notes: new Set() };
}
