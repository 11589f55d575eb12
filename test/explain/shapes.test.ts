/**
 * Proves that what a log says is taken as said (lists of held locks, the owner that newer hung-task reports name), that
 * what it does not say is told, and that garbage, truncation and size do no harm.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { explain, explanationText, mermaid } from "../../src/explain/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const explained = (text: string): ReturnType<typeof explain> => explain(encode(text));

function hung(comm: string, pid: number, seconds: number, ...stack: readonly string[]): string {
  return [
    `INFO: task ${comm}:${pid} blocked for more than ${seconds} seconds.`,
    "      Not tainted 6.18.0 #1",
    `task:${comm.padEnd(15)} state:D stack:0     pid:${pid} tgid:${pid} ppid:2      task_flags:0x0 flags:0x00004000`,
    "Call Trace:",
    " <TASK>",
    ...stack.map((name) => ` ${name}+0x10/0x20`),
    " </TASK>",
    "",
  ].join("\n");
}

describe("held locks as lockdep lists them", () => {
  const text = `${hung("writer", 20, 143, "__schedule", "schedule", "__mutex_lock", "first_path", "kthread")}${hung("other", 21, 140, "__schedule", "schedule", "__mutex_lock", "second_path", "kthread")}
Showing all locks held in the system:
2 locks held by writer/20:
 #0: ffff888116d2a8f0 (&foo->lock){+.+.}-{4:4}, at: first_path+0x1/0x2
 #1: ffff888116d2b000 (&bar->lock){+.+.}-{4:4}, at: first_path+0x9/0x20
2 locks held by other/21:
 #0: ffff888116d2b000 (&bar->lock){+.+.}-{4:4}, at: second_path+0x1/0x2
 #1: ffff888116d2a8f0 (&foo->lock){+.+.}-{4:4}, at: second_path+0x9/0x20
1 lock held by khungtaskd/38:
 #0: ffffffff8274b3a0 (rcu_read_lock){....}-{1:3}, at: debug_show_all_locks+0x15/0xf9

=============================================
`;

  test("the last one is wanted, the others are held: a circle of locks that nobody knows", () => {
    const { kind, title, cycle, root, unknown } = explained(text);
    expect({ kind, title, cycle, root, unknown }).toEqual({
      kind: "deadlock",
      title: "deadlock: &bar->lock -> &foo->lock -> &bar->lock",
      cycle: { kind: "cycle", locks: ["&bar->lock", "&foo->lock"], tasks: [20, 21] },
      root: 20,
      unknown: [],
    });
  });

  test("another instance of the class is another lock: no circle", () => {
    const apart = text.replace("#1: ffff888116d2a8f0", "#1: ffff888116d2c000");
    const { kind, title, cycle, root } = explained(apart);
    expect({ kind, title, cycle, root }).toEqual({
      kind: "hung-tasks",
      title: "task hung: &bar->lock, held in second_path",
      cycle: null,
      root: 21,
    });
  });
});

test("the owner that the hung-task detector names closes the circle", () => {
  const text = [
    hung("a", 30, 122, "__schedule", "schedule", "__mutex_lock", "unknown_a"),
    "INFO: task a:30 is blocked on a mutex likely owned by task b:31.",
    hung("b", 31, 122, "__schedule", "schedule", "rwsem_down_write_slowpath", "unknown_b"),
    "INFO: task b:31 <writer> blocked on an rw-semaphore likely owned by task a:30 <reader>",
  ].join("\n");
  const { cycle, title, tasks } = explained(text);
  expect({ cycle, title, held: tasks.map((task) => task.heldBy) }).toEqual({
    cycle: { kind: "cycle", locks: ["a mutex in unknown_a()", "an rw_semaphore in unknown_b()"], tasks: [30, 31] },
    title: "deadlock: a mutex in unknown_a() -> an rw_semaphore in unknown_b() -> a mutex in unknown_a()",
    held: [[31], [30]],
  });
});

test("since v6.0 a stuck namespace deletion holds no devlink_mutex: devlink's own tasks are not its victims", () => {
  const stack = [
    "__schedule",
    "schedule",
    "rwsem_down_write_slowpath",
    "unregister_netdevice_notifier",
    "fm_unload",
    "devlink_reload",
    "devlink_pernet_pre_exit",
    "cleanup_net",
    "process_one_work",
    "worker_thread",
  ];
  const { tasks, victims } = explained(hung("kworker/u8:1", 9, 122, ...stack));
  expect({ locks: tasks[0]?.heldLocks.map((lock) => lock.lock), victims }).toEqual({
    locks: ["pernet_ops_rwsem", "&devlink->lock"],
    victims: [],
  });
});

test("a reader stuck behind a queued writer is a victim of the holder, and says so", () => {
  const text =
    hung(
      "kworker/u8:1",
      9,
      200,
      "__schedule",
      "schedule",
      "schedule_timeout",
      "msleep",
      "slow_exit",
      "ops_exit_list",
      "cleanup_net",
      "worker_thread",
    ) +
    hung("modprobe", 50, 150, "__schedule", "schedule", "rwsem_down_write_slowpath", "register_pernet_subsys", "do_one_initcall") +
    hung("ip", 51, 140, "__schedule", "schedule", "rwsem_down_read_slowpath", "down_read_killable", "copy_net_ns", "create_new_namespaces");
  const { root, victims, tasks, title } = explained(text);
  expect({ root, victims, title, ip: tasks.find((task) => task.comm === "ip") }).toEqual({
    root: 9,
    victims: [50, 51],
    title: "task hung: pernet_ops_rwsem, held in cleanup_net",
    ip: expect.objectContaining({ waitsFor: "pernet_ops_rwsem", mode: "read", heldBy: [], behind: [50], role: "victim" }),
  });
});

test("other reports of lockdep are named with their lock", () => {
  const text = `
=====================================
WARNING: bad unlock balance detected!
6.1.0 #1 Not tainted
-------------------------------------
rmmod/77 is trying to release lock (&priv->lock) at:
[<0000000000000000>] drv_exit+0x20/0x40 [drv]
but there are no more locks to release!

other info that might help us debug this:
no locks held by rmmod/77.

stack backtrace:
CPU: 0 PID: 77 Comm: rmmod Not tainted 6.1.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x45/0x5d
 print_unlock_imbalance_bug+0xf4/0x100
 lock_release+0x1f2/0x2b0
 drv_exit+0x20/0x40 [drv]
 </TASK>
`;
  const { kind, title, root, why, unknown } = explained(text);
  expect({ kind, title, root, why, unknown }).toEqual({
    kind: "lock-misuse",
    title: "bad unlock balance: &priv->lock",
    root: 77,
    why: ["rmmod/77: bad unlock balance in drv_exit()."],
    unknown: [],
  });
});

test("a device that waits for its references", () => {
  const line = (count: number): string => `[  100.000000] unregister_netdevice: waiting for lo to become free. Usage count = ${count}\n`;
  const { kind, title, why, unknown } = explained(line(3) + line(2));
  expect({ kind, title, why, unknown }).toEqual({
    kind: "reference-leak",
    title: "unregister_netdevice: waiting for lo",
    why: ["lo is unregistered and still has 2 references."],
    unknown: ["The log does not show who holds the references."],
  });
});

test("stacks of /proc/<pid>/stack with the pid in front of them", () => {
  const text = `pid 7 kworker netns
[<0>] devlink_pernet_pre_exit+0x2a/0xd0
[<0>] cleanup_net+0x1d5/0x340
pid 154 (devlink dev reload pci 0000:00:08.0 ) state=D wchan=0
[<0>] unregister_netdevice_notifier+0x1c/0xb0
[<0>] fm_unload+0x37/0x39 [fakemlx5]
[<0>] devlink_reload+0x216/0x270
[<0>] devlink_nl_cmd_reload+0x46f/0x4e0
[<0>] genl_family_rcv_msg_doit+0xea/0x150
[<0>] genl_rcv_msg+0xde/0x1e0
[<0>] genl_rcv+0x24/0x40
`;
  expect(explained(text).title).toBe("deadlock: devlink_mutex -> pernet_ops_rwsem -> devlink_mutex");
});

describe("what is no report", () => {
  test.each([
    ["empty", "", "The input is empty."],
    ["prose", "hello\nworld\n", "None of 2 lines belongs to a lockdep report, a hung-task report, or the output of sysrq w, d or t."],
    [
      "an oops",
      "BUG: kernel NULL pointer dereference\nCall Trace:\n foo+0x1/0x2\n",
      "None of 3 lines belongs to a lockdep report, a hung-task report, or the output of sysrq w, d or t.",
    ],
  ])("%s", async (_, text, said) => {
    expect(await mlx5emu(["explain", "-"], { "-": text })).toEqual({
      status: 1,
      stdout: `NOTHING  no report found\n\n${wrapped(said)}\n`,
      stderr: "",
      files: {},
    });
  });

  test("random bytes, one endless line, and a log cut off anywhere", () => {
    let state = 1;
    const noise = Uint8Array.from({ length: 200_000 }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 24;
    });
    expect(explain(noise).kind).toBe("nothing");
    expect(explained("x".repeat(3_000_000)).lines).toBe(1);
    const whole = readFileSync(new URL("./logs/lockdep-global.console.txt", import.meta.url));
    const begins = whole.indexOf("is trying to acquire lock");
    for (let end = 0; end < whole.length; end += 97) {
      const { kind, unknown } = explain(whole.subarray(0, end));
      const expected = end < begins - 400 ? "nothing" : kind;
      expect(kind).toBe(expected);
      if (kind === "predicted-deadlock" && end < whole.indexOf("stack backtrace"))
        expect(unknown[0]).toContain("The log ends inside this report");
    }
  });
});

function wrapped(said: string): string {
  return said.length < 90
    ? `  Unknown ${said}`
    : `  Unknown ${said.slice(0, said.lastIndexOf(" ", 90))}\n          ${said.slice(said.lastIndexOf(" ", 90) + 1)}`;
}

test("the text of an explanation, and its graph", () => {
  const found = explain(readFileSync(new URL("./logs/abba-global.console.txt", import.meta.url)));
  expect(explanationText(found)).toBe(readFileSync(new URL("./logs/abba-global.txt", import.meta.url), "utf8"));
  expect(mermaid(found)).toBe(readFileSync(new URL("./logs/abba-global.mmd", import.meta.url), "utf8"));
});

test("the command line: formats, and what cannot be read", async () => {
  const files = { "x.log": readFileSync(new URL("./logs/abba-global.console.txt", import.meta.url)) };
  const asJson = await mlx5emu(["explain", "x.log", "--json"], files);
  const document: unknown = JSON.parse(asJson.stdout);
  expect({ ...asJson, stdout: document }).toEqual({ status: 0, stdout: explain(files["x.log"]), stderr: "", files: {} });
  expect((await mlx5emu(["explain", "x.log", "--format", "json"], files)).stdout).toBe(asJson.stdout);
  expect((await mlx5emu(["explain", "x.log", "--format", "mermaid"], files)).stdout).toMatch(/^graph LR\n/);
  expect(await mlx5emu(["explain", "no.log"], files)).toEqual({
    status: 2,
    stdout: "",
    stderr: "mlx5-emu: cannot read no.log: No such file or directory; give a kernel log, or - for standard input\n",
    files: {},
  });
});
