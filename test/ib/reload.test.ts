/**
 * Proves what a reload into another namespace and that namespace's death do to the IB device under each way of listening
 * to netdev events: the deadlock of the global one with its exact stack and locks, the lost netdev of the per-namespace
 * one, and neither with the one that follows the netdev. And that the deadlock goes with its causes.
 */
import { describe, expect, it } from "vitest";
import { recreateNetdev } from "../../src/core/index.ts";
import type { Frame } from "../../src/kernel/index.ts";
import { init_net, type net, put_net } from "../../src/net/index.ts";
import { newNet } from "../support/devlink.ts";
import {
  blocked,
  healthy,
  type Mlx5Bench,
  MULTIPORT,
  mlx5Bench,
  moveNetdev,
  type NotifierName,
  netChain,
  rdma,
  reload,
} from "../support/mlx5.ts";

/** ip netns add foo; devlink dev reload DEVICE netns foo */
async function reloadIntoFoo(current: Frame, device?: string): Promise<net> {
  const foo = await newNet(current);
  expect((await reload(current, foo, init_net(current.kernel), device)).errno).toBe(0);
  return foo;
}

/** The same, and ip netns del foo */
async function seed(machine: Mlx5Bench, device?: string): Promise<void> {
  await machine.run({
    script: async (current) => {
      put_net(current, await reloadIntoFoo(current, device));
    },
  });
}

const CLEANUP = ["ret_from_fork", "kthread", "worker_thread", "process_one_work", "cleanup_net", "devlink_pernet_pre_exit"];
const UNLOAD = [
  "devlink_reload",
  "mlx5_devlink_reload_down",
  "mlx5_unload_one",
  "mlx5_detach_device",
  "mlx5_detach_interface",
  "mlx5_ib_remove",
];

describe("the global notifier", () => {
  it("deadlocks when the namespace dies: normal port", async () => {
    const machine = await mlx5Bench({ notifier: "global" });
    await seed(machine);
    expect(blocked(machine.kernel)).toEqual([
      {
        task: expect.stringMatching(/^kworker\/u4:\d\+netns$/),
        lock: "pernet_ops_rwsem",
        mode: "write",
        stack: [
          ...CLEANUP,
          ...UNLOAD,
          "__mlx5_ib_remove",
          "mlx5_ib_roce_cleanup",
          "mlx5_remove_netdev_notifier",
          "unregister_netdevice_notifier",
        ],
        held: ["pernet_ops_rwsem:read", "devlink_mutex:exclusive", "&dev->intf_state_mutex:exclusive", "mlx5_intf_mutex:exclusive"],
      },
    ]);
    expect(rdma(machine.kernel)).toEqual([]);
  });

  it("deadlocks on the path of the original report: multiport slave, the master's IB device lives on", async () => {
    const machine = await mlx5Bench({ notifier: "global", devices: MULTIPORT });
    await seed(machine, "pci/0000:00:08.1");
    expect(blocked(machine.kernel)).toEqual([
      {
        task: expect.stringMatching(/^kworker\/u4:\d\+netns$/),
        lock: "pernet_ops_rwsem",
        mode: "write",
        stack: [...CLEANUP, ...UNLOAD, "mlx5_ib_unbind_slave_port", "mlx5_remove_netdev_notifier", "unregister_netdevice_notifier"],
        held: [
          "pernet_ops_rwsem:read",
          "devlink_mutex:exclusive",
          "&dev->intf_state_mutex:exclusive",
          "mlx5_intf_mutex:exclusive",
          "mlx5_ib_multiport_mutex:exclusive",
        ],
      },
    ]);
    expect(rdma(machine.kernel)).toEqual(["0 mlx5_0/1 DOWN eth0@init_net gids=2", "0 mlx5_0/2 DOWN eth1@init_net gids=2"]);
  });

  it("does not if the device is reloaded back first", async () => {
    const machine = await mlx5Bench({ notifier: "global" });
    await machine.run({
      script: async (current) => {
        const foo = await reloadIntoFoo(current);
        expect((await reload(current, init_net(current.kernel), foo)).errno).toBe(0);
        put_net(current, foo);
      },
    });
    expect(healthy(machine.kernel)).toBe(true);
    expect(rdma(machine.kernel)).toEqual(["2 mlx5_0/1 DOWN eth0@init_net gids=2"]);
  });

  it("does not on an InfiniBand port, which has no notifier", async () => {
    const machine = await mlx5Bench({ notifier: "global", devices: { "0000:00:08.0": { link_layer: "InfiniBand" } } });
    await seed(machine);
    expect(healthy(machine.kernel)).toBe(true);
    expect(rdma(machine.kernel)).toEqual(["2 mlx5_0/1 ACTIVE - gids=1"]);
  });

  it("does not without mlx5_ib", async () => {
    const machine = await mlx5Bench({ notifier: "global", ib: false });
    await seed(machine);
    expect(healthy(machine.kernel)).toBe(true);
  });

  it("deadlocks from v6.0 on too, with devlink->lock in place of devlink_mutex", async () => {
    const machine = await mlx5Bench({ notifier: "global", era: "v6.3" });
    await seed(machine);
    expect(blocked(machine.kernel).map(({ lock, held }) => ({ lock, held }))).toEqual([
      {
        lock: "pernet_ops_rwsem",
        held: ["pernet_ops_rwsem:read", "&devlink->lock:exclusive", "&dev->intf_state_mutex:exclusive", "mlx5_intf_mutex:exclusive"],
      },
    ]);
  });
});

describe("the notifiers without pernet_ops_rwsem", () => {
  it.each<[NotifierName, "v5.10" | "v6.3"]>([
    ["net", "v5.10"],
    ["dev_net", "v5.10"],
    ["net", "v6.3"],
    ["dev_net", "v6.3"],
  ])("%s comes through in %s: two new IB devices of the same name, the device back home", async (notifier, era) => {
    const machine = await mlx5Bench({ notifier, era, up: ["eth0"] });
    expect(rdma(machine.kernel)).toEqual(["0 mlx5_0/1 ACTIVE eth0@init_net gids=2"]);
    await seed(machine);
    expect(rdma(machine.kernel)).toEqual(["2 mlx5_0/1 ACTIVE eth0@init_net gids=2"]);
    expect(healthy(machine.kernel)).toBe(true);
  });

  it.each<NotifierName>(["net", "dev_net"])("%s comes through with the slave port in the namespace", async (notifier) => {
    const machine = await mlx5Bench({ notifier, devices: MULTIPORT });
    const before = ["0 mlx5_0/1 DOWN eth0@init_net gids=2", "0 mlx5_0/2 DOWN eth1@init_net gids=2"];
    expect(rdma(machine.kernel)).toEqual(before);
    await seed(machine, "pci/0000:00:08.1");
    expect(rdma(machine.kernel)).toEqual(before);
    expect(healthy(machine.kernel)).toBe(true);
  });
});

describe("what the port knows of its netdev", () => {
  const kept = "1 mlx5_0/1 ACTIVE eth0@init_net gids=2";
  it.each<[NotifierName, string]>([
    ["global", kept],
    ["net", "1 mlx5_0/1 DOWN - gids=0"],
    ["dev_net", kept],
  ])("%s, after a reload into another namespace: %s", async (notifier, expected) => {
    const machine = await mlx5Bench({ notifier, up: ["eth0"] });
    await machine.run({ script: async (current) => void (await reloadIntoFoo(current)) });
    expect(rdma(machine.kernel)).toEqual([expected]);
  });

  const followed = "0 mlx5_0/1 DOWN eth0@other gids=2";
  it.each<[NotifierName, string]>([
    ["global", followed],
    ["net", "0 mlx5_0/1 DOWN - gids=0"],
    ["dev_net", followed],
  ])("%s, after its netdev moved to another namespace: %s", async (notifier, expected) => {
    const machine = await mlx5Bench({ notifier, up: ["eth0"] });
    await machine.run({
      script: async (current) => {
        expect(await moveNetdev(current, "eth0", init_net(current.kernel), await newNet(current))).toBe(0);
      },
    });
    expect(rdma(machine.kernel)).toEqual([expected]);
  });

  it.each<NotifierName>(["net", "dev_net"])("%s, where a reload makes a new netdev: it is in the new namespace", async (notifier) => {
    const machine = await mlx5Bench({ notifier, up: ["eth0"], strategies: { netdev_on_reload: recreateNetdev } });
    await machine.run({ script: async (current) => void (await reloadIntoFoo(current)) });
    expect(rdma(machine.kernel)).toEqual(["1 mlx5_0/1 DOWN eth0@other gids=2"]);
  });
});

describe("which chain the notifier is on", () => {
  it.each<[NotifierName, { home: string[]; foo: string[] }]>([
    ["global", { home: [], foo: [] }],
    ["net", { home: [], foo: ["mlx5_netdev_event"] }],
    ["dev_net", { home: ["mlx5_netdev_event"], foo: [] }],
  ])("%s after a reload: %j", async (notifier, expected) => {
    const machine = await mlx5Bench({ notifier });
    await machine.run({
      script: async (current) => {
        const foo = await reloadIntoFoo(current);
        expect({ home: netChain(init_net(current.kernel)), foo: netChain(foo) }).toEqual(expected);
      },
    });
  });
});
