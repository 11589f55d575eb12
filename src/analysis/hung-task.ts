/**
 * Models kernel/hung_task.c: khungtaskd looks at all tasks every now and then and reports those that have been in
 * TASK_UNINTERRUPTIBLE (exactly: not killable, not idle) without a switch for hung_task_timeout_secs. It runs on virtual time
 * and keeps no run alive. Later kernels say who owns the lock that is waited for (CONFIG_DETECT_HUNG_TASK_BLOCKER).
 * Left out: hung_task_panic (the machine has no panic), hung_task_all_cpu_backtrace, freezing, RCU's patience.
 */
import { KERN_ERR, type Kernel, print_tainted, type Task, type Timer } from "../kernel/index.ts";
import type { Lockdep } from "./lockdep/index.ts";
import { debug_show_all_locks, sched_show_task, type TaskTextStyle, tasksInOrder } from "./task-text.ts";

/** Where kernels differ in what the detector says. */
export interface HungTaskStyle {
  readonly task: TaskTextStyle;
  /** Says when no more reports follow (v6.12). */
  readonly says_suppressed: boolean;
  /** Names the owner of the lock (v6.16 for mutexes, later for rw_semaphores). */
  readonly names_owner: boolean;
}

const SECOND = 1e9;

/** The detector and its sysctls, kernel.hung_task_*. */
export class HungTaskDetector {
  /** CONFIG_DEFAULT_HUNG_TASK_TIMEOUT; 0 switches it off. */
  timeout_secs = 120;
  /** 0: as often as the timeout. */
  check_interval_secs = 0;
  /** Reports still to be given; -1 without end. */
  warnings = 10;
  /** PID_MAX_LIMIT */
  check_count = 4_194_304;
  private readonly kernel: Kernel;
  private readonly style: HungTaskStyle;
  private readonly lockdep: Lockdep | null;
  private readonly seen = new WeakMap<Task, { switches: number; since: number }>();
  private lastChecked: number;
  private timer: Timer | null = null;

  /** @param lockdep where it is there, the locks that are held are shown after a report */
  constructor(kernel: Kernel, style: HungTaskStyle, lockdep: Lockdep | null) {
    this.kernel = kernel;
    this.style = style;
    this.lockdep = lockdep;
    this.lastChecked = kernel.clock.now;
    this.schedule();
  }

  /** proc_dohung_task_timeout_secs(): a changed timeout counts at once. */
  schedule(): void {
    const { clock } = this.kernel;
    if (this.timer !== null) clock.cancel(this.timer);
    this.timer = null;
    if (this.timeout_secs === 0) return;
    const interval = Math.min(this.check_interval_secs === 0 ? this.timeout_secs : this.check_interval_secs, this.timeout_secs);
    const delay = this.lastChecked + interval * SECOND - clock.now;
    this.timer = this.kernel.startTimer(Math.max(0, delay), () => this.expired(), true);
  }

  private expired(): void {
    this.lastChecked = this.kernel.clock.now;
    this.timer = null;
    this.check();
    this.schedule();
  }

  /** check_hung_uninterruptible_tasks() */
  private check(): void {
    let left = this.check_count;
    let reported = false;
    for (const task of tasksInOrder(this.kernel)) {
      if (left-- <= 0) break;
      if (task.state === "TASK_UNINTERRUPTIBLE" && this.check_hung_task(task)) reported = true;
    }
    if (reported && this.lockdep !== null) debug_show_all_locks(this.kernel, this.lockdep);
  }

  /** True if it was reported. */
  private check_hung_task(task: Task): boolean {
    const { now } = this.kernel.clock;
    const seen = this.seen.get(task);
    if (task.switches === 0) return false;
    if (seen === undefined || seen.switches !== task.switches) {
      this.seen.set(task, { switches: task.switches, since: now });
      return false;
    }
    if (seen.since + this.timeout_secs * SECOND > now || this.warnings === 0) return false;
    if (this.warnings > 0) this.warnings--;
    this.report(task, Math.floor((now - seen.since) / SECOND));
    return true;
  }

  private report(task: Task, secs: number): void {
    const { log, release } = this.kernel;
    log.append(KERN_ERR, `INFO: task ${task.comm}:${task.pid} blocked for more than ${secs} seconds.`);
    log.append(KERN_ERR, `      ${print_tainted(this.kernel)} ${release} #1`);
    log.append(KERN_ERR, '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.');
    sched_show_task(task, this.style.task);
    const owner = this.style.names_owner ? ownerLine(task) : null;
    if (owner !== null) log.append(KERN_ERR, owner);
    if (this.style.says_suppressed && this.warnings === 0) {
      log.append(KERN_ERR, "Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings");
    }
  }
}

/** debug_show_blocker(): who is likely to own the lock. Only a hint: an rw_semaphore remembers one reader at most. */
function ownerLine(task: Task): string | null {
  const on = task.wait?.on;
  if (on === undefined || (on.kind !== "mutex" && on.kind !== "rwsem")) return null;
  const who = `INFO: task ${task.comm}:${task.pid}`;
  const owner = on.holders().at(-1);
  const lock = on.kind === "mutex" ? "a mutex" : "an rw-semaphore";
  if (owner === undefined) return `${who} is blocked on ${lock}, but the owner is not found.`;
  if (on.kind === "mutex") return `${who} is blocked on a mutex likely owned by task ${owner.comm}:${owner.pid}.`;
  const role = (reads: boolean): string => (reads ? "reader" : "writer");
  const holds = owner.held.some((held) => held.lock === on && held.mode === "read");
  return `${who} <${role(task.wait?.mode === "read")}> blocked on an rw-semaphore likely owned by task ${owner.comm}:${owner.pid} <${role(holds)}>`;
}
