/**
 * Proves the life of a namespace: its pernet operations in their order and their undoing, who keeps it alive, the batches
 * of cleanup_net(), and what is reported when something is left in it.
 */
import { describe, expect, it } from "vitest";
import { down_write, EINTR, ENOMEM, type Frame, SIGKILL, send_sig, up_write } from "../../src/kernel/index.ts";
import {
  copy_net_ns,
  get_net,
  init_net,
  liveNets,
  maybe_get_net,
  type net,
  net_generic,
  pernet_id,
  type pernet_operations,
  pernet_ops_rwsem,
  put_net,
  register_netdevice_notifier_net,
  register_pernet_device,
  register_pernet_subsys,
  unregister_pernet_device,
  unregister_pernet_subsys,
} from "../../src/net/index.ts";
import { NETLINK_ROUTE, netlink_create, netlink_release } from "../../src/netlink/index.ts";
import { listener, network, newNet, reported } from "../support/network.ts";

/** Operations that write down what they are asked, without the number of the namespace. */
function recording(name: string, log: string[], init: () => number = () => 0): pernet_operations {
  return {
    name,
    init: async () => {
      log.push(`${name} init`);
      return init();
    },
    pre_exit: async () => void log.push(`${name} pre_exit`),
    exit: async () => void log.push(`${name} exit`),
    exit_batch: async (_current, nets) => void log.push(`${name} exit_batch of ${nets.length}`),
  };
}

async function withOps(log: string[], current: Frame): Promise<void> {
  await register_pernet_device(current, recording("device", log));
  await register_pernet_subsys(current, recording("subsys", log));
  log.length = 0;
}

describe("setup and cleanup", () => {
  it("run the operations of subsystems before those of devices, and in reverse when the namespace dies", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      await withOps(log, current);
      put_net(current, await newNet(current));
    });
    expect(log).toEqual([
      ...["subsys init", "device init"],
      ...["device pre_exit", "subsys pre_exit"],
      ...["device exit", "device exit_batch of 1", "subsys exit", "subsys exit_batch of 1"],
    ]);
    expect(liveNets(net.kernel)).toEqual([init_net(net.kernel)]);
    expect(net.kernel.bugs).toEqual([]);
  });

  it("undo what was done when an init fails, and return its error", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      await withOps(log, current);
      let calls = 0;
      await register_pernet_device(
        current,
        recording("failing", log, () => (calls++ === 0 ? 0 : -ENOMEM)),
      );
      log.length = 0;
      expect(await copy_net_ns(current)).toBe(-ENOMEM);
    });
    expect(log).toEqual([
      ...["subsys init", "device init", "failing init"],
      ...["device pre_exit", "subsys pre_exit"],
      ...["device exit", "device exit_batch of 1", "subsys exit", "subsys exit_batch of 1"],
    ]);
    expect(reported(net.events, "net_setup", "net")).toEqual([]);
    expect(liveNets(net.kernel)).toEqual([init_net(net.kernel)]);
  });

  it("run operations that come later in the namespaces that exist, and undo those when one fails", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      await newNet(current);
      let calls = 0;
      expect(
        await register_pernet_subsys(
          current,
          recording("late", log, () => (calls++ === 0 ? 0 : -ENOMEM)),
        ),
      ).toBe(-ENOMEM);
      expect(log).toEqual(["late init", "late init", "late pre_exit", "late exit", "late exit_batch of 1"]);
      log.length = 0;
      const ops = recording("late", log);
      expect(await register_pernet_subsys(current, ops)).toBe(0);
      await unregister_pernet_subsys(current, ops);
    });
    expect(log).toEqual([
      ...["late init", "late init", "late pre_exit", "late pre_exit", "late exit", "late exit"],
      "late exit_batch of 2",
    ]);
  });

  it("clean up namespaces that die together as one batch, the latest first", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      await withOps(log, current);
      const nets = [await newNet(current), await newNet(current), await newNet(current)];
      log.length = 0;
      for (const each of nets) put_net(current, each);
    });
    expect(log.filter((line) => line.startsWith("device"))).toEqual([
      ...["device pre_exit", "device pre_exit", "device pre_exit", "device exit", "device exit", "device exit"],
      "device exit_batch of 3",
    ]);
    const born = reported(net.events, "net_setup", "net");
    expect(reported(net.events, "net_free", "net")).toEqual([...born].reverse());
  });

  it("give operations data of their own, made and taken away with the namespace", async () => {
    const id = new pernet_id("counter", () => ({ value: 0 }));
    const seen: number[] = [];
    const net = await network();
    await net.call(async (current) => {
      const exit = async (_current: Frame, dying: net): Promise<void> => void seen.push(net_generic(dying, id).value);
      await register_pernet_subsys(current, { name: "counter", id, exit });
      const foo = await newNet(current);
      net_generic(foo, id).value = 7;
      expect(net_generic(init_net(net.kernel), id).value).toBe(0);
      put_net(current, foo);
    });
    expect(seen).toEqual([7]);
  });
});

describe("references", () => {
  it("of processes, descriptors and mounts keep a namespace alive until the last is gone", async () => {
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      get_net(current, foo);
      get_net(current, foo);
      put_net(current, foo);
      put_net(current, foo);
      expect(maybe_get_net(current, foo)).toBe(foo);
      put_net(current, foo);
      expect(foo.count.value).toBe(1);
      put_net(current, foo);
      expect(maybe_get_net(current, foo)).toBeNull();
    });
    expect(liveNets(net.kernel)).toEqual([init_net(net.kernel)]);
  });

  it("of a netlink socket too", async () => {
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      const sock = netlink_create(current, foo, NETLINK_ROUTE);
      if (typeof sock === "number") throw new Error("socket");
      put_net(current, foo);
      expect(foo.count.value).toBe(1);
      await netlink_release(current, sock);
      expect(foo.count.value).toBe(0);
    });
    expect(liveNets(net.kernel)).toEqual([init_net(net.kernel)]);
  });

  it("taken when there are none left are a bug of the kernel", async () => {
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      put_net(current, foo);
      get_net(current, foo);
    });
    expect(net.kernel.bugs.map((bug) => bug.kind)).toEqual(["use-after-free"]);
  });
});

it("operations of devices can go as well, everywhere", async () => {
  const log: string[] = [];
  const net = await network();
  await net.call(async (current) => {
    const ops = recording("driver", log);
    await register_pernet_device(current, ops);
    await unregister_pernet_device(current, ops);
    await newNet(current);
  });
  expect(log).toEqual(["driver init", "driver pre_exit", "driver exit", "driver exit_batch of 1"]);
});

it("a new namespace waits for pernet_ops_rwsem in a state that SIGKILL ends", async () => {
  const net = await network();
  const results: (net | number)[] = [];
  const [, adder] = await net.run({
    holder: async (current) => {
      await down_write(current, pernet_ops_rwsem(net.kernel));
    },
    adder: async (current) => {
      results.push(await copy_net_ns(current));
    },
  });
  expect(adder?.state).toBe("TASK_KILLABLE");
  await net.run({
    killer: async () => {
      if (adder !== undefined) send_sig(net.kernel, SIGKILL, adder);
    },
  });
  expect(results).toEqual([-EINTR]);
  expect(liveNets(net.kernel)).toEqual([init_net(net.kernel)]);
});

it("cleanup_net() holds pernet_ops_rwsem for read while the operations run", async () => {
  const net = await network();
  const held: string[] = [];
  await net.call(async (current) => {
    const note = async (frame: Frame): Promise<void> =>
      void held.push(frame.task.held.map(({ lock, mode }) => `${lock.name} ${mode}`).join());
    await register_pernet_subsys(current, { name: "note", pre_exit: note, exit: note });
    put_net(current, await newNet(current));
  });
  expect(held).toEqual(["pernet_ops_rwsem read", "pernet_ops_rwsem read"]);
});

it("a namespace that is freed with a notifier on its chain is reported", async () => {
  const net = await network();
  await net.call(async (current) => {
    const foo = await newNet(current);
    await register_netdevice_notifier_net(current, foo, listener("mlx5_netdev_event", []));
    put_net(current, foo);
  });
  expect(net.kernel.bugs.map((bug) => bug.text)).toEqual([
    expect.stringMatching(/^netdev notifier mlx5_netdev_event is still on the chain of net:\[\d+\], which is freed$/),
  ]);
});

it("a stuck cleanup keeps every later one from happening", async () => {
  const net = await network();
  const entered: number[] = [];
  const stuck = async (frame: Frame, dying: net): Promise<void> => {
    entered.push(dying.inum);
    await down_write(frame, pernet_ops_rwsem(net.kernel));
    up_write(frame, pernet_ops_rwsem(net.kernel));
  };
  const nets: net[] = [];
  await net.run({
    first: async (current) => {
      await register_pernet_subsys(current, { name: "stuck", pre_exit: stuck });
      nets.push(await newNet(current), await newNet(current));
      for (const foo of nets.slice(0, 1)) put_net(current, foo);
    },
  });
  await net.run({
    second: async (current) => {
      for (const bar of nets.slice(1)) put_net(current, bar);
    },
  });
  expect(entered).toEqual([nets[0]?.inum]);
  expect(nets.map((each) => each.count.value)).toEqual([0, 0]);
  expect(liveNets(net.kernel)).toEqual([init_net(net.kernel), ...nets]);
});
