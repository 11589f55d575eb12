/**
 * Models kernel/workqueue.c: work items run on kworkers. An ordered queue (alloc_ordered_workqueue) runs one item at a
 * time, in order; workers come from one pool of unbound kworkers (`kworker/u4:N`), and a worker that blocks does not keep
 * the items of other queues waiting: the pool takes another one.
 */
import type { Frame } from "./frame.ts";
import { kthread_run } from "./fork.ts";
import { type Kernel, staticData } from "./kernel.ts";
import type { Pid, Task } from "./task.ts";
import { wait_event, wait_once, wait_queue_head } from "./wait-queue.ts";

/** Maximum of active items of a queue that does not ask for another (WQ_DFL_ACTIVE). */
const WQ_DFL_ACTIVE = 256;

/** pid of the first unbound kworker, as on a real two-processor boot. */
const FIRST_KWORKER_PID = 7 as Pid;

export class work_struct {
  /** The kernel's function, verbatim: it names the item in ps, reports and lockdep. */
  readonly func: string;
  readonly run: (current: Frame) => Promise<void>;
  pending = false;
  /** @internal */
  worker: Task | null = null;
  /** @internal */
  readonly done: wait_queue_head;

  constructor(func: string, run: (current: Frame) => Promise<void>) {
    this.func = func;
    this.run = run;
    this.done = new wait_queue_head(func, { kind: "work", blockers: () => (this.worker === null ? [] : [this.worker]) });
  }
}

export class workqueue_struct {
  readonly name: string;
  readonly max_active: number;
  /** @internal */
  readonly inactive: work_struct[] = [];
  /** @internal */
  active = 0;

  constructor(name: string, max_active: number) {
    this.name = name;
    this.max_active = max_active;
  }
}

interface Pool {
  readonly worklist: { wq: workqueue_struct; work: work_struct }[];
  readonly idle: wait_queue_head;
  readonly workers: Task[];
  idleCount: number;
}

const pool = staticData((): Pool => ({ worklist: [], idle: new wait_queue_head("worklist"), workers: [], idleCount: 0 }));

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

/** queue_delayed_work(): queues the item `delay` ns from now. */
export function queue_delayed_work(current: Frame, wq: workqueue_struct, work: work_struct, delay: number): void {
  const { kernel } = current;
  kernel.startTimer(delay, () => void queueOn(kernel, wq, work), true);
}

/** flush_work(): waits until the item is neither queued nor running. */
export async function flush_work(caller: Frame, work: work_struct): Promise<void> {
  await wait_event(caller.enter("flush_work"), work.done, () => !work.pending && work.worker === null);
}

function queueOn(kernel: Kernel, wq: workqueue_struct, work: work_struct): boolean {
  if (work.pending) return false;
  work.pending = true;
  if (kernel.events.active) kernel.events.emit({ type: "work_queue", workqueue: wq.name, func: work.func });
  if (wq.active >= wq.max_active) wq.inactive.push(work);
  else activate(kernel, wq, work);
  return true;
}

function activate(kernel: Kernel, wq: workqueue_struct, work: work_struct): void {
  wq.active++;
  const p = pool(kernel);
  p.worklist.push({ wq, work });
  if (p.idleCount === 0) createWorker(kernel, p);
  else p.idle.wake_up();
}

function createWorker(kernel: Kernel, p: Pool): void {
  const id = p.workers.length;
  const body = (current: Frame): Promise<void> => worker_thread(current.enter("ret_from_fork").enter("kthread").enter("worker_thread"), p);
  p.workers.push(kthread_run(kernel, `kworker/u4:${id}`, body, id === 0 ? FIRST_KWORKER_PID : undefined));
}

async function worker_thread(current: Frame, p: Pool): Promise<void> {
  const { task } = current;
  for (;;) {
    const next = p.worklist.shift();
    if (next === undefined) {
      p.idleCount++;
      await wait_once(current, p.idle, "TASK_IDLE");
      p.idleCount--;
    } else {
      await process_one_work(current.enter("process_one_work"), next.wq, next.work, task);
    }
  }
}

async function process_one_work(current: Frame, wq: workqueue_struct, work: work_struct, task: Task): Promise<void> {
  const { kernel } = current;
  work.pending = false;
  work.worker = task;
  task.daemon = false;
  task.workqueue = { name: wq.name, func: work.func, busy: true };
  if (kernel.events.active) kernel.events.emit({ type: "work_start", task, workqueue: wq.name, func: work.func });
  await work.run(current);
  if (kernel.events.active) kernel.events.emit({ type: "work_end", task, workqueue: wq.name, func: work.func });
  task.workqueue = { name: wq.name, func: work.func, busy: false };
  task.daemon = true;
  work.worker = null;
  wq.active--;
  const waiting = wq.inactive.shift();
  if (waiting !== undefined) activate(kernel, wq, waiting);
  work.done.wake_up();
}
