/**
 * Proves what happens to devices between namespaces: names and numbers on arrival, messages on both sides, what may not
 * move, and what becomes of them when their namespace dies.
 */
import { describe, expect, it } from "vitest";
import { EEXIST, EINVAL, type Frame } from "../../src/kernel/index.ts";
import {
  dev_change_name,
  dev_change_net_namespace,
  dev_open,
  for_each_netdev,
  init_net,
  NETIF_F_NETNS_LOCAL,
  type net,
  type net_device,
  nsproxy_net,
  peernet2id,
  put_net,
} from "../../src/net/index.ts";
import { IFLA_NET_NS_PID, RTNLGRP_LINK } from "../../src/netlink/index.ts";
import { type Network, network, newDevice, newNet, reported, underRtnl } from "../support/network.ts";
import { linkText, RtnlClient } from "../support/rtnl.ts";

type Move = (dev: net_device, to: net, pat?: string) => Promise<number>;

async function scene(body: (set: { net: Network; home: net; foo: net; current: Frame; move: Move }) => Promise<void>): Promise<Network> {
  const net = await network();
  await net.call(async (current) => {
    const move: Move = (dev, to, pat) => underRtnl(current, () => dev_change_net_namespace(current, dev, to, pat ?? null));
    await body({ net, current, home: init_net(net.kernel), foo: await newNet(current), move });
  });
  expect(net.kernel.bugs).toEqual([]);
  return net;
}

describe("on arrival", () => {
  it("a device keeps its number if that is free, and gets the next one if not", async () => {
    await scene(async ({ current, home, foo, move }) => {
      const eth0 = await newDevice(current, "eth0", home);
      const eth1 = await newDevice(current, "eth1", home);
      await newDevice(current, "foo0", foo);
      await move(eth1, foo);
      await move(eth0, foo);
      expect([eth0.ifindex, eth1.ifindex]).toEqual([4, 3]);
    });
  });

  it("a taken name is refused, or replaced if a pattern is given", async () => {
    await scene(async ({ current, home, foo, move }) => {
      const eth0 = await newDevice(current, "eth0", home);
      await newDevice(current, "eth0", foo);
      expect(await move(eth0, foo)).toBe(-EEXIST);
      expect(await move(eth0, foo, "eth0")).toBe(-EEXIST);
      expect(await move(eth0, foo, "eth%d")).toBe(0);
      expect(eth0.name).toBe("eth1");
    });
  });

  it("a device is down and has no queueing discipline", async () => {
    await scene(async ({ current, home, foo, move }) => {
      const eth0 = await newDevice(current, "eth0", home);
      await underRtnl(current, () => dev_open(current, eth0));
      expect([eth0.flags & 1, eth0.qdisc.kind]).toEqual([1, "pfifo_fast"]);
      await move(eth0, foo);
      expect([eth0.flags & 1, eth0.qdisc.kind]).toEqual([0, "noop"]);
    });
  });

  it("the target has an id in the namespace that was left", async () => {
    await scene(async ({ current, home, foo, move }) => {
      expect(peernet2id(current, home, foo)).toBe(-1);
      await move(await newDevice(current, "eth0", home), foo);
      expect(peernet2id(current, home, foo)).toBe(0);
    });
  });
});

it("devices that are bound to their namespace do not move; moving to where it is does nothing", async () => {
  await scene(async ({ current, home, foo, move }) => {
    const eth0 = await newDevice(current, "eth0", home);
    expect(await move(eth0, home)).toBe(0);
    eth0.features |= NETIF_F_NETNS_LOCAL;
    expect(await move(eth0, foo)).toBe(-EINVAL);
    for (const lo of for_each_netdev(current, home).slice(0, 1)) expect(await move(lo, foo)).toBe(-EINVAL);
  });
});

it("listeners see it go on one side and come on the other", async () => {
  await scene(async ({ current, net, home, foo }) => {
    await newDevice(current, "eth0", home);
    const [here, there, ip] = [RtnlClient.open(current, home), RtnlClient.open(current, foo), RtnlClient.open(current, home)];
    await ip.setLink(current, "eth0", { up: true });
    for (const monitor of [here, there]) monitor.listen(current, RTNLGRP_LINK);
    nsproxy_net.set(current.task, foo);
    expect((await ip.setLink(current, "eth0", { fill: (w) => w.u32(IFLA_NET_NS_PID, current.task.pid) })).errno).toBe(0);
    nsproxy_net.set(current.task, undefined);
    expect((await here.heard(current)).map(linkText)).toEqual([
      "2: eth0 <> mtu 1500 qdisc pfifo_fast state DOWN",
      "Deleted 2: eth0 <> mtu 1500 qdisc noop state DOWN",
    ]);
    expect((await there.heard(current)).map(linkText)).toEqual(["2: eth0 <> mtu 1500 qdisc noop state DOWN"]);
    expect(reported(net.events, "netdev_event", "event", "dev").slice(-4)).toEqual([
      "GOING_DOWN eth0",
      "DOWN eth0",
      "UNREGISTER eth0",
      "REGISTER eth0",
    ]);
    for (const client of [here, there, ip]) await client.close(current);
  });
});

describe("when the namespace dies", () => {
  it("hardware goes home, under dev<number> if its name is taken there, and dev%d if that is too", async () => {
    const net = await scene(async ({ current, home, foo }) => {
      await newDevice(current, "eth0", home);
      await newDevice(current, "dev3", home);
      await newDevice(current, "mlx0", foo);
      const eth0 = await newDevice(current, "eth0", foo);
      expect(eth0.ifindex).toBe(3);
      put_net(current, foo);
    });
    expect(await names(net)).toEqual(["lo 1", "eth0 2", "dev3 3", "mlx0 4", "dev0 5"]);
  });

  it("links that software made are deleted, with ends that are elsewhere", async () => {
    const net = await scene(async ({ current, home, foo, move }) => {
      const ip = RtnlClient.open(current, home);
      await ip.addLink(current, "d0", "dummy");
      await ip.addLink(current, "v0", "veth", "v1");
      for (const dev of for_each_netdev(current, home)) if (dev.name === "d0" || dev.name === "v1") await move(dev, foo);
      expect(await ip.links(current)).toEqual([
        "1: lo <> mtu 65536 qdisc noop state DOWN",
        "2: dummy0 <> mtu 1500 qdisc noop state DOWN dummy",
        "5: v0 <> mtu 1500 qdisc noop state DOWN link 4 link-netnsid 0 veth",
      ]);
      await ip.close(current);
      put_net(current, foo);
    });
    expect(await names(net)).toEqual(["lo 1", "dummy0 2"]);
  });

  async function names(net: Network): Promise<string[]> {
    const found: string[] = [];
    await net.call(async (current) => {
      found.push(...for_each_netdev(current, init_net(net.kernel)).map((dev) => `${dev.name} ${dev.ifindex}`));
    });
    return found;
  }
});

it("names are given by %d, from the lowest free number", async () => {
  await scene(async ({ current, home }) => {
    const first = await newDevice(current, "eth%d", home);
    const second = await newDevice(current, "eth%d", home);
    const rename = (dev: net_device, name: string): Promise<number> => underRtnl(current, () => dev_change_name(current, dev, name));
    expect(await rename(first, "x")).toBe(0);
    expect((await newDevice(current, "eth%d", home)).name).toBe("eth0");
    expect(await rename(second, "%d%d")).toBe(-EINVAL);
    expect(await rename(second, "%s")).toBe(-EINVAL);
    expect(await rename(second, "x")).toBe(-EEXIST);
    expect(await rename(second, "p%dx")).toBe(0);
    expect(second.name).toBe("p0x");
  });
});
