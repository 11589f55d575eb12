/**
 * Exactly one task runs at a time. A task gives the processor away only by parking (it waits for something), at a
 * scheduling point (it is about to take a lock or has entered a system call), or by ending. At most one coroutine is then
 * runnable in the host's microtask queue, so the order of everything that happens is the list of the policy's answers.
 * A switch costs one promise. Models kernel/sched/core.c schedule() and try_to_wake_up() on one processor.
 */
import { DecisionList } from "./decisions.ts";
import { EINTR } from "./errno.ts";
import type { Frame } from "./frame.ts";
import type { Kernel } from "./kernel.ts";
import type { LimitReached } from "./limits.ts";
import type { SchedulingPolicy } from "./policy.ts";
import { Rest } from "./rest.ts";
import { signal_pending_state } from "./signal.ts";
import type { Task, TaskBody, TaskState, Wait } from "./task.ts";
import type { Ask, Requestable, Waitable, WaitMode } from "./wait.ts";

/** Virtual ns after which a task that could go on goes behind the others (the fifo policy's time slice). */
const TIME_SLICE_NS = 1_000_000;

/** Steps between two breaths in which the host may do its own work (signals, terminal). */
const STEPS_PER_BREATH = 16_384;

/** Steps between two looks at the memory in use; a breath is a multiple of it. */
const STEPS_PER_LOOK = 8192;

const DONE: Promise<number> = Promise.resolve(0);
const INTERRUPTED: Promise<number> = Promise.resolve(-EINTR);

/** A rule of this emulator was broken by its own code. Never caused by a user's script. */
export class EmulatorBug extends Error {
  constructor(message: string) {
    super(`bug in mlx5-emu: ${message}`);
    this.name = "EmulatorBug";
  }
}

export class Scheduler {
  /** The task on the processor; null while nothing runs. */
  current: Task | null = null;
  steps = 0;
  private readonly taken = new DecisionList();
  /** Set once the run cannot go on: a limit was reached, or somebody stopped the machine. */
  stopped: LimitReached | "stop" | null = null;
  /** What went wrong inside the emulator itself; `run` throws it. */
  private failure: unknown = null;
  private policy: SchedulingPolicy;
  private pick: ((candidates: number) => number) | null;
  private readonly kernel: Kernel;
  private readonly queue: Task[] = [];
  /** Whom the last `passes` preferred. */
  private chosen: Task | null = null;
  /** What the policy is shown at a scheduling point, refilled each time. */
  private readonly candidates: Task[] = [];
  private breath: Task | null = null;
  private breathDue = false;
  /** The step at which something is due: a breath, a look at the memory, or the limit of steps. One comparison for each step covers both. */
  private due = STEPS_PER_BREATH;
  private idle = true;
  private hostWork = 0;
  private readonly rest = new Rest();
  private live: (task: Task, body: TaskBody) => void = () => {};
  private paused = false;
  /** The continuation of the promise that was made last; `capture` is the one executor for all of them. */
  private resolver: ((value: number) => void) | null = null;
  private readonly begin = (): void => {
    const task = this.current;
    if (task === null || task.body === null) throw new EmulatorBug("a coroutine begins that has begun");
    const { body } = task;
    task.body = null;
    this.live(task, body);
  };
  private readonly capture = (resolve: (value: number) => void): void => {
    this.resolver = resolve;
  };

  constructor(kernel: Kernel, policy: SchedulingPolicy) {
    this.kernel = kernel;
    this.policy = policy;
    this.pick = policy.pick ?? null;
    this.due = this.nextDue();
  }

  /** The policy's answers since boot, oldest first: a copy. */
  get decisions(): readonly number[] {
    return this.taken.toArray();
  }

  /** Boot takes no decisions that belong to the user's schedule: the policy is put in when it has come to rest. */
  setPolicy(policy: SchedulingPolicy): void {
    this.policy = policy;
    this.pick = policy.pick ?? null;
    this.taken.clear();
    this.steps = 0;
    this.due = this.nextDue();
  }

  /**
   * Parks the running task until `wake`. Resolves with the value handed to `wake`: 0, or -EINTR if a signal ended it, or
   * was already there (signal_pending_state() of schedule()).
   * @throws EmulatorBug if the task is not the running one: it already waits elsewhere, its first wait was not awaited.
   */
  park(frame: Frame, state: TaskState, on: Waitable, mode: WaitMode): Promise<number> {
    const { task } = frame;
    this.assertRunning(task);
    if (signal_pending_state(state, task)) {
      on.cancel(task);
      return INTERRUPTED;
    }
    this.block(task, state, { on, mode, frame, since: this.kernel.clock.now, subclass: 0 });
    return this.switchFrom(task, null);
  }

  /**
   * A scheduling point in front of a lock operation: others may run first. The lock is asked at the moment the task is
   * picked; if the task does not get it, it has joined the waiters and parked. 0, or -EINTR.
   */
  request(frame: Frame, lock: Requestable, ask: Ask): Promise<number> {
    const { task } = frame;
    if (this.passes(task)) return lock.attempt(frame, ask) ? settled(task) : this.switchFrom(task, null);
    task.wanted = lock;
    task.wantedIn = frame;
    task.wantedHow = ask;
    return this.switchFrom(task, this.chosen);
  }

  /** A scheduling point in front of anything else, such as a system call. */
  yieldPoint(task: Task): Promise<number> {
    return this.giveWay(task) ?? DONE;
  }

  /** A scheduling point as well. Null if nobody goes first: there is nothing to await then. */
  giveWay(task: Task): Promise<number> | null {
    return this.passes(task) ? null : this.switchFrom(task, this.chosen);
  }

  /** True if the running task goes on at once; else `chosen` is who runs now. */
  private passes(task: Task): boolean {
    if (task !== this.current) this.assertRunning(task);
    const breathes = this.countStep();
    task.wakeValue = 0;
    this.chosen = task;
    if (this.stopped !== null) return false;
    if (this.queue.length > 0) this.chosen = this.preempt(task);
    if (breathes) this.breathDue = true;
    if (breathes || this.chosen !== task) return false;
    this.kernel.footprint?.step(task);
    return true;
  }

  /** Marks the running task as blocked; used by locks, which then answer false. It stands in the lock's queue already. */
  block(task: Task, state: TaskState, wait: Wait): void {
    task.state = state;
    task.wait = wait;
    const { on, mode, frame } = wait;
    const events = this.kernel.events;
    if (events.wants.wait) events.emit({ type: "wait", task, on, mode, frame });
  }

  /** Makes a parked task runnable. `value` is what its wait returns. Waking a task that does not wait is our bug. */
  wake(task: Task, value = 0): void {
    if (task.wait === null) throw new EmulatorBug(`woke ${task.comm}/${task.pid}, which does not wait`);
    task.wait = null;
    task.state = "TASK_RUNNING";
    task.wakeValue = value;
    this.queue.push(task);
    const { events, footprint } = this.kernel;
    if (footprint !== null) footprint.woken(task, this.current);
    if (events.wants.sched_wakeup) events.emit({ type: "sched_wakeup", task, by: this.current });
  }

  /** Puts a new task behind the runnable ones. `live` begins its coroutine, in a turn of its own. */
  add(task: Task, body: TaskBody, live: (task: Task, body: TaskBody) => void): void {
    task.body = body;
    this.live = live;
    this.queue.push(task);
    this.kernel.footprint?.woken(task, this.current);
  }

  /** The running task has ended; never returns control to it. */
  end(task: Task): void {
    this.assertRunning(task);
    this.current = null;
    this.dispatch(null);
  }

  stop(reason: LimitReached | "stop"): void {
    this.stopped ??= reason;
  }

  /** Lets `run` return at the next scheduling point. It can be called again, and goes on as if nothing had been. */
  pause(): void {
    this.paused = true;
    this.due = 0;
  }

  readonly fail = (error: unknown): void => {
    this.failure ??= error;
    this.stopped ??= "stop";
    this.rest.settle();
  };

  /**
   * Runs until nothing can run any more and no timer of a non-daemon is left, or until stopped. `hostTurn` lets the host
   * take one turn of its event loop, in which all that the machine can do gets done; if it has then neither come to rest nor
   * announced host work, some modelled code awaits a promise that is not the machine's own. Runs that come to rest sooner do
   * not wait for that turn, so a caller that makes many of them has to give the host turns itself.
   */
  async run(hostTurn: () => Promise<void>): Promise<void> {
    this.idle = false;
    this.paused = false;
    const { breath, rest } = this;
    this.breath = null;
    if (breath !== null) this.switchTo(breath);
    else this.dispatch(null);
    for (;;) {
      if (!this.isOver) {
        const turn = hostTurn();
        void turn.then(rest.settle);
        await rest.next();
        if (this.breath !== null) await turn;
      }
      if (this.failure !== null) throw this.failure;
      if (this.isOver) return;
      if (this.breath !== null) {
        const task = this.breath;
        this.breath = null;
        this.switchTo(task);
      } else if (this.hostWork === 0) {
        const who = this.current === null ? "a task" : `${this.current.comm}/${this.current.pid}`;
        throw new EmulatorBug(`${who} awaits something that is not a primitive of this machine`);
      }
    }
  }

  private get isOver(): boolean {
    return this.idle || this.stopped !== null || (this.paused && this.breath !== null);
  }

  /**
   * The one door for work of the host (compiling WebAssembly, reading a mounted file): the whole machine stands still and
   * no virtual time passes.
   */
  async hostCall<T>(task: Task, work: () => Promise<T>): Promise<T> {
    this.assertRunning(task);
    this.hostWork++;
    try {
      return await work();
    } finally {
      this.hostWork--;
    }
  }

  assertRunning(task: Task): void {
    if (task === this.current) return;
    throw new EmulatorBug(
      task.wait === null
        ? `${task.comm}/${task.pid} acts while it is not running`
        : `${task.comm}/${task.pid} starts another wait while it still waits for ${task.wait.on.name}`,
    );
  }

  /** The policy's answer at a scheduling point: the running task itself, or another, which leaves the queue. */
  private preempt(task: Task): Task {
    const { queue } = this;
    if (task.sliceUsed >= TIME_SLICE_NS) {
      task.sliceUsed = 0;
      queue.push(task);
      return removeAt(queue, this.decide(queue));
    }
    const choice = this.pick === null ? this.decide(this.candidatesWith(task)) : this.count(queue.length + 1);
    if (choice === 0) return task;
    const next = queue[choice - 1] as Task;
    for (let i = choice; i < queue.length; i++) queue[i - 1] = queue[i] as Task;
    queue[queue.length - 1] = task;
    return next;
  }

  /** The running task, then the others. Overwritten in place: emptying an array first makes the host free and grow it. */
  private candidatesWith(task: Task): readonly Task[] {
    const { queue, candidates } = this;
    candidates[0] = task;
    for (let i = 0; i < queue.length; i++) candidates[i + 1] = queue[i] as Task;
    while (candidates.length > queue.length + 1) candidates.pop();
    return candidates;
  }

  /** Asks a policy that looks at the candidates. */
  private decide(candidates: readonly Task[]): number {
    if (this.pick !== null) return this.count(candidates.length);
    try {
      const choice = this.policy.choose(candidates);
      this.taken.push(choice);
      return choice;
    } catch (error) {
      this.fail(error);
      return 0;
    }
  }

  /** Asks a policy that need not see the candidates. */
  private count(candidates: number): number {
    try {
      const choice = this.pick === null ? 0 : this.pick(candidates);
      this.taken.push(choice);
      return choice;
    } catch (error) {
      this.fail(error);
      return 0;
    }
  }

  private switchFrom(task: Task, next: Task | null): Promise<number> {
    const promise = new Promise<number>(this.capture);
    task.resume = this.resolver;
    this.current = null;
    this.dispatch(next);
    return promise;
  }

  /** Gives the processor to `first`, or to the next runnable task, or lets time pass until there is one. */
  private dispatch(first: Task | null): void {
    for (let task = first ?? this.next(); task !== null; task = this.next()) {
      if (this.stopped !== null) break;
      this.kernel.footprint?.step(task);
      if (task.wanted !== null && !this.perform(task, task.wanted)) continue;
      if (!this.breathDue) {
        this.switchTo(task);
        return;
      }
      this.breath = task;
      this.breathDue = false;
      break;
    }
    if (this.breath === null && this.stopped === null) this.idle = true;
    this.rest.settle();
  }

  /** Asks for the lock that a picked task was about to take; false if that blocked it. */
  private perform(task: Task, lock: Requestable): boolean {
    const frame = task.wantedIn as Frame;
    task.wanted = null;
    task.wantedIn = null;
    task.wakeValue = 0;
    this.current = task;
    const got = lock.attempt(frame, task.wantedHow as Ask);
    this.current = null;
    return got;
  }

  private next(): Task | null {
    if (this.stopped !== null || !this.waitForRunnable()) return null;
    if (this.countStep()) {
      if (this.stopped !== null) return null;
      this.breathDue = true;
    }
    const choice = this.queue.length === 1 ? 0 : this.decide(this.queue);
    return removeAt(this.queue, choice);
  }

  /** Jumps from timer to timer until somebody can run; false if that will never be. */
  private waitForRunnable(): boolean {
    const { clock, limits } = this.kernel;
    while (this.queue.length === 0) {
      const at = clock.hasLiveTimers ? clock.next : null;
      if (at === null) return false;
      clock.advanceTo(at);
      if (clock.now > limits.virtualTime) this.stop({ limit: "virtualTime", value: clock.now });
      if (this.stopped !== null) return false;
      if (this.paused) return this.queue.length > 0;
    }
    return true;
  }

  private switchTo(task: Task): void {
    this.current = task;
    task.sliceUsed = 0;
    task.switches++;
    task.lastRan = this.kernel.clock.now;
    const events = this.kernel.events;
    if (events.wants.sched_switch) events.emit({ type: "sched_switch", task });
    const resume = task.resume;
    if (resume !== null) {
      task.resume = null;
      resume(task.wakeValue);
    } else if (task.body !== null) void DONE.then(this.begin);
    else throw new EmulatorBug(`${task.comm}/${task.pid} is runnable but has no coroutine`);
  }

  /** True if the host is to take a breath before the next task runs, or the run is over. */
  private countStep(): boolean {
    if (++this.steps < this.due) return false;
    const { limits, memoryInUse } = this.kernel;
    if (this.steps > limits.steps) this.stop({ limit: "steps", value: this.steps - 1 });
    if (memoryInUse !== null && memoryInUse() > limits.memory) this.stop({ limit: "memory", value: limits.memory });
    const breathes = this.steps % STEPS_PER_BREATH === 0;
    this.due = this.nextDue();
    return breathes || this.paused || this.stopped !== null;
  }

  private nextDue(): number {
    const period = this.kernel.memoryInUse === null ? STEPS_PER_BREATH : STEPS_PER_LOOK;
    return Math.min(this.steps - (this.steps % period) + period, Math.max(this.steps, this.kernel.limits.steps) + 1);
  }
}

/** What a request that did not block answers. */
function settled(task: Task): Promise<number> {
  return task.wakeValue === 0 ? DONE : Promise.resolve(task.wakeValue);
}

/** Takes one task out of the queue; the others keep their order. */
function removeAt(queue: Task[], index: number): Task {
  if (index === 0) return queue.shift() as Task;
  const task = queue[index] as Task;
  for (let i = index + 1; i < queue.length; i++) queue[i - 1] = queue[i] as Task;
  queue.pop();
  return task;
}
