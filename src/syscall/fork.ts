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

/** kernel_clone(): a child of the current task that runs `program`. Its pid, or -EAGAIN at the limit of tasks. `held`: see Process. */
export function kernel_clone(caller: Frame, program: Program, factory: ProcessFactory, held: readonly number[]): Pid | number {
  const current = caller.enter("kernel_clone");
  const { kernel, task } = current;
  current.writes(kernel.pids);
  current.touches(kernel.tasks, "commute");
  const child = spawnTask(kernel, {
    comm: task.comm,
    parent: task,
    body: (frame) => userTask(frame.task, program, factory),
    prepare: (made) => {
      const state = userState(task).copy();
      for (const signal of held) state.handlers.delete(signal);
      copy_process(current, made, state);
    },
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
 * The body of a user task. What is thrown in a program and is no Unwind is a programming error of the program. No coroutine, which
 * would keep `first` for the task's whole life: of a forked shell that became another program nothing stays in the host's memory.
 */
export function userTask(task: Task, first: Program, factory: ProcessFactory): Promise<void> {
  return new Promise((resolve, reject) => new Life(task, factory(task), resolve, reject).run(first));
}

/** The programs of a task, one after the other. */
class Life {
  private readonly task: Task;
  private readonly process: Process;
  private readonly end: () => void;
  private readonly fail: (error: unknown) => void;

  constructor(task: Task, process: Process, end: () => void, fail: (error: unknown) => void) {
    this.task = task;
    this.process = process;
    this.end = end;
    this.fail = fail;
  }

  /** Runs a program to the point where it is left, and then the one that takes its place. */
  run(program: Program): void {
    const state = userState(this.task);
    state.leaving = null;
    state.inKernel = false;
    try {
      program(this.process).then(this.returned, this.threw);
    } catch (thrown) {
      this.threw(thrown);
    }
  }

  /** A program that swallowed its Unwind is left all the same. */
  private readonly returned = (status: number): void => {
    this.left(userState(this.task).leaving ?? new Unwind(status & 0xff, 0, null));
  };

  private readonly threw = (thrown: unknown): void => {
    if (thrown instanceof Unwind) {
      this.left(thrown);
      return;
    }
    const signal = userState(this.task).inKernel ? null : exhausted(this.task.root, thrown);
    if (signal === null) this.fail(thrown);
    else this.left(new Unwind(0, signal, null));
  };

  private left({ exitCode, signal, next }: Unwind): void {
    this.task.exitCode = exitCode;
    this.task.exitSignal = signal;
    if (next === null) this.end();
    else this.run(next);
  }
}
