/**
 * Models fork (kernel/fork.c kernel_clone, copy_process) and the body of a user task: it runs one program after the other
 * (execve replaces the program, not the task) until one ends.
 * Left out: threads, vfork, sharing of anything but namespaces.
 */
import { FORK_FAILED, type Frame, type Pid, spawnTask, type Task } from "../kernel/index.ts";
import { copy_fs_struct, copy_rlimits, current_fs, dup_fd, files_struct, task_files, task_fs } from "../vfs/index.ts";
import { exhausted } from "./exhausted.ts";
import { copy_namespaces } from "./nsproxy.ts";
import type { Process, Program } from "./process.ts";
import { Unwind, type UserState, user_state, userState } from "./user-state.ts";

/** Makes the Process of a task; handed in, so that this file need not know all system calls. */
export type ProcessFactory = (task: Task) => Process;

/** kernel_clone(): a child of the current task that runs `program`. Its pid, or -EAGAIN at the limit of tasks. */
export function kernel_clone(caller: Frame, program: Program, factory: ProcessFactory): Pid | number {
  const current = caller.enter("kernel_clone");
  const { kernel, task } = current;
  current.writes(kernel.pids);
  current.touches(kernel.tasks, "commute");
  const child = spawnTask(kernel, {
    comm: task.comm,
    parent: task,
    body: (frame) => userTask(frame.task, program, factory),
    prepare: (made) => copy_process(current, made, userState(task).copy()),
  });
  if (child === null) {
    current.reads(kernel.tasks);
    return FORK_FAILED;
  }
  current.writes(child.root);
  return child.pid;
}

/** copy_process(): descriptors, working directory, umask and namespaces of the current task, for a new one. */
export function copy_process(caller: Frame, child: Task, state: UserState): void {
  const current = caller.enter("copy_process");
  const { task } = current;
  child.argv = task.argv;
  child.signals = state;
  user_state.set(child, state);
  const files = task_files.get(task);
  task_files.set(child, files === undefined ? new files_struct() : dup_fd(current, files));
  task_fs.set(child, copy_fs_struct(current_fs(current)));
  copy_rlimits(current, child);
  copy_namespaces(current, child);
}

/**
 * The body of a user task. What is thrown here and is no Unwind is a programming error of the program. Not `async`, which would
 * keep `first` for the task's whole life: of a forked shell that became another program nothing stays in the host's memory.
 */
export function userTask(task: Task, first: Program, factory: ProcessFactory): Promise<void> {
  const process = factory(task);
  return runProgram(task, first, process).then((next) => (next === null ? undefined : runOthers(task, next, process)));
}

async function runOthers(task: Task, second: Program, process: Process): Promise<void> {
  let next = await runProgram(task, second, process);
  while (next !== null) next = await runProgram(task, next, process);
}

/** Runs a program to the point where it is left, and returns the one that takes its place. */
async function runProgram(task: Task, program: Program, process: Process): Promise<Program | null> {
  const left = await leftProgram(task, program, process);
  task.exitCode = left.exitCode;
  task.exitSignal = left.signal;
  return left.next;
}

/** A program that swallowed its Unwind is left all the same. */
async function leftProgram(task: Task, program: Program, process: Process): Promise<Unwind> {
  const state = userState(task);
  state.leaving = null;
  state.inKernel = false;
  try {
    const status = await program(process);
    return state.leaving ?? new Unwind(status & 0xff, 0, null);
  } catch (thrown) {
    if (thrown instanceof Unwind) return thrown;
    const signal = state.inKernel ? null : exhausted(task.root, thrown);
    if (signal === null) throw thrown;
    return new Unwind(0, signal, null);
  }
}
