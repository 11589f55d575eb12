/** Proves the JSON document of a run: every field, the verdict's order, and the exit status. */
import { describe, expect, it } from "vitest";
import { EXIT_STATUS, type RunOutcome, resultDocument, verdictOf } from "../../src/report/index.ts";
import { HEALTHY, hungOutcome, seedOutcome } from "./outcomes.ts";

it("holds the whole of a deadlocked run", async () => {
  const { blocked, ...document } = resultDocument(await seedOutcome(), { stdout: "out\n", stderr: "" });
  const stack = [
    "ret_from_fork",
    "kthread",
    "worker_thread",
    "process_one_work",
    "cleanup_net",
    "ops_pre_exit_list",
    "devlink_pernet_pre_exit",
    "devlink_reload",
    "mlx5_devlink_reload_down",
    "mlx5_unload_one",
    "mlx5_detach_device",
    "mlx5_ib_remove",
    "mlx5_remove_netdev_notifier",
    "unregister_netdevice_notifier",
  ];
  expect(document).toEqual({
    format: "mlx5-emu.result/1",
    verdict: "deadlock",
    era: "v5.10",
    notifier: "global",
    devices: ["0000:00:08.0"],
    script: { status: 0, stdout: "out\n", stderr: "" },
    deadlocks: [
      {
        kind: "self",
        locks: ["pernet_ops_rwsem"],
        tasks: [7],
        at: stack,
        waits: [{ pid: 7, waitsFor: "pernet_ops_rwsem", mode: "write", reason: "holds" }],
        time: 0,
      },
    ],
    reports: [],
    devlink: [{ handle: "pci/0000:00:08.0", netns: "net:[4026532001] (dying)", reloadFailed: false }],
    rdma: [],
    netns: [{ name: null, inum: 4026531840, state: "alive" }],
    netdevs: [{ name: "eth0", netns: "init_net", up: true, present: true }],
    limit: null,
    virtualTime: 4_000_000,
    schedule: "v1:",
  });
  expect(blocked[0]).toEqual({
    pid: 7,
    comm: "kworker/u4:0+netns",
    command: "kworker/u4:0+netns",
    state: "D",
    waitsFor: "pernet_ops_rwsem",
    mode: "write",
    behind: [7],
    killable: false,
    stack,
    heldLocks: ["pernet_ops_rwsem", "devlink_mutex", "&dev->intf_state_mutex", "mlx5_intf_mutex"],
  });
  expect(blocked.map((task) => [task.command, task.waitsFor, task.mode, task.behind, task.killable, task.heldLocks])).toEqual([
    [
      "kworker/u4:0+netns",
      "pernet_ops_rwsem",
      "write",
      [7],
      false,
      ["pernet_ops_rwsem", "devlink_mutex", "&dev->intf_state_mutex", "mlx5_intf_mutex"],
    ],
    ["devlink dev show", "devlink_mutex", "exclusive", [7], false, ["genl_mutex"]],
    ["devlink port show", "genl_mutex", "exclusive", [101], false, []],
    ["devlink port show", "genl_mutex", "exclusive", [101], false, []],
    ["ip netns add bar", "pernet_ops_rwsem", "read", [7], true, []],
  ]);
});

describe("the verdict", () => {
  const bugs = [{ kind: "warn", text: "x" }] as const;
  const limit = { limit: "steps", value: 1 } as const;
  const cases: readonly [string, () => Promise<RunOutcome> | RunOutcome, string, number][] = [
    ["healthy", () => HEALTHY, "ok", 0],
    ["failed script", () => ({ ...HEALTHY, status: 7 }), "script-failed", 1],
    ["script without an end", () => ({ ...HEALTHY, status: null }), "script-failed", 1],
    ["deadlock before all", async () => ({ ...(await seedOutcome()), bugs, limit, status: 1 }), "deadlock", 3],
    ["tasks hung for ever", hungOutcome, "deadlock", 3],
    ["tasks that only stood still at a limit", async () => ({ ...(await hungOutcome()), limit }), "limit", 5],
    ["kernel bug before a limit", () => ({ ...HEALTHY, bugs, limit, status: 1 }), "kernel-bug", 4],
    [
      "a lock left held",
      () => ({ ...HEALTHY, leftHeld: [{ pid: 1, comm: "sh", hold: { lock: "l", id: 1, mode: "read", function: "f" } }] }),
      "kernel-bug",
      4,
    ],
    ["a limit before a failed script", () => ({ ...HEALTHY, limit, status: 1 }), "limit", 5],
  ];
  it.each(cases)("%s", async (_, make, verdict, status) => {
    const found = verdictOf(await make());
    expect([found, EXIT_STATUS[found]]).toEqual([verdict, status]);
  });
});
