/**
 * The way into the kernel and back (arch/x86/entry, kernel/signal.c get_signal): a system call costs virtual time, is a
 * scheduling point, and delivers pending signals on its way back. One that a signal interrupted begins again, unless a
 * handler ran: then the program sees -EINTR.
 * Left out: SA_RESTART (a handler always lets the call fail), blocked signals.
 */
import {
  do_notify_parent_cldstop,
  EINTR,
  type Frame,
  fatal_signal_pending,
  SIGCONT,
  type Soon,
  type Task,
  type Waitable,
  type WaitKind,
} from "../kernel/index.ts";
import { Unwind, type UserState, userState } from "./user-state.ts";

/** What system calls cost, virtual ns, about as on the machine of the recordings. */
export const COST = {
  call: 1_500,
  open: 2_500,
  transfer: 1_200,
  mount: 20_000,
  unshare: 15_000,
  fork: 100_000,
  exec: 300_000,
  exit: 50_000,
  socket: 2_000,
  /** Reading a clock needs no system call. */
  vdso: 50,
} as const;

/** A system call that is not over at once. */
interface Call<T> {
  readonly current: Frame;
  readonly state: UserState;
  readonly name: string;
  readonly body: (current: Frame) => Soon<T>;
}

/**
 * Runs one system call of the current task. Most find nothing to wait for and no signal: they are over when this returns, and
 * cost the host one promise.
 */
export function syscall<T>(task: Task, name: string, cost: number, body: (current: Frame) => Soon<T>): Promise<T> {
  const { kernel, root: current } = task;
  const state = userState(task);
  if (state.leaving !== null) return Promise.reject(state.leaving);
  kernel.spend(current, cost);
  const turn = kernel.sched.giveWay(task);
  if (turn !== null) return turn.then(() => begun({ current, state, name, body }));
  current.reads(task);
  if (task.pending.size > 0) return signalled({ current, state, name, body });
  const result = entered(current, state, name, body);
  if (result instanceof Promise || task.pending.size > 0) return ending({ current, state, name, body }, result);
  state.inKernel = false;
  kernel.events.locks?.sysExit(current, name);
  return Promise.resolve(result);
}

function entered<T>(current: Frame, state: UserState, name: string, body: (current: Frame) => Soon<T>): Soon<T> {
  const { events } = current.kernel;
  if (events.wants.syscall) events.emit({ type: "syscall", frame: current, name });
  state.inKernel = true;
  return body(current);
}

/** The beginning of a call before which others ran. */
function begun<T>(call: Call<T>): Promise<T> {
  const { current, state, name, body } = call;
  current.reads(current.task);
  return current.task.pending.size > 0 ? signalled(call) : ending(call, entered(current, state, name, body));
}

/** Signals that came before the call are delivered first. */
async function signalled<T>(call: Call<T>): Promise<T> {
  const { current, state, name, body } = call;
  await get_signal(current, state);
  return await ending(call, entered(current, state, name, body));
}

/** The end of a call that has waited or meets a signal. */
function ending<T>(call: Call<T>, pending: Soon<T>): Promise<T> {
  return Promise.resolve(pending).then((result) => {
    call.state.inKernel = false;
    return call.current.task.pending.size > 0 ? interrupted(call, result) : left(call, result, false);
  });
}

async function interrupted<T>(call: Call<T>, result: T): Promise<T> {
  return await left(call, result, await get_signal(call.current, call.state));
}

/** Back to the program; or into the call again, if a signal without a handler has interrupted it. */
function left<T>(call: Call<T>, result: T, handled: boolean): Soon<T> {
  const { current, state, name, body } = call;
  if ((result as unknown) === -EINTR && !handled) {
    state.inKernel = true;
    return ending(call, body(current));
  }
  current.kernel.events.locks?.sysExit(current, name);
  return result;
}

/** Leaves the program; what it is left with is what its task ends with. */
export function leave(state: UserState, unwind: Unwind): never {
  state.leaving = unwind;
  throw unwind;
}

/** get_signal(): delivers what is pending, lowest first. True if a handler ran. Does not return if a signal is deadly. */
async function get_signal(current: Frame, state: UserState): Promise<boolean> {
  const { task } = current;
  let handled = false;
  while (task.pending.size > 0) {
    const signal = Math.min(...task.pending);
    task.dequeue(signal);
    switch (state.disposition(signal)) {
      case "terminate":
        leave(state, new Unwind(0, signal, null));
        break;
      case "handler": {
        const handler = state.handlers.get(signal);
        handled = true;
        if (typeof handler === "function") handler(signal);
        break;
      }
      case "stop":
        await do_signal_stop(current, signal);
        break;
      default:
        break;
    }
  }
  return handled;
}

/** do_signal_stop(): until SIGCONT or SIGKILL. The parent is told of the stop, and of the end of it by SIGCONT. */
async function do_signal_stop(caller: Frame, signal: number): Promise<void> {
  const current = caller.enter("do_signal_stop");
  const { kernel, task } = current;
  do_notify_parent_cldstop(current, signal);
  await kernel.sched.park(current, "TASK_STOPPED", new Stop(), "wait");
  if (!fatal_signal_pending(task)) do_notify_parent_cldstop(current, SIGCONT);
}

/** What a stopped task waits for. */
class Stop implements Waitable {
  readonly kind: WaitKind = "event";
  readonly name = "SIGCONT";
  holders(): readonly Task[] {
    return [];
  }
  blockers(): readonly Task[] {
    return [];
  }
  cancel(): void {}
}
