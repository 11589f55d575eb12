/**
 * Proves what a reload of netdevsim does and tells: ports and netdevs anew where the instance then is, the order of the
 * notifications in each era (5.10.223 as recorded), failures, and the way home when a namespace dies. The control: no
 * notifier, no deadlock.
 */
import { describe, expect, it } from "vitest";
import { devlink_net, devlinkInstances } from "../../src/devlink/index.ts";
import { EINVAL, EOPNOTSUPP, type Frame, msleep } from "../../src/kernel/index.ts";
import { init_net, type net, nsproxy_net, put_net } from "../../src/net/index.ts";
import { NETDEVSIM_ERAS, netdevsim_init, nsim_bus_dev_create } from "../../src/netdevsim/index.ts";
import {
  DEVLINK_ATTR_NETNS_PID,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_TYPE,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_PARAM_VALUE_DATA,
  DEVLINK_CMD_PARAM_SET,
  DEVLINK_CMD_RELOAD,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  NLA_U32,
} from "../../src/netlink/index.ts";
import { debugfs_create_dir, kernfs_find } from "../../src/vfs/index.ts";
import { type Bench, bench, devlinkClient, type EraName, handle, newNet, shown, stuck } from "../support/devlink.ts";
import type { GenlAnswer, GenlClient } from "../support/genl.ts";

const DEVICE = "netdevsim/netdevsim10";

async function withDevice(era: EraName, body: (current: Frame, home: net) => Promise<void>): Promise<Bench> {
  const machine = await bench(era);
  await machine.run({
    boot: async (current) => {
      await netdevsim_init(current, NETDEVSIM_ERAS[era]);
      await nsim_bus_dev_create(current, 10, 1);
    },
  });
  await machine.run({ test: (current) => body(current, init_net(current.kernel)) });
  return machine;
}

/** `devlink dev reload`, from `from`, into `target` if that is given. */
async function reload(current: Frame, from: net, target?: net): Promise<GenlAnswer> {
  const client = await devlinkClient(current, from);
  nsproxy_net.set(current.task, target);
  const answer = await client.request(current, DEVLINK_CMD_RELOAD, (w) => {
    handle(DEVICE)(w);
    if (target !== undefined) w.u32(DEVLINK_ATTR_NETNS_PID, current.task.pid);
  });
  nsproxy_net.set(current.task, undefined);
  await client.close(current);
  return answer;
}

/** What is told of the instance, its ports and its parameters; regions and traps have tests of their own. */
async function listener(current: Frame, net: net): Promise<() => Promise<string[]>> {
  const client: GenlClient = await devlinkClient(current, net);
  client.listen(current);
  return async () => (await client.heard(current)).map(shown).filter((event) => !/^\[\d+\]/.test(event));
}

async function knob(current: Frame, name: string, value: string): Promise<void> {
  const dir = debugfs_create_dir(current, "netdevsim10", debugfs_create_dir(current, "netdevsim", null));
  await kernfs_find(dir, name)?.ops.store?.(current, value);
}

function names(net: net): string[] {
  return net.dev_base_head.map((dev) => `${dev.ifindex}:${dev.name}`);
}

describe("a reload in place", () => {
  it("makes a new netdev with a new index and tells of ports and statistics", async () => {
    const machine = await withDevice("v5.10.223", async (current, home) => {
      const heard = await listener(current, home);
      expect(names(home)).toEqual(["1:lo", "2:eth0"]);
      expect((await reload(current, home)).errno).toBe(0);
      expect(names(home)).toEqual(["1:lo", "3:eth0"]);
      expect(await heard()).toEqual([
        "[port,new] 0 notset",
        "[port,del] 0 notset",
        "[port,new] 0 notset",
        "[port,new] 0 eth eth0",
        "[dev,new]",
      ]);
    });
    expect(machine.kernel.bugs).toEqual([]);
  });

  it("tells no statistics in v5.9, which has none", async () => {
    await withDevice("v5.9", async (current, home) => {
      const heard = await listener(current, home);
      await reload(current, home);
      expect((await heard()).filter((line) => line.startsWith("[dev"))).toEqual([]);
    });
  });

  it("applies parameters that were set before", async () => {
    await withDevice("v5.10.223", async (current, home) => {
      const heard = await listener(current, home);
      const client = await devlinkClient(current, home);
      const dir = debugfs_create_dir(current, "netdevsim10", debugfs_create_dir(current, "netdevsim", null));
      const max_macs = (): unknown => kernfs_find(dir, "max_macs")?.ops.show?.(current);
      const set = await client.request(current, DEVLINK_CMD_PARAM_SET, (w) => {
        handle(DEVICE)(w).string(DEVLINK_ATTR_PARAM_NAME, "max_macs").u8(DEVLINK_ATTR_PARAM_TYPE, NLA_U32);
        w.u32(DEVLINK_ATTR_PARAM_VALUE_DATA, 16).u8(DEVLINK_ATTR_PARAM_VALUE_CMODE, DEVLINK_PARAM_CMODE_DRIVERINIT);
      });
      expect([set.errno, max_macs(), await heard()]).toEqual([0, "32\n", ["[param,new] max_macs"]]);
      await reload(current, home);
      expect(max_macs()).toBe("16\n");
    });
  });
});

describe("a reload into another namespace", () => {
  /** What listeners at home and in foo hear of the way there and back. */
  async function thereAndBack(era: EraName): Promise<readonly string[][]> {
    const all: string[][] = [];
    const machine = await withDevice(era, async (current, home) => {
      const foo = await newNet(current);
      const atHome = await listener(current, home);
      const inFoo = await listener(current, foo);
      expect((await reload(current, home, foo)).errno).toBe(0);
      expect([names(home), names(foo)]).toEqual([["1:lo"], ["1:lo", "2:eth0"]]);
      all.push(await atHome(), await inFoo());
      expect((await reload(current, foo, home)).errno).toBe(0);
      all.push(await inFoo(), (await atHome()).slice(-1));
    });
    expect(machine.kernel.bugs).toEqual([]);
    return all;
  }

  const left = ["[param,del] max_macs", "[param,del] test1", "[dev,del]"];
  const gone = ["[port,new] 0 notset", "[port,del] 0 notset"];
  const back = ["[port,new] 0 notset", "[port,new] 0 eth eth0"];
  const arrived = ["[dev,new]", "[param,new] max_macs", "[param,new] test1"];

  it.each(["v5.10.223", "v6.3"] as const)("tells of leaving before it goes down and of arriving when it is up (%s)", async (era) => {
    expect(await thereAndBack(era)).toEqual([[...left, ...gone], [...back, ...arrived, "[dev,new]"], [...left, ...gone], ["[dev,new]"]]);
  });

  it("tells of both between the two halves in v5.10", async () => {
    expect(await thereAndBack("v5.10")).toEqual([
      [...gone, ...left],
      [...arrived, ...back, "[dev,new]"],
      [...gone, ...left],
      ["[dev,new]"],
    ]);
  });

  it("tells the same without statistics in v5.9", async () => {
    expect((await thereAndBack("v5.9"))[1]).toEqual([...arrived, ...back]);
  });

  it("that names the namespace where it is changes nothing but the ports", async () => {
    await withDevice("v5.10.223", async (current, home) => {
      const heard = await listener(current, home);
      expect((await reload(current, home, home)).errno).toBe(0);
      expect(await heard()).toEqual([
        "[port,new] 0 notset",
        "[port,del] 0 notset",
        "[port,new] 0 notset",
        "[port,new] 0 eth eth0",
        "[dev,new]",
      ]);
    });
  });
});

describe("a reload that fails", () => {
  it("on its way down leaves everything as it was, but 5.10.223 has told of a departure", async () => {
    await withDevice("v5.10.223", async (current, home) => {
      const foo = await newNet(current);
      const heard = await listener(current, home);
      await knob(current, "dont_allow_reload", "Y");
      const answer = await reload(current, home, foo);
      expect([answer.errno, answer.text]).toEqual([-EOPNOTSUPP, "netdevsim: User forbid the reload for testing purposes"]);
      expect(devlinkInstances(current.kernel).map((devlink) => [devlink_net(devlink), devlink.reload_failed])).toEqual([[home, false]]);
      expect(names(home)).toEqual(["1:lo", "2:eth0"]);
      expect(await heard()).toEqual(["[param,del] max_macs", "[param,del] test1", "[dev,del]"]);
    });
  });

  it("on its way up has moved the device, says reload_failed, and is repaired by the next one", async () => {
    const machine = await withDevice("v5.10.223", async (current, home) => {
      const foo = await newNet(current);
      const [devlink] = devlinkInstances(current.kernel);
      if (devlink === undefined) throw new Error("no instance");
      const heard = await listener(current, foo);
      await knob(current, "fail_reload", "Y");
      const answer = await reload(current, home, foo);
      expect([answer.errno, answer.text]).toEqual([-EINVAL, "netdevsim: User setup the reload to fail for testing purposes"]);
      expect([devlink_net(devlink) === foo, devlink.reload_failed, names(foo)]).toEqual([true, true, ["1:lo"]]);
      expect(await heard()).toEqual(["[dev,new] reload_failed"]);
      expect((await reload(current, foo)).errno).toBe(-EINVAL);
      expect(await heard()).toEqual([]);
      await knob(current, "fail_reload", "N");
      expect((await reload(current, foo)).errno).toBe(0);
      expect([devlink.reload_failed, names(foo)]).toEqual([false, ["1:lo", "2:eth0"]]);
      expect(await heard()).toEqual(["[port,new] 0 notset", "[port,new] 0 eth eth0", "[dev,new]", "[dev,new]"]);
    });
    expect(machine.kernel.bugs).toEqual([]);
  });
});

describe("the namespace of the device dies", () => {
  /** Reloads into a namespace, turns a knob, and lets the namespace die. */
  async function orphan(era: EraName, name?: string): Promise<Bench> {
    return withDevice(era, async (current, home) => {
      const foo = await newNet(current);
      await reload(current, home, foo);
      if (name !== undefined) await knob(current, name, "Y");
      put_net(current, foo);
      await msleep(current, 1000);
    });
  }

  function state({ kernel }: Bench): unknown {
    const home = init_net(kernel);
    return devlinkInstances(kernel).map((devlink) => [
      devlink_net(devlink) === home,
      devlink_net(devlink).freed,
      devlink.reload_failed,
      names(home),
    ]);
  }

  it.each(["v5.9", "v5.10", "v5.10.223", "v6.3"] as const)("and the device comes home with a new netdev (%s)", async (era) => {
    const machine = await orphan(era);
    expect(stuck(machine.kernel, 1)).toEqual([]);
    expect(state(machine)).toEqual([[true, false, false, ["1:lo", "3:eth0"]]]);
    expect(machine.kernel.bugs).toEqual([]);
  });

  it("and a driver that fails comes home failed, with a line in the log", async () => {
    const machine = await orphan("v5.10.223", "fail_reload");
    expect(state(machine)).toEqual([[true, false, true, ["1:lo"]]]);
    expect(machine.kernel.log.lines.map((line) => line.text)).toContain("Failed to reload devlink instance into init_net");
  });

  it("and a driver that refuses is left behind in a namespace that is freed, without a word", async () => {
    const machine = await orphan("v5.10.223", "dont_allow_reload");
    expect(state(machine)).toEqual([[false, true, false, expect.any(Array)]]);
    expect(machine.kernel.log.lines.map((line) => line.text)).not.toContain("Failed to reload devlink instance into init_net");
  });
});
