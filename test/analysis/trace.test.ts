/** Proves that a trace says what happened, in order, and is the same bytes for the same run. */
import { expect, it } from "vitest";
import { TraceRecorder } from "../../src/analysis/index.ts";
import {
  down_read,
  down_write,
  Kernel,
  pr_info,
  queue_work,
  rw_semaphore,
  spawnTask,
  system_wq,
  warn,
  work_struct,
} from "../../src/kernel/index.ts";
import { runKernel } from "../support/kernel.ts";

const HEADER = { version: "1.2.3", era: "v5.10", notifier: "global", devices: ["0000:00:08.0"], script: "ab12" };

async function trace(): Promise<string> {
  const kernel = new Kernel();
  const sem = new rw_semaphore(kernel, "sem");
  let text = "";
  spawnTask(kernel, {
    comm: "sh",
    parent: null,
    body: async (current) => {
      const frame = current.enter("cleanup_net");
      await down_read(frame, sem);
      pr_info(kernel, "hello");
      warn(frame, "contract", "not here");
      queue_work(frame, system_wq(kernel), new work_struct("func", async () => {}));
      await down_write(frame.enter("unregister"), sem);
    },
  });
  kernel.events.attach(new TraceRecorder(kernel, HEADER, (line) => (text += line)));
  await runKernel(kernel);
  return text;
}

it("writes a header and one line for each event", async () => {
  const lines = (await trace()).split("\n");
  expect(lines.pop()).toBe("");
  expect(lines.filter((line) => !line.includes('"printk"') || line.includes("hello"))).toEqual([
    '{"format":"mlx5-emu.trace/1","version":"1.2.3","era":"v5.10","notifier":"global","devices":["0000:00:08.0"],"script":"ab12"}',
    '{"time":0,"type":"task_new","pid":1,"comm":"sh","ppid":0}',
    '{"time":0,"type":"sched_switch","pid":1,"comm":"sh"}',
    '{"time":0,"type":"function","pid":1,"function":"cleanup_net","depth":0}',
    '{"time":0,"type":"lock_acquire","pid":1,"lock":"sem","id":1,"mode":"read","trylock":false,"subclass":0,"function":"cleanup_net"}',
    '{"time":0,"type":"lock_acquired","pid":1,"lock":"sem","id":1,"mode":"read","function":"cleanup_net"}',
    '{"time":0,"type":"printk","pid":1,"level":6,"text":"hello"}',
    '{"time":0,"type":"bug","pid":1,"kind":"contract","text":"not here","stack":["cleanup_net"]}',
    '{"time":0,"type":"work_queue","pid":1,"workqueue":"events","func":"func"}',
    '{"time":0,"type":"task_new","pid":7,"comm":"kworker/u4:0","ppid":0}',
    '{"time":0,"type":"function","pid":1,"function":"unregister","depth":1}',
    '{"time":0,"type":"lock_acquire","pid":1,"lock":"sem","id":1,"mode":"write","trylock":false,"subclass":0,"function":"unregister"}',
    '{"time":0,"type":"wait","pid":1,"on":"sem","kind":"rwsem","mode":"write","state":"TASK_UNINTERRUPTIBLE","behind":[1],"stack":["cleanup_net","unregister"]}',
    '{"time":0,"type":"sched_switch","pid":7,"comm":"kworker/u4:0"}',
    '{"time":0,"type":"function","pid":7,"function":"ret_from_fork","depth":0}',
    '{"time":0,"type":"function","pid":7,"function":"kthread","depth":1}',
    '{"time":0,"type":"function","pid":7,"function":"worker_thread","depth":2}',
    '{"time":0,"type":"function","pid":7,"function":"process_one_work","depth":3}',
    '{"time":0,"type":"work_start","pid":7,"workqueue":"events","func":"func"}',
    '{"time":0,"type":"work_end","pid":7,"workqueue":"events","func":"func"}',
    '{"time":0,"type":"wait","pid":7,"on":"worklist","kind":"event","mode":"wait","state":"TASK_IDLE","behind":[],"stack":["ret_from_fork","kthread","worker_thread"]}',
  ]);
});

it("is the same bytes on a second kernel", async () => {
  expect(await trace()).toBe(await trace());
});
