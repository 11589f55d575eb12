/**
 * Proves links as `ip link` makes, changes, shows and deletes them: numbers, states, flags, messages to listeners, errors
 * with their words; dummy and veth, and the modules that bring them.
 */
import { describe, expect, it } from "vitest";
import {
  __do_sys_finit_module,
  down_read,
  EBUSY,
  EEXIST,
  EINVAL,
  ENODEV,
  ENOENT,
  EOPNOTSUPP,
  type Frame,
  loadedModules,
  stackNames,
} from "../../src/kernel/index.ts";
import {
  dev_hold,
  dev_put,
  ether_setup,
  init_net,
  type net_device,
  netif_device_detach,
  pernet_ops_rwsem,
  type rtnl_link_ops,
  rtnl_link_register,
  rtnl_link_unregister,
  unregister_netdev,
} from "../../src/net/index.ts";
import {
  type AttributeWriter,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_MTU,
  IFLA_NET_NS_FD,
  IFLA_NET_NS_PID,
  NLM_F_CREATE,
  RTM_NEWLINK,
  RTNLGRP_LINK,
} from "../../src/netlink/index.ts";
import { type Network, network, newDevice, newNet } from "../support/network.ts";
import { ifinfo, linkText, RtnlClient } from "../support/rtnl.ts";

async function withClient(body: (current: Frame, ip: RtnlClient, net: Network) => Promise<void>): Promise<Network> {
  const net = await network();
  await net.call(async (current) => {
    const ip = RtnlClient.open(current, init_net(net.kernel));
    await body(current, ip, net);
    await ip.close(current);
  });
  expect(net.kernel.bugs).toEqual([]);
  return net;
}

describe("lo", () => {
  it("is the first device, down at birth, and of unknown state when up", async () => {
    await withClient(async (current, ip) => {
      expect(await ip.links(current)).toEqual(["1: lo <> mtu 65536 qdisc noop state DOWN"]);
      expect((await ip.setLink(current, "lo", { up: true })).errno).toBe(0);
      expect(await ip.links(current)).toEqual(["1: lo <UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN"]);
    });
  });

  it("can neither be deleted nor leave", async () => {
    await withClient(async (current, ip) => {
      expect((await ip.deleteLink(current, "lo")).errno).toBe(-EOPNOTSUPP);
    });
  });
});

describe("dummy", () => {
  it("brings dummy0 when its module is loaded for the first link of its kind", async () => {
    const net = await withClient(async (current, ip) => {
      expect(await ip.addLink(current, "d0", "dummy")).toEqual({ errno: 0, text: null, messages: [] });
      expect(await ip.links(current)).toEqual([
        "1: lo <> mtu 65536 qdisc noop state DOWN",
        "2: dummy0 <> mtu 1500 qdisc noop state DOWN dummy",
        "3: d0 <> mtu 1500 qdisc noop state DOWN dummy",
      ]);
    });
    expect(loadedModules(net.kernel).map(({ name }) => name)).toEqual(["dummy"]);
  });

  it("is numbered by its kind if it gets no name", async () => {
    await withClient(async (current, ip) => {
      await ip.addLink(current, "", "dummy");
      expect((await ip.links(current)).at(-1)).toBe("3: dummy1 <> mtu 1500 qdisc noop state DOWN dummy");
    });
  });

  it("tells listeners of its birth, changes and end", async () => {
    await withClient(async (current, ip, net) => {
      const monitor = RtnlClient.open(current, init_net(net.kernel));
      await ip.addLink(current, "d0", "dummy");
      monitor.listen(current, RTNLGRP_LINK);
      await ip.addLink(current, "d1", "dummy");
      await ip.setLink(current, "d1", { up: true });
      await ip.setLink(current, "d1", { up: false });
      await ip.deleteLink(current, "d1");
      expect((await monitor.heard(current)).map(linkText)).toEqual([
        "4: d1 <> mtu 1500 qdisc noop state DOWN dummy",
        "4: d1 <UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN dummy",
        "4: d1 <> mtu 1500 qdisc noqueue state DOWN dummy",
        "Deleted 4: d1 <> mtu 1500 qdisc noop state DOWN dummy",
      ]);
      await monitor.close(current);
    });
  });
});

describe("veth", () => {
  it("makes the peer first, and has carrier while both ends are up", async () => {
    const net = await withClient(async (current, ip) => {
      await ip.addLink(current, "v0", "veth", "v1");
      expect(await ip.links(current)).toEqual([
        "1: lo <> mtu 65536 qdisc noop state DOWN",
        "2: v1 <> mtu 1500 qdisc noop state DOWN link 3 veth",
        "3: v0 <> mtu 1500 qdisc noop state DOWN link 2 veth",
      ]);
      await ip.setLink(current, "v0", { up: true });
    });
    await shows(net, [
      "2: v1 <> mtu 1500 qdisc noop state DOWN link 3 veth",
      "3: v0 <UP> mtu 1500 qdisc noqueue state LOWERLAYERDOWN link 2 veth",
    ]);
    await net.call(async (current) => {
      await RtnlClient.open(current, init_net(net.kernel)).setLink(current, "v1", { up: true });
    });
    await shows(net, [
      "2: v1 <UP,LOWER_UP> mtu 1500 qdisc noqueue state UP link 3 veth",
      "3: v0 <UP,LOWER_UP> mtu 1500 qdisc noqueue state UP link 2 veth",
    ]);
  });

  it("goes with its other end", async () => {
    await withClient(async (current, ip) => {
      await ip.addLink(current, "v0", "veth", "v1");
      expect((await ip.deleteLink(current, "v1")).errno).toBe(0);
      expect(await ip.links(current)).toEqual(["1: lo <> mtu 65536 qdisc noop state DOWN"]);
    });
  });

  async function shows(net: Network, expected: readonly string[]): Promise<void> {
    await net.call(async (current) => {
      expect((await RtnlClient.open(current, init_net(net.kernel)).links(current)).slice(1)).toEqual(expected);
    });
  }
});

describe("errors", () => {
  it("say what the kernel says", async () => {
    await withClient(async (current, ip, net) => {
      await ip.addLink(current, "d0", "dummy");
      const eth0 = await newDevice(current, "eth0", init_net(net.kernel));
      const set = async (name: string, fill: (w: AttributeWriter) => void): Promise<[number, string | null]> => {
        const { errno, text } = await ip.setLink(current, name, { fill });
        return [errno, text];
      };
      expect((await ip.addLink(current, "d0", "dummy")).errno).toBe(-EEXIST);
      expect((await ip.addLink(current, "a/b", "dummy")).errno).toBe(-EINVAL);
      expect((await ip.addLink(current, "sixteencharacter", "dummy")).errno).toBe(-EINVAL);
      expect(await ip.addLink(current, "x", "nosuch")).toMatchObject({ errno: -EOPNOTSUPP, text: "Unknown device type" });
      expect((await ip.deleteLink(current, "nosuch")).errno).toBe(-ENODEV);
      expect((await ip.deleteLink(current, "eth0")).errno).toBe(-EOPNOTSUPP);
      expect((await ip.send(current, RTM_NEWLINK, NLM_F_CREATE, ifinfo(99))).errno).toBe(-EOPNOTSUPP);
      expect((await ip.send(current, RTM_NEWLINK, 0, ifinfo(99))).errno).toBe(-ENODEV);
      expect(await set("eth0", (w) => w.u32(IFLA_MTU, 67))).toEqual([-EINVAL, "mtu less than device minimum"]);
      expect(await set("eth0", (w) => w.u32(IFLA_MTU, 1501))).toEqual([-EINVAL, "mtu greater than device maximum"]);
      expect(await set("d0", (w) => w.string(IFLA_IFNAME, "eth0"))).toEqual([-EEXIST, null]);
      expect(await set("d0", (w) => w.string(IFLA_IFNAME, "a b"))).toEqual([-EINVAL, null]);
      expect(await set("d0", (w) => w.u32(IFLA_NET_NS_PID, 99_999))).toEqual([-3, null]);
      expect(await set("d0", (w) => w.u32(IFLA_NET_NS_FD, 77))).toEqual([-9, null]);
      expect(await set("d0", (w) => w.string(IFLA_IFALIAS, "a".repeat(256)))).toEqual([-EINVAL, null]);
      await ip.setLink(current, "d0", { up: true });
      expect(await set("d0", (w) => w.string(IFLA_IFNAME, "d9"))).toEqual([-EBUSY, null]);
      netif_device_detach(current, eth0);
      expect((await ip.setLink(current, "eth0", { up: true })).errno).toBe(-ENODEV);
    });
  });
});

it("a device whose last reference is missing keeps unregister_netdev() waiting and says so every ten seconds", async () => {
  const net = await network();
  const devices: net_device[] = [];
  await net.call(async (current) => {
    const eth0 = await newDevice(current, "eth0", init_net(net.kernel));
    dev_hold(current, eth0);
    devices.push(eth0);
  });
  const [waiter] = await net.run({
    unregister: async (current) => {
      for (const eth0 of devices) await unregister_netdev(current, eth0);
    },
  });
  expect(waiter?.wait?.on.kind).toBe("reference");
  await net.call(async (current) => {
    net.kernel.clock.advance(25e9);
    for (const eth0 of devices) dev_put(current, eth0);
  });
  expect(waiter?.alive).toBe(false);
  expect(net.kernel.log.lines.map((line) => line.text)).toEqual([
    "unregister_netdevice: waiting for eth0 to become free. Usage count = 1",
    "unregister_netdevice: waiting for eth0 to become free. Usage count = 1",
  ]);
});

describe("kinds of links", () => {
  const ops: rtnl_link_ops = { kind: "mine", setup: ether_setup, dellink: (_current, dev, head) => void head.push(dev) };

  it("come and go under pernet_ops_rwsem, and take their links along in every namespace", async () => {
    await withClient(async (current, ip, net) => {
      expect([await rtnl_link_register(current, ops), await rtnl_link_register(current, ops)]).toEqual([0, -EEXIST]);
      const foo = await newNet(current);
      const there = RtnlClient.open(current, foo);
      for (const client of [ip, there]) expect((await client.addLink(current, "mine0", "mine")).errno).toBe(0);
      net.events.length = 0;
      await rtnl_link_unregister(current, ops);
      const locks = net.events.flatMap((event) => (event.type === "lock_acquired" ? [`${event.lock.name} ${event.mode}`] : []));
      expect(locks).toEqual(["pernet_ops_rwsem write", "rtnl_mutex exclusive"]);
      for (const client of [ip, there]) expect(await client.links(current)).toEqual(["1: lo <> mtu 65536 qdisc noop state DOWN"]);
      expect((await ip.addLink(current, "mine0", "mine")).errno).toBe(-EOPNOTSUPP);
      await there.close(current);
    });
  });

  it("are brought by modules, which load once and, like dummy, may need pernet_ops_rwsem for write", async () => {
    const net = await network();
    await net.call(async (current) => {
      const load = (name: string): Promise<number> => __do_sys_finit_module(current, name);
      expect([await load("veth"), await load("veth"), await load("nosuch")]).toEqual([0, -EEXIST, -ENOENT]);
    });
    const tasks = await net.run({
      holder: async (current) => void (await down_read(current, pernet_ops_rwsem(net.kernel))),
      veth: async (current) => void (await RtnlClient.open(current, init_net(net.kernel)).addLink(current, "v0", "veth")),
      dummy: async (current) => void (await RtnlClient.open(current, init_net(net.kernel)).addLink(current, "d0", "dummy")),
    });
    const stack = stackNames(tasks[2]?.wait?.frame ?? null).slice(-3);
    expect([tasks[1]?.alive, tasks[2]?.state, stack]).toEqual([
      false,
      "TASK_KILLABLE",
      ["__rtnl_newlink", "__request_module", "call_usermodehelper_exec"],
    ]);
    const modprobe = [...net.kernel.tasks.values()].find((task) => task.comm === "modprobe");
    expect([modprobe?.state, modprobe?.wait?.on.name]).toEqual(["TASK_UNINTERRUPTIBLE", "pernet_ops_rwsem"]);
  });
});
