/**
 * Models kernel/umh.c: the kernel runs a program. A kworker starts it and waits for its end; who asked for it waits for the
 * kworker, in TASK_KILLABLE, and holds no lock of this file. A program whose requester was killed runs on.
 * Left out: UMH_NO_WAIT, UMH_WAIT_EXEC, umh_sysctl (disabling).
 */
import { complete, completion, wait_for_completion_killable } from "./completion.ts";
import { ENOENT, ENOMEM } from "./errno.ts";
import { wait4 } from "./fork.ts";
import type { Frame } from "./frame.ts";
import { type Kernel, staticData } from "./kernel.ts";
import type { Task } from "./task.ts";
import { alloc_workqueue, queue_work, work_struct } from "./workqueue.ts";

/** struct subprocess_info */
export interface subprocess_info {
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

/** Starts the program as a child of the current task (call_usermodehelper_exec_async). Null if no task can be made. */
export type HelperStarter = (current: Frame, info: subprocess_info) => Task | null;

const statics = staticData(() => ({ start: null as HelperStarter | null, system_unbound_wq: alloc_workqueue("events_unbound") }));

/** How programs are started is the upper rooms' business. Before this, none can be. */
export function setHelperStarter(kernel: Kernel, start: HelperStarter): void {
  statics(kernel).start = start;
}

/** call_usermodehelper_exec(): waits for the program's end. Its wait status, -ENOENT, -ENOMEM, or -EINTR if killed. */
export async function call_usermodehelper_exec(caller: Frame, info: subprocess_info): Promise<number> {
  const current = caller.enter("call_usermodehelper_exec");
  const { start, system_unbound_wq } = statics(current.kernel);
  if (start === null) return -ENOENT;
  const result = { retval: 0 };
  let helper: Task | null = null;
  const done = new completion(info.argv[0]?.replace(/^.*\//, "") ?? info.path, () => helper ?? work.worker);
  const work = new work_struct("call_usermodehelper_exec_work", async (root) => {
    const frame = root.enter("call_usermodehelper_exec_work");
    helper = start(frame, info);
    result.retval = helper === null ? -ENOMEM : await waitFor(frame, helper);
    complete(frame, done);
  });
  queue_work(current, system_unbound_wq, work);
  const error = await wait_for_completion_killable(current, done);
  return error === 0 ? result.retval : error;
}

async function waitFor(current: Frame, helper: Task): Promise<number> {
  for (;;) {
    const ended = await wait4(current.enter("kernel_wait"), helper.pid);
    if (ended === null) return 0;
    if (typeof ended !== "number") return ended.exitSignal === 0 ? ended.exitCode << 8 : ended.exitSignal;
    current.task.flush_signals();
  }
}
