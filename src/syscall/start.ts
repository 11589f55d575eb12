/**
 * Brings user space up (init/main.c kernel_init): pid 1, which mounts what a start script mounts and then only reaps, and the
 * first program, its child.
 */
import { ECHILD, EmulatorBug, type Frame, type Kernel, type Pid, SIGCHLD, spawnTask, strerror, type Task } from "../kernel/index.ts";
import { __do_sys_chdir, do_filp_open, fd_install, type file, mountInitial, O_RDWR } from "../vfs/index.ts";
import { setProgramName } from "./exec.ts";
import { copy_process, userTask } from "./fork.ts";
import type { Program } from "./process.ts";
import { newProcess } from "./user-process.ts";
import { UserState, userState } from "./user-state.ts";

const INIT_PID = 1 as Pid;
const DEFAULT_INIT = { comm: "init", argv: ["/sbin/init"] } as const;
const ANY_CHILD = -1;
const STATUS_NOT_FOUND = 127;

/** The environment that the first program gets, as on the recorded machines. */
const INITIAL_ENV: ReadonlyMap<string, string> = new Map([
  ["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"],
  ["HOME", "/root"],
  ["TERM", "dumb"],
]);

export interface ScriptOptions {
  /** The program: "/usr/bin/bash". */
  readonly path: string;
  readonly argv: readonly string[];
  readonly env?: ReadonlyMap<string, string>;
  /** "/root" if left out. */
  readonly cwd?: string;
  /** Open files for descriptors 0, 1 and 2, one reference each, which the task takes over. /dev/null for what is left out. */
  readonly stdin?: file;
  readonly stdout?: file;
  readonly stderr?: file;
}

/**
 * Starts pid 1. Call outside any task when boot has come to rest, then run the kernel to rest again: init has then mounted
 * the file systems and waits for children to reap. It keeps no run alive. `udev`: /dev has the links that udev makes.
 */
export function startInit(
  kernel: Kernel,
  name: { readonly comm: string; readonly argv: readonly string[] } = DEFAULT_INIT,
  udev = true,
): Task {
  const state = new UserState(INIT_PID, INIT_PID, true);
  state.argv = name.argv;
  const task = spawnTask(kernel, {
    comm: name.comm,
    parent: null,
    pid: INIT_PID,
    daemon: true,
    body: (current) => userTask(current.task, init(current, udev), newProcess),
    prepare: (made) => copy_process(made.root, made, state),
  });
  if (task === null) throw new EmulatorBug("pid 1 cannot be created");
  task.argv = [name.comm, ...name.argv.slice(1)];
  return task;
}

/** Starts the first program as a child of init. Its end is in the task's exitCode and exitSignal. */
export function startScript(init: Task, options: ScriptOptions): Task {
  const { kernel } = init;
  const task = spawnTask(kernel, {
    comm: "init",
    parent: init,
    body: (current) => userTask(current.task, firstProgram(current, options), newProcess),
    prepare: (made) => {
      const state = userState(init).copy();
      state.handlers.clear();
      state.pgid = state.sid = made.pid;
      copy_process(init.root, made, state);
      setProgramName(made, options.path, options.argv);
    },
  });
  if (task === null) throw new EmulatorBug("the first program cannot be created");
  return task;
}

/** The program of pid 1. */
function init(current: Frame, udev: boolean): Program {
  return async (process) => {
    mountInitial(current.enter("kernel_init"), udev);
    process.sigaction(SIGCHLD, () => {});
    for (;;) {
      const ended = await process.wait4(ANY_CHILD, 0);
      if (ended === -ECHILD) await process.pause();
    }
  };
}

/** Opens the three descriptors, then becomes the program. */
function firstProgram(current: Frame, options: ScriptOptions): Program {
  return async (process) => {
    for (const given of [options.stdin, options.stdout, options.stderr]) fd_install(current, given ?? (await openNull(current)), false);
    await __do_sys_chdir(current, options.cwd ?? "/root");
    const error = await process.execve(options.path, options.argv, options.env ?? INITIAL_ENV);
    await process.write(2, new TextEncoder().encode(`${options.path}: ${strerror(error)}\n`));
    return STATUS_NOT_FOUND;
  };
}

async function openNull(current: Frame): Promise<file> {
  const opened = await do_filp_open(current, "/dev/null", O_RDWR, 0);
  if (typeof opened === "number") throw new EmulatorBug(`/dev/null cannot be opened: ${opened}`);
  return opened;
}
