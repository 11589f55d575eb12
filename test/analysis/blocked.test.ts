/** Proves what is listed when nothing can run any more: D state only, behind whom, and what stands at the root. */
import { expect, it } from "vitest";
import { blockedTasks, DeadlockDetector, locksLeftHeld } from "../../src/analysis/index.ts";
import {
  completion,
  down_read,
  down_read_killable,
  down_write,
  type Frame,
  Kernel,
  msleep,
  mutex,
  mutex_lock,
  mutex_lock_interruptible,
  rw_semaphore,
  schedule_timeout,
  spawnTask,
  wait_for_completion,
} from "../../src/kernel/index.ts";
import { runKernel } from "../support/kernel.ts";

async function run(
  build: (kernel: Kernel) => Readonly<Record<string, (current: Frame) => Promise<unknown>>>,
): Promise<{ kernel: Kernel; detector: DeadlockDetector }> {
  const kernel = new Kernel();
  const detector = new DeadlockDetector(kernel);
  kernel.events.attach(detector);
  for (const [comm, body] of Object.entries(build(kernel))) {
    const task = spawnTask(kernel, { comm, parent: null, body: async (current) => void (await body(current.enter(comm))) });
    if (task !== null) task.argv = [comm, "--now"];
  }
  await runKernel(kernel);
  return { kernel, detector };
}

/** When the others come, in ms: the deadlock has closed by then. */
const LATER = 5;

it("lists tasks behind a deadlock with the way to it, and who can be killed", async () => {
  const { kernel, detector } = await run((k) => {
    const sem = new rw_semaphore(k, "pernet_ops_rwsem");
    const devlink = new mutex(k, "devlink_mutex");
    const genl = new mutex(k, "genl_mutex");
    return {
      cleanup: async (current) => {
        await down_read(current, sem);
        await mutex_lock(current, devlink);
        await down_write(current, sem);
      },
      first: async (current) => {
        await msleep(current, LATER);
        await mutex_lock(current, genl);
        await mutex_lock(current, devlink);
      },
      second: async (current) => {
        await msleep(current, LATER + 1);
        await mutex_lock(current, genl);
      },
      add: async (current) => {
        await msleep(current, LATER + 2);
        await down_read_killable(current, sem);
      },
      patient: async (current) => {
        await msleep(current, LATER + 3);
        await mutex_lock_interruptible(current, genl);
      },
    };
  });
  const seen = blockedTasks(kernel, detector.deadlocks).map((t) => ({
    command: t.command,
    waitsFor: `${t.wait.on} ${t.wait.mode}`,
    behind: t.wait.behind,
    killable: t.killable,
    held: t.held.map((h) => h.lock),
    deadlock: t.deadlock,
    chain: t.chain,
    queuedBehind: t.queuedBehind,
  }));
  expect(seen).toEqual([
    {
      command: "cleanup --now",
      waitsFor: "pernet_ops_rwsem write",
      behind: [1],
      killable: false,
      held: ["pernet_ops_rwsem", "devlink_mutex"],
      deadlock: 0,
      chain: [1],
      queuedBehind: null,
    },
    {
      command: "first --now",
      waitsFor: "devlink_mutex exclusive",
      behind: [1],
      killable: false,
      held: ["genl_mutex"],
      deadlock: 0,
      chain: [2, 1],
      queuedBehind: null,
    },
    {
      command: "second --now",
      waitsFor: "genl_mutex exclusive",
      behind: [2],
      killable: false,
      held: [],
      deadlock: 0,
      chain: [3, 2, 1],
      queuedBehind: null,
    },
    {
      command: "add --now",
      waitsFor: "pernet_ops_rwsem read",
      behind: [1],
      killable: true,
      held: [],
      deadlock: 0,
      chain: [4, 1],
      queuedBehind: 1,
    },
  ]);
  expect(locksLeftHeld(kernel)).toEqual([]);
});

it("lists a task that waits for ever without any deadlock", async () => {
  const { kernel, detector } = await run(() => ({ waiter: (current) => wait_for_completion(current, new completion("never")) }));
  expect(blockedTasks(kernel, detector.deadlocks)).toEqual([
    {
      pid: 1,
      comm: "waiter",
      command: "waiter --now",
      kthread: false,
      state: "D",
      killable: false,
      wait: { on: "never", id: null, kind: "completion", mode: "wait", function: "waiter", since: 0, behind: [] },
      stack: [{ function: "waiter", takes: [] }],
      held: [],
      deadlock: null,
      chain: [1],
      queuedBehind: null,
    },
  ]);
});

it("lists neither interruptible waits nor timed sleeps, but names the locks that a task outside D state has kept", async () => {
  const { kernel, detector } = await run((k) => {
    const lock = new mutex(k, "lock");
    const kept = new mutex(k, "kept");
    return {
      sleeper: async (current) => {
        current.task.daemon = true;
        await mutex_lock(current, lock);
        await schedule_timeout(current, 1e9, "TASK_UNINTERRUPTIBLE");
      },
      waiter: async (current) => {
        await mutex_lock(current.enter("take"), kept);
        await mutex_lock_interruptible(current, lock);
      },
    };
  });
  expect(blockedTasks(kernel, detector.deadlocks)).toEqual([]);
  expect(locksLeftHeld(kernel)).toEqual([{ pid: 2, comm: "waiter", hold: { lock: "kept", id: 2, mode: "exclusive", function: "take" } }]);
});
