/**
 * Models what the kernel prints of a task's stack: /proc/<pid>/stack (fs/proc/base.c), show_stack() (arch/x86/kernel/
 * dumpstack.c), dump_stack(). The frames are those of the model; between the modelled function that waits and the scheduler
 * stand the functions of the primitive, which differ between kernels and are a strategy here.
 * Left out: addresses that are only found lying on the stack ("? func"), registers, the machine code around them.
 */
import type { Frame } from "./frame.ts";
import { type Kernel, staticData } from "./kernel.ts";
import { symbolText } from "./symbol.ts";
import type { Task } from "./task.ts";
import type { WaitKind, WaitMode } from "./wait.ts";

/** A function of a primitive. Those in .sched.text are left out of /proc/<pid>/stack, as in_sched_functions() says. */
export interface WaitFunction {
  readonly name: string;
  readonly sched: boolean;
}

export interface StackStyle {
  /** The functions from the primitive that was called to schedule(), innermost first. */
  waitFunctions(kind: WaitKind, mode: WaitMode): readonly WaitFunction[];
  /** ` <TASK>` and ` </TASK>` around a task's frames. */
  readonly task_marks: boolean;
  /** What dump_stack() calls itself. */
  readonly dump_stack: string;
}

const sched = (name: string): WaitFunction => ({ name, sched: true });

const PREEMPT_DISABLED = [sched("__schedule"), sched("schedule"), sched("schedule_preempt_disabled")];
const MUTEX = [...PREEMPT_DISABLED, sched("__mutex_lock.constprop.0")];
const COMPLETION = [sched("__schedule"), sched("schedule"), sched("schedule_timeout"), sched("wait_for_completion")];
const ANYTHING_ELSE = [sched("__schedule"), sched("schedule")];

function common(kind: WaitKind): readonly WaitFunction[] {
  if (kind === "mutex") return MUTEX;
  return kind === "completion" || kind === "work" ? COMPLETION : ANYTHING_ELSE;
}

/** Up to v5.10: rwsem_down_write_slowpath() is an ordinary function and can be seen. */
export const stacksOf5_10: StackStyle = {
  task_marks: false,
  dump_stack: "dump_stack",
  waitFunctions: (kind, mode) => {
    if (kind !== "rwsem") return common(kind);
    const slowpath = mode === "write" ? { name: "rwsem_down_write_slowpath", sched: false } : sched("rwsem_down_read_slowpath");
    return [sched("__schedule"), sched("schedule"), slowpath];
  },
};

/** v6.1: both slow paths are in .sched.text. */
export const stacksOf6_1: StackStyle = {
  task_marks: true,
  dump_stack: "dump_stack_lvl",
  waitFunctions: (kind, mode) =>
    kind === "rwsem"
      ? [...PREEMPT_DISABLED, sched(mode === "write" ? "rwsem_down_write_slowpath" : "rwsem_down_read_slowpath")]
      : common(kind),
};

const style = staticData((): { now: StackStyle } => ({ now: stacksOf5_10 }));

/** Chooses the kernel's stacks; before the first task waits. */
export function setStackStyle(kernel: Kernel, chosen: StackStyle): void {
  style(kernel).now = chosen;
}

/** The functions of a stack that begins in `frame`, innermost first, down to the entry into the kernel. */
export function stackFunctions(frame: Frame): string[] {
  const names: string[] = [];
  for (let f: Frame | null = frame; f !== null; f = f.caller) if (f.name !== "") names.push(f.name);
  if (frame.task.kthread) return names.at(-1) === "ret_from_fork" ? names : [...names, "kthread", "ret_from_fork"];
  const wrapper = /^(?:__sys|ksys)_(.*)$/.exec(names.at(-1) ?? "")?.[1];
  return [...names, ...(wrapper === undefined ? [] : [`__x64_sys_${wrapper}`]), "do_syscall_64", "entry_SYSCALL_64_after_hwframe"];
}

/** Each function as `func+0x1c/0xb0 [module]`; `inner` are those below the first that the model has no frames for. */
export function stackText(kernel: Kernel, functions: readonly string[]): string[] {
  return functions.map((name, at) => symbolText(kernel, name, functions[at - 1]));
}

/** stack_trace_save_tsk(): where a waiting task stands, scheduler functions left out; nothing for one that runs. */
export function waitingStack(task: Task): string[] {
  const { wait, kernel } = task;
  if (wait === null) return [];
  const inner = style(kernel).now.waitFunctions(wait.on.kind, wait.mode);
  const functions = [...inner.map((f) => f.name), ...stackFunctions(wait.frame)];
  return stackText(kernel, functions).filter((_, at) => inner[at]?.sched !== true);
}

/** show_stack(): the lines from "Call Trace:" on, of a waiting task. */
export function show_stack(task: Task): string[] {
  const { wait, kernel } = task;
  const inner = wait === null ? [] : style(kernel).now.waitFunctions(wait.on.kind, wait.mode);
  return callTrace(kernel, wait === null ? [] : [...inner.map((f) => f.name), ...stackFunctions(wait.frame)]);
}

/** dump_stack(): the lines from "Call Trace:" on, of the running task; `functions` are those that lead to it, innermost first. */
export function dump_stack(kernel: Kernel, functions: readonly string[]): string[] {
  return callTrace(kernel, [style(kernel).now.dump_stack, ...functions]);
}

function callTrace(kernel: Kernel, functions: readonly string[]): string[] {
  const lines = stackText(kernel, functions).map((text) => ` ${text}`);
  return style(kernel).now.task_marks ? ["Call Trace:", " <TASK>", ...lines, " </TASK>"] : ["Call Trace:", ...lines];
}
