/**
 * Proves what the three kinds of netdev notifier are told: the replay when they come, its rollback, the goodbye when they
 * go, which events of which namespace reach them, and which locks each kind takes.
 */
import { describe, expect, it } from "vitest";
import { EBUSY, ENOENT, NOTIFY_BAD, NOTIFY_DONE, NOTIFY_STOP, notifier_from_errno } from "../../src/kernel/index.ts";
import {
  call_netdevice_notifiers,
  dev_change_net_namespace,
  dev_open,
  init_net,
  NETDEV_CHANGE,
  type netdev_net_notifier,
  register_netdevice_notifier,
  register_netdevice_notifier_dev_net,
  register_netdevice_notifier_net,
  unregister_netdevice_notifier,
  unregister_netdevice_notifier_dev_net,
  unregister_netdevice_notifier_net,
} from "../../src/net/index.ts";
import { listener, network, newDevice, newNet, underRtnl } from "../support/network.ts";

describe("replay", () => {
  it("tells a global notifier of every device of every namespace, and of UP where the device is up", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      const eth0 = await newDevice(current, "eth0", init_net(net.kernel));
      await newDevice(current, "eth1", foo);
      await underRtnl(current, () => dev_open(current, eth0));
      expect(await register_netdevice_notifier(current, listener("nb", log))).toBe(0);
    });
    expect(log).toEqual(["REGISTER lo", "REGISTER eth0", "UP eth0", "REGISTER lo", "REGISTER eth1"]);
  });

  it("tells a leaving one the same devices, forward, as gone", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      const eth0 = await newDevice(current, "eth0", init_net(net.kernel));
      await newDevice(current, "eth1", init_net(net.kernel));
      await underRtnl(current, () => dev_open(current, eth0));
      const nb = listener("nb", log);
      await register_netdevice_notifier(current, nb);
      log.length = 0;
      expect(await unregister_netdevice_notifier(current, nb)).toBe(0);
      expect(await unregister_netdevice_notifier(current, nb)).toBe(-ENOENT);
    });
    expect(log).toEqual(["UNREGISTER lo", "GOING_DOWN eth0", "DOWN eth0", "UNREGISTER eth0", "UNREGISTER eth1"]);
  });

  it("tells the other two kinds of one namespace only", async () => {
    const perNet: string[] = [];
    const following: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      const eth1 = await newDevice(current, "eth1", foo);
      await newDevice(current, "eth0", init_net(net.kernel));
      await register_netdevice_notifier_net(current, foo, listener("net", perNet));
      await register_netdevice_notifier_dev_net(current, eth1, listener("dev_net", following), { nb: null });
    });
    expect(perNet).toEqual(["REGISTER lo", "REGISTER eth1"]);
    expect(following).toEqual(["REGISTER lo", "REGISTER eth1"]);
  });

  it("takes everything back when a device is refused: the failing namespace backwards, the earlier ones forward", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      const bar = await newNet(current);
      await newDevice(current, "eth0", init_net(net.kernel));
      await newDevice(current, "foo0", foo);
      await newDevice(current, "bar0", bar);
      await newDevice(current, "bar1", bar);
      const nb = listener("nb", log, (event, dev) => (event === "REGISTER" && dev === "bar1" ? notifier_from_errno(-EBUSY) : NOTIFY_DONE));
      expect(await register_netdevice_notifier(current, nb)).toBe(-EBUSY);
      expect(await unregister_netdevice_notifier(current, nb)).toBe(-ENOENT);
    });
    expect(log).toEqual([
      ...["REGISTER lo", "REGISTER eth0", "REGISTER lo", "REGISTER foo0", "REGISTER lo", "REGISTER bar0", "REGISTER bar1"],
      ...["UNREGISTER bar0", "UNREGISTER lo"],
      ...["UNREGISTER lo", "UNREGISTER foo0"],
      ...["UNREGISTER lo", "UNREGISTER eth0"],
    ]);
  });

  it("does not touch other namespaces when the per-namespace kind is refused", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      const foo = await newNet(current);
      await newDevice(current, "foo0", foo);
      const nb = listener("nb", log, (event, dev) => (event === "REGISTER" && dev === "foo0" ? NOTIFY_BAD : NOTIFY_DONE));
      expect(await register_netdevice_notifier_net(current, foo, nb)).toBeLessThan(0);
      expect(await unregister_netdevice_notifier_net(current, foo, nb)).toBe(-ENOENT);
    });
    expect(log).toEqual(["REGISTER lo", "REGISTER foo0", "UNREGISTER lo"]);
  });
});

describe("an event", () => {
  it("goes to the namespace's chain first; one there can keep it from the global chain", async () => {
    const log: string[] = [];
    const net = await network();
    await net.call(async (current) => {
      const home = init_net(net.kernel);
      const eth0 = await newDevice(current, "eth0", home);
      await register_netdevice_notifier(current, listener("global", log));
      const stopping = listener("net", log, (event) => (event === "CHANGE" ? NOTIFY_STOP : NOTIFY_DONE));
      await register_netdevice_notifier_net(current, home, stopping);
      log.length = 0;
      await underRtnl(current, () => call_netdevice_notifiers(current, NETDEV_CHANGE, eth0));
      await underRtnl(current, () => dev_open(current, eth0));
    });
    expect(log).toEqual(["CHANGE eth0", "PRE_UP eth0", "PRE_UP eth0", "UP eth0", "UP eth0"]);
  });
});

describe("a device that changes its namespace", () => {
  it("is to a global notifier a device that goes and comes", async () => {
    expect((await moved()).global).toEqual(["GOING_DOWN eth0", "DOWN eth0", "UNREGISTER eth0", "REGISTER eth0"]);
  });

  it("is lost to one that stays in the old namespace", async () => {
    expect((await moved()).old).toEqual(["GOING_DOWN eth0", "DOWN eth0", "UNREGISTER eth0"]);
  });

  it("takes along one that follows it: the old namespace's other devices go, the new one's come, itself last", async () => {
    expect((await moved()).following).toEqual([
      ...["GOING_DOWN eth0", "DOWN eth0", "UNREGISTER eth0"],
      ...["UNREGISTER lo", "UNREGISTER other"],
      ...["REGISTER lo", "REGISTER foo0"],
      "REGISTER eth0",
    ]);
  });

  async function moved(): Promise<{ global: string[]; old: string[]; following: string[] }> {
    const logs = { global: [] as string[], old: [] as string[], following: [] as string[] };
    const nn: netdev_net_notifier = { nb: null };
    const net = await network();
    await net.call(async (current) => {
      const home = init_net(net.kernel);
      const foo = await newNet(current);
      const eth0 = await newDevice(current, "eth0", home);
      await newDevice(current, "other", home);
      await newDevice(current, "foo0", foo);
      await underRtnl(current, () => dev_open(current, eth0));
      const following = listener("following", logs.following);
      await register_netdevice_notifier(current, listener("global", logs.global));
      await register_netdevice_notifier_net(current, home, listener("old", logs.old));
      await register_netdevice_notifier_dev_net(current, eth0, following, nn);
      for (const log of Object.values(logs)) log.length = 0;
      expect(await underRtnl(current, () => dev_change_net_namespace(current, eth0, foo, null))).toBe(0);
      const seen = [...logs.following];
      expect(await unregister_netdevice_notifier_dev_net(current, eth0, following, nn)).toBe(0);
      logs.following.splice(0, logs.following.length, ...seen);
    });
    return logs;
  }
});

describe("locks", () => {
  it("are pernet_ops_rwsem (write) and rtnl_mutex for the global kind, rtnl_mutex alone for the others", async () => {
    const net = await network();
    const taken = (): string[] =>
      net.events.splice(0).flatMap((event) => (event.type === "lock_acquired" ? [`${event.lock.name} ${event.mode}`] : []));
    await net.call(async (current) => {
      const nb = listener("nb", []);
      const eth0 = await newDevice(current, "eth0", init_net(net.kernel));
      taken();
      await register_netdevice_notifier(current, nb);
      await unregister_netdevice_notifier(current, nb);
      expect(taken()).toEqual(["pernet_ops_rwsem write", "rtnl_mutex exclusive", "pernet_ops_rwsem write", "rtnl_mutex exclusive"]);
      await register_netdevice_notifier_net(current, init_net(net.kernel), nb);
      await unregister_netdevice_notifier_net(current, init_net(net.kernel), nb);
      const nn = { nb: null };
      await register_netdevice_notifier_dev_net(current, eth0, nb, nn);
      await unregister_netdevice_notifier_dev_net(current, eth0, nb, nn);
      expect(taken()).toEqual(["rtnl_mutex exclusive", "rtnl_mutex exclusive", "rtnl_mutex exclusive", "rtnl_mutex exclusive"]);
    });
  });
});
