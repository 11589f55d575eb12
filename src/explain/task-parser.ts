/**
 * Reads what a log says of single tasks: hung-task reports (kernel/hung_task.c), sysrq w and t (sched_show_task() of
 * kernel/sched/core.c, in its forms since v3), lists of held locks (debug_show_all_locks()), and /proc/<pid>/stack where
 * a line in front of it names the pid.
 */
import type { Block } from "./block.ts";
import { parseNumberedLock, StackCollector } from "./frame.ts";
import type { BlockerLine, LogReports, TaskReport } from "./report.ts";

/** Tasks kept of one log; the rest is counted in a note. */
const MAX_TASKS = 20_000;

const HUNG = /^INFO: task (.{1,64}):(\d{1,8}) blocked (?:in I\/O wait )?for more than (\d{1,9}) seconds/;
const BLOCKER =
  /^INFO: task (.{1,64}):(\d{1,8}) (?:is )?(?:<(reader|writer)> )?blocked on an? (mutex|rw-semaphore|semaphore)(?: likely (?:owned|last held) by task (.{1,64}):(\d{1,8})(?: <(reader|writer)>)?|, but the owner is not found)/;
/** v5.9 and later: `task:devlink         state:D stack:    0 pid:  154 ppid:   152 flags:0x00004002` */
const HEADER = /^task:(.{1,64}?) +state:([A-Za-z])\b.{0,60}? pid: *(\d{1,8})\b(?:.{0,40}?ppid: *(\d{1,8}))?/;
/** Before: `devlink         D    0  1172    977 0x00000004`, with the saved program counter in front of the numbers before v4.9. */
const OLD_HEADER = /^(\S.{0,14}?) +([RSDTtXZxKWPI]) +(?:[0-9a-f]{8,16} +|running task +)?\d{1,6} +(\d{1,8}) +(\d{1,8}) +0x[0-9a-f]{8,16}$/;
const HELD = /^(?:(?:\d{1,3}|no) )?locks? held by (.{1,64})\/(\d{1,8})\b/;
/** Lines that people print in front of /proc/<pid>/stack. */
const PROC_STACK_HEADER =
  /^\W{0,8}(?:\/proc\/)?(?:pid[ :=]{0,3})?(\d{1,8})(?:\/stack)?\b:?(?: [([]?([^ )\]]{1,15}))?(?:.{0,400}?\bstate[ =:]{1,3}([A-Z])\b)?/i;
const PROC_FRAME = /^\[<0>\] /;

/** The block that a line begins; null if it begins none. */
export function beginTaskBlock(text: string, before: string, reports: LogReports): Block | null {
  const hung = HUNG.exec(text);
  if (hung !== null) {
    const task = taskOf(reports, hung[1], hung[2]);
    if (task === null) return null;
    task.blockedSeconds = Math.max(task.blockedSeconds ?? 0, Number(hung[3]));
    task.state ??= "D";
    return new TaskBlock(task);
  }
  const header = HEADER.exec(text) ?? OLD_HEADER.exec(text);
  if (header !== null) {
    const task = taskOf(reports, header[1], header[3]);
    if (task === null) return null;
    task.state = header[2] ?? null;
    if (header[4] !== undefined) task.ppid = Number(header[4]);
    return new TaskBlock(task);
  }
  const held = HELD.exec(text);
  if (held !== null) {
    const task = taskOf(reports, held[1], held[2]);
    if (task === null) return null;
    task.locks = [];
    return new LocksBlock(task);
  }
  return PROC_FRAME.test(text) ? procStack(text, before, reports) : null;
}

/** Lines that stand alone. True if this was one. */
export function singleLine(text: string, reports: LogReports): boolean {
  const blocker = BLOCKER.exec(text);
  if (blocker === null) return false;
  const task = taskOf(reports, blocker[1], blocker[2]);
  if (task !== null) task.blocker = blockerOf(blocker);
  return true;
}

function blockerOf(match: RegExpExecArray): BlockerLine {
  const role = (text: string | undefined): "reader" | "writer" | null => (text === "reader" || text === "writer" ? text : null);
  const lock = match[4] === "mutex" ? "mutex" : match[4] === "semaphore" ? "semaphore" : "rw-semaphore";
  const owner = match[5] === undefined ? null : { comm: match[5], pid: Number(match[6]), as: role(match[7]) };
  return { lock, wants: role(match[3]), owner };
}

function procStack(text: string, before: string, reports: LogReports): Block | null {
  const named = PROC_STACK_HEADER.exec(before);
  if (named === null) return null;
  const task = taskOf(reports, named[2] ?? "?", named[1]);
  if (task === null) return null;
  if (named[3] !== undefined) task.state = named[3];
  const block = new TaskBlock(task);
  block.accept("Call Trace:");
  block.accept(text);
  return block;
}

function taskOf(reports: LogReports, comm: string | undefined, pidText: string | undefined): TaskReport | null {
  const pid = Number(pidText);
  const known = reports.tasks.get(pid);
  if (known !== undefined) {
    // The kernel's own line knows the name better than what somebody printed in front of /proc/<pid>/stack.
    if (comm?.startsWith(known.comm === "?" ? "" : known.comm) === true) known.comm = comm.trim();
    return known;
  }
  if (reports.tasks.size >= MAX_TASKS) {
    reports.notes.add(`more than ${MAX_TASKS} tasks in the log: the later ones are left out`);
    return null;
  }
  const task: TaskReport = {
    comm: (comm ?? "?").trim(),
    pid,
    state: null,
    ppid: null,
    workqueue: null,
    blockedSeconds: null,
    stack: [],
    locks: null,
    blocker: null,
  };
  reports.tasks.set(pid, task);
  return task;
}

const TRACE = /^(?:Call [Tt]race|Backtrace|Stack):/;
const WORKQUEUE = /^Workqueue: (\S{1,64} \S{1,64})/;
const STACK_ENDS = /^ ?(?:RIP: 0033|RIP: 0023|Code: |<\/TASK>|Modules linked in|Kernel panic|Sending NMI)/;

/** One task: header lines, then one stack. */
class TaskBlock implements Block {
  private readonly task: TaskReport;
  private stack: StackCollector | null = null;
  private closed = false;

  constructor(task: TaskReport) {
    this.task = task;
  }

  accept(text: string): void {
    if (this.closed) return;
    const header = HEADER.exec(text) ?? OLD_HEADER.exec(text);
    if (header !== null) {
      this.task.state = header[2] ?? this.task.state;
      if (header[4] !== undefined) this.task.ppid = Number(header[4]);
      return;
    }
    const work = WORKQUEUE.exec(text);
    if (work !== null) this.task.workqueue = work[1] ?? null;
    else if (TRACE.test(text)) this.beginStack();
    else if (this.stack !== null && STACK_ENDS.test(text)) this.closed = true;
    else if (this.stack !== null) this.stack.add(text);
  }

  /** The header that follows "INFO: task ..." names the same task. */
  continues(text: string): boolean {
    const header = HEADER.exec(text) ?? OLD_HEADER.exec(text);
    return header !== null && this.stack === null && Number(header[3]) === this.task.pid;
  }

  end(): void {
    if (this.stack !== null && this.stack.frames.length > 0) this.task.stack = this.stack.frames;
  }

  private beginStack(): void {
    if (this.stack === null) this.stack = new StackCollector();
    else this.closed = true;
  }
}

/** "N locks held by comm/pid:" and its numbered lines. */
class LocksBlock implements Block {
  private readonly task: TaskReport;

  constructor(task: TaskReport) {
    this.task = task;
  }

  accept(text: string): void {
    const lock = parseNumberedLock(text);
    if (lock !== null) this.task.locks?.push(lock);
  }

  continues(): boolean {
    return false;
  }

  end(): void {}
}
