/**
 * Models kernel/workqueue.c: work items run on kworkers. An ordered queue (alloc_ordered_workqueue) runs one item at a
 * time, in order; workers come from one pool of unbound kworkers (`kworker/u4:N`), and a worker that blocks does not keep
 * the items of other queues waiting: the pool takes another one. An item never runs on two workers at a time.
 * Left out: per-cpu pools, rescuers, freezing, flush_workqueue() (its pseudo-lock excepted), cancellation of items that no
 * timer queues.
 */

import type { Timer } from "./clock.ts";
import { kthread_run } from "./fork.ts";
import type { Frame } from "./frame.ts";
import { type Kernel, staticData } from "./kernel.ts";
import { lock_map_acquire, lock_map_release, lockdep_map } from "./lockdep-map.ts";
import type { Pid, Task } from "./task.ts";
import { wait_event, wait_once, wait_queue_head } from "./wait-queue.ts";

/** Maximum of active items of a queue that does not ask for another (WQ_DFL_ACTIVE). */
const WQ_DFL_ACTIVE = 256;

/** pid of the first unbound kworker, as on a real two-processor boot. */
const FIRST_KWORKER_PID = 7 as Pid;

export class work_struct {
  /** The kernel's function, verbatim: it names the item in ps, reports and lockdep. */
  readonly func: string;
  readonly lockdep_map: lockdep_map;
  readonly run: (current: Frame) => Promise<void>;
  pending = false;
  /** @internal The kworker that runs it now. */
  worker: Task | null = null;
  /** @internal The queue it was last put on. */
  wq: workqueue_struct | null = null;
  /** @internal How often it was queued, and how often it has been run. */
  queued = 0;
  finished = 0;
  /** @internal */
  readonly done: wait_queue_head;

  /** @param name how the item is called where it is initialised, as lockdep prints it: `net_cleanup_work` */
  constructor(func: string, run: (current: Frame) => Promise<void>, name = `(work_completion)(${func})`) {
    this.func = func;
    this.lockdep_map = new lockdep_map("work", name);
    this.run = run;
    this.done = new wait_queue_head(func, { kind: "work", blockers: () => this.blockers() });
  }

  /** Who has to act before the item is done: its worker, or the one that keeps an ordered queue busy before it. */
  private blockers(): readonly Task[] {
    if (this.worker !== null) return [this.worker];
    return this.wq?.max_active === 1 ? this.wq.running : [];
  }
}

export class workqueue_struct {
  readonly name: string;
  readonly max_active: number;
  readonly lockdep_map: lockdep_map;
  /** @internal Items that wait until fewer than max_active are active. */
  readonly inactive: work_struct[] = [];
  /** @internal */
  active = 0;
  /** @internal The kworkers that run items of this queue now. */
  running: readonly Task[] = [];

  constructor(name: string, max_active: number) {
    this.name = name;
    this.max_active = max_active;
    this.lockdep_map = new lockdep_map("workqueue", `(wq_completion)${name}`);
  }
}

interface Pool {
  readonly worklist: { readonly wq: workqueue_struct; readonly work: work_struct }[];
  readonly idle: wait_queue_head;
  workers: number;
}

const pool = staticData((): Pool => ({ worklist: [], idle: new wait_queue_head("worklist"), workers: 0 }));

/** system_wq: for items that need no queue of their own. */
export const system_wq = staticData(() => new workqueue_struct("events", WQ_DFL_ACTIVE));

export function alloc_workqueue(name: string, max_active = WQ_DFL_ACTIVE): workqueue_struct {
  return new workqueue_struct(name, max_active);
}

/** alloc_ordered_workqueue(): at most one item runs at any time. */
export function alloc_ordered_workqueue(name: string): workqueue_struct {
  return new workqueue_struct(name, 1);
}

/** queue_work(): false if the item is already waiting to run. Not a scheduling point. */
export function queue_work(current: Frame, wq: workqueue_struct, work: work_struct): boolean {
  current.writes(wq);
  return queueOn(current.kernel, wq, work);
}

/** struct delayed_work: an item that a timer queues. */
export class delayed_work extends work_struct {
  /** @internal */
  timer: Timer | null = null;
  /** @internal cancel_delayed_work_sync() runs: nobody can queue it meanwhile, itself included. */
  canceling = false;
}

/** queue_delayed_work(): queues the item `delay` ns from now; false if it is queued or will be. The timer keeps no run alive. */
export function queue_delayed_work(current: Frame, wq: workqueue_struct, dwork: delayed_work, delay: number): boolean {
  const { kernel } = current;
  current.writes(dwork);
  if (dwork.canceling || dwork.pending || dwork.timer !== null) return false;
  const expired = (): void => {
    dwork.timer = null;
    queueOn(kernel, wq, dwork);
  };
  dwork.timer = kernel.startTimer(delay, expired, true);
  return true;
}

/** schedule_delayed_work(): on system_wq. */
export function schedule_delayed_work(current: Frame, dwork: delayed_work, delay: number): boolean {
  return queue_delayed_work(current, system_wq(current.kernel), dwork, delay);
}

/** cancel_delayed_work_sync(): afterwards the item neither runs nor will, until it is queued anew. */
export async function cancel_delayed_work_sync(caller: Frame, dwork: delayed_work): Promise<void> {
  const current = caller.enter("cancel_delayed_work_sync");
  const { kernel } = current;
  current.writes(dwork);
  dwork.canceling = true;
  if (dwork.timer !== null) kernel.clock.cancel(dwork.timer);
  dwork.timer = null;
  takeBack(kernel, dwork);
  await flush_work(current, dwork);
  dwork.canceling = false;
}

/** An item that waits for a worker does not wait any more. */
function takeBack(kernel: Kernel, work: work_struct): void {
  const { worklist } = pool(kernel);
  const at = worklist.findIndex((entry) => entry.work === work);
  const [entry] = at < 0 ? [] : worklist.splice(at, 1);
  if (entry === undefined) return;
  entry.wq.active--;
  work.pending = false;
  work.finished++;
  const waiting = entry.wq.inactive.shift();
  if (waiting !== undefined) activate(pool(kernel), entry.wq, waiting);
}

/** The pseudo-lock half of flush_workqueue(); who knows a queue's items waits for them with flush_work(). */
export function flush_workqueue_map(current: Frame, wq: workqueue_struct): void {
  touch(current, wq.lockdep_map);
}

/** flush_work(): waits until what is queued or runs now is done; false if there was nothing. */
export async function flush_work(caller: Frame, work: work_struct): Promise<boolean> {
  const current = caller.enter("flush_work");
  const last = work.queued;
  if (work.finished >= last) return false;
  // start_flush_work(): a queue that runs one item at a time makes the flusher wait for the others on it as well.
  if (work.wq?.max_active === 1) touch(current, work.wq.lockdep_map);
  touch(current, work.lockdep_map);
  await wait_event(current, work.done, () => work.finished >= last);
  return true;
}

/** The pseudo-lock is taken and released: whoever holds something here waits for all that the holder of it needs. */
function touch(current: Frame, map: lockdep_map): void {
  lock_map_acquire(current, map);
  lock_map_release(current, map);
}

function queueOn(kernel: Kernel, wq: workqueue_struct, work: work_struct): boolean {
  if (work.pending) return false;
  work.pending = true;
  work.queued++;
  work.wq = wq;
  if (kernel.events.wants.work_queue) kernel.events.emit({ type: "work_queue", workqueue: wq.name, func: work.func });
  if (wq.active >= wq.max_active) {
    wq.inactive.push(work);
    return true;
  }
  const p = pool(kernel);
  activate(p, wq, work);
  // The idle worker that worked last (first_idle_worker()), or a new one.
  if (!p.idle.wake_up_last()) createWorker(kernel, p);
  return true;
}

function activate(p: Pool, wq: workqueue_struct, work: work_struct): void {
  wq.active++;
  p.worklist.push({ wq, work });
}

function createWorker(kernel: Kernel, p: Pool): void {
  const id = p.workers++;
  const body = (current: Frame): Promise<void> => worker_thread(current.enter("ret_from_fork").enter("kthread").enter("worker_thread"), p);
  kthread_run(kernel, `kworker/u4:${id}`, body, id === 0 ? FIRST_KWORKER_PID : undefined);
}

async function worker_thread(current: Frame, p: Pool): Promise<void> {
  for (;;) {
    // An item that still runs elsewhere is left to that worker, which looks here again when it is done.
    const at = p.worklist.findIndex(({ work }) => work.worker === null);
    const [next] = at < 0 ? [] : p.worklist.splice(at, 1);
    if (next === undefined) await wait_once(current, p.idle, "TASK_IDLE");
    else await process_one_work(current.enter("process_one_work"), next.wq, next.work);
  }
}

async function process_one_work(current: Frame, wq: workqueue_struct, work: work_struct): Promise<void> {
  const { kernel, task } = current;
  work.pending = false;
  work.worker = task;
  wq.running = [...wq.running, task];
  task.daemon = false;
  task.workqueue = { name: wq.name, func: work.func, busy: true };
  if (kernel.events.wants.work_start) kernel.events.emit({ type: "work_start", task, workqueue: wq.name, func: work.func });
  lock_map_acquire(current, wq.lockdep_map);
  lock_map_acquire(current, work.lockdep_map);
  await work.run(current);
  lock_map_release(current, work.lockdep_map);
  lock_map_release(current, wq.lockdep_map);
  if (kernel.events.wants.work_end) kernel.events.emit({ type: "work_end", task, workqueue: wq.name, func: work.func });
  task.workqueue = { name: wq.name, func: work.func, busy: false };
  task.daemon = true;
  work.worker = null;
  work.finished++;
  wq.running = wq.running.filter((t) => t !== task);
  wq.active--;
  const waiting = wq.inactive.shift();
  if (waiting !== undefined) activate(pool(kernel), wq, waiting);
  work.done.wake_up();
}
