/**
 * Reads lockdep's reports (kernel/locking/lockdep.c print_circular_bug(), print_deadlock_bug() and the others), in the
 * forms of v4.11 and later (`WARNING: possible ...`) and before (`[ INFO: possible ... ]`).
 */
import type { Block } from "./block.ts";
import { parseFrame, parseLock, parseNumberedLock, plainName, StackCollector } from "./frame.ts";
import type { LockdepKind, LockdepReport, LockLine, LogReports } from "./report.ts";

/** Reports kept of one log; lockdep itself stops after the first of a boot. */
const MAX_REPORTS = 1000;

const KINDS: readonly (readonly [RegExp, LockdepKind])[] = [
  [/possible circular locking dependency detected/, "circular locking dependency"],
  [/possible recursive locking detected/, "recursive locking"],
  [/possible irq lock inversion dependency detected/, "irq lock inversion"],
  [/IRQ-safe -> \S{1,10}IRQ-unsafe lock order detected/, "irq-safe to irq-unsafe lock order"],
  [/inconsistent lock state/, "inconsistent lock state"],
  [/bad unlock balance detected/, "bad unlock balance"],
  [/held lock freed/, "held lock freed"],
  [/lock held when returning to user space/, "lock held when returning to user space"],
  [/[Nn]ested lock was not taken/, "nested lock was not taken"],
  [/[Ii]nvalid wait context/, "invalid wait context"],
  [/bad contention detected/, "bad contention"],
  [/still has locks held!/, "lock held at task exit"],
];

const HEADER = /^(?:WARNING: |\[ (?:INFO|BUG|WARNING): )(.{1,120})$/;
/** Before v4.11 the banner of some reports is `[ BUG: bad unlock balance detected! ]`. */
const WHO =
  /^(.{1,64})\/(\d{1,8}) (?:\[[^\]]{0,80}\] )?(?:(is trying to acquire lock|is trying to lock|just changed the state of lock|is trying to release lock|is freeing memory|is leaving the kernel|takes:|is trying to contend lock))/;
const RELEASED = /is trying to release lock \(([^)]{1,120})\) at:/;
const HOLDING = /^(?:but task is already holding lock|and this task is already holding|but task is already holding|context-\{)/;
const CHAIN = /^-> #(\d{1,4}) (\(.*)$/;
const HELD = /^(?:(?:\d{1,3}|no) )?locks? held by .{1,64}\/\d{1,8}/;
const BACKTRACE = /^stack backtrace:/;
const AFTER = /^(?:RIP: |Code: | <\/TASK>|---\[ end trace|------------\[ cut here)/;

/** The report that a line begins; null if it begins none. */
export function beginLockdepBlock(text: string, reports: LogReports): Block | null {
  const header = HEADER.exec(text);
  if (header === null) return null;
  const title = header[1] ?? "";
  const kind = KINDS.find(([pattern]) => pattern.test(title))?.[1];
  if (kind === undefined) return null;
  if (reports.lockdep.length >= MAX_REPORTS) {
    reports.notes.add(`more than ${MAX_REPORTS} lockdep reports in the log: the later ones are left out`);
    return null;
  }
  return new LockdepBlock(kind, reports);
}

type Expecting = "nothing" | "wanted" | "release place" | "holding" | "chain" | "held" | "backtrace";

class LockdepBlock implements Block {
  private readonly kind: LockdepKind;
  private readonly reports: LogReports;
  private comm = "?";
  private pid = 0;
  private wanted: LockLine | null = null;
  private holding: LockLine | null = null;
  private readonly chain: { number: number; lock: LockLine; stack: StackCollector }[] = [];
  private readonly held: LockLine[] = [];
  private readonly stack = new StackCollector();
  private expecting: Expecting = "nothing";
  private closed = false;

  constructor(kind: LockdepKind, reports: LogReports) {
    this.kind = kind;
    this.reports = reports;
  }

  accept(line: string): void {
    // A message of several lines is indented under its time stamp by dmesg.
    const text = line.trimStart();
    if (this.closed || text === "") return;
    if (this.heading(text)) return;
    switch (this.expecting) {
      case "wanted":
        this.take(parseLock(text), (lock) => {
          this.wanted = lock;
        });
        return;
      case "holding":
        this.take(parseLock(text), (lock) => {
          this.holding = lock;
        });
        return;
      case "release place":
        if (this.wanted !== null) this.wanted = { ...this.wanted, at: placeOf(text) };
        this.expecting = "nothing";
        return;
      case "held": {
        const lock = parseNumberedLock(text);
        if (lock !== null) this.held.push(lock);
        return;
      }
      case "chain":
        this.chain.at(-1)?.stack.add(text);
        return;
      case "backtrace":
        if (AFTER.test(text)) this.closed = true;
        else this.stack.add(text);
        return;
      case "nothing":
        return;
    }
  }

  /** "N locks held by" inside a report belongs to it. */
  continues(text: string): boolean {
    return !this.closed && this.expecting !== "backtrace" && HELD.test(text);
  }

  end(): void {
    const report: LockdepReport = {
      kind: this.kind,
      comm: this.comm,
      pid: this.pid,
      wanted: this.wanted,
      holding: this.holding,
      chain: this.chain.map(({ number, lock, stack }) => ({ number, lock, stack: stack.frames })),
      held: this.held,
      stack: this.stack.frames,
      complete: this.stack.frames.length > 0,
    };
    this.reports.lockdep.push(report);
  }

  /** Lines that say what comes next. True if this was one. */
  private heading(text: string): boolean {
    const who = WHO.exec(text);
    if (who !== null && this.expecting !== "backtrace") return this.subject(who, text);
    if (HOLDING.test(text)) return this.expect("holding");
    if (HELD.test(text)) return this.expect("held");
    if (BACKTRACE.test(text)) return this.expect("backtrace");
    const entry = CHAIN.exec(text);
    if (entry === null) return false;
    const lock = parseLock(entry[2] ?? "");
    if (lock !== null) this.chain.push({ number: Number(entry[1]), lock, stack: new StackCollector() });
    return this.expect("chain");
  }

  private subject(who: RegExpExecArray, text: string): boolean {
    this.comm = (who[1] ?? "?").trim();
    this.pid = Number(who[2]);
    const released = RELEASED.exec(text);
    if (released === null) return this.expect("wanted");
    this.wanted = { name: released[1] ?? "?", instance: null, at: null };
    return this.expect("release place");
  }

  private expect(what: Expecting): true {
    this.expecting = what;
    return true;
  }

  private take(lock: LockLine | null, use: (lock: LockLine) => void): void {
    if (lock === null) return;
    use(lock);
    this.expecting = "nothing";
  }
}

/** `[<ffffffff81..>] func+0x1/0x2` or `func+0x1/0x2`: the function's name. */
function placeOf(text: string): string | null {
  const frame = parseFrame(` ${text.trim()}`);
  if (frame !== null) return frame.frame.name;
  return /^[\w.$]+$/.test(text.trim()) ? plainName(text.trim()) : null;
}
