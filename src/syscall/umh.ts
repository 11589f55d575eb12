/**
 * Models call_usermodehelper_exec_async() (kernel/umh.c): a kworker's child becomes a program, in the namespaces and with
 * the root of pid 1, without open files, in `/`.
 */
import { type Frame, type Kernel, type Pid, setHelperStarter, spawnTask, type subprocess_info, type Task } from "../kernel/index.ts";
import { __do_sys_chdir } from "../vfs/index.ts";
import { setProgramName } from "./exec.ts";
import { copy_process, userTask } from "./fork.ts";
import type { Program } from "./process.ts";
import { newProcess } from "./user-process.ts";
import { UserState } from "./user-state.ts";

const INIT_PID = 1 as Pid;
/** Process group and session of kernel threads. */
const KERNEL_SESSION = 0 as Pid;
const STATUS_NOT_FOUND = 127;

/** Lets the kernel run programs. Call at boot. */
export function umh_init(kernel: Kernel): void {
  setHelperStarter(kernel, start);
}

function start(caller: Frame, info: subprocess_info): Task | null {
  const { kernel } = caller;
  const init = kernel.tasks.get(INIT_PID);
  if (init === undefined) return null;
  return spawnTask(kernel, {
    comm: caller.task.comm,
    parent: caller.task,
    body: (root) => userTask(root.task, program(root, info), newProcess),
    prepare: (made) => {
      copy_process(init.root, made, new UserState(KERNEL_SESSION, KERNEL_SESSION));
      setProgramName(made, info.path, info.argv);
    },
  });
}

function program(current: Frame, info: subprocess_info): Program {
  return async (process) => {
    await __do_sys_chdir(current, "/");
    await process.execve(info.path, info.argv, info.env);
    return STATUS_NOT_FOUND;
  };
}
