/**
 * Proves what the `rdma` program gets from the kernel: devices and ports as seen from different namespaces, sharing modes
 * and who may change them when, renaming, moving a device between namespaces and its way back, and that all of it still
 * answers while a namespace's cleanup is stuck.
 */
import { describe, expect, it } from "vitest";
import { statics } from "../../src/ib/core/device.ts";
import { rdma_dev_change_netns } from "../../src/ib/core/registration.ts";
import { EBUSY, EEXIST, EINVAL, type Frame } from "../../src/kernel/index.ts";
import { init_net, type net, put_net } from "../../src/net/index.ts";
import {
  type Attributes,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_DEV_NODE_TYPE,
  RDMA_NLDEV_ATTR_DEV_PROTOCOL,
  RDMA_NLDEV_ATTR_FW_VERSION,
  RDMA_NLDEV_ATTR_LID,
  RDMA_NLDEV_ATTR_NDEV_NAME,
  RDMA_NLDEV_ATTR_NODE_GUID,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_ATTR_PORT_PHYS_STATE,
  RDMA_NLDEV_ATTR_PORT_STATE,
  RDMA_NLDEV_ATTR_RES_SUMMARY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME,
  RDMA_NLDEV_ATTR_SYS_IMAGE_GUID,
  RDMA_NLDEV_CMD_GET,
  RDMA_NLDEV_CMD_PORT_GET,
  RDMA_NLDEV_CMD_RES_GET,
  RDMA_NLDEV_CMD_SET,
  RDMA_NLDEV_CMD_SYS_GET,
  RDMA_NLDEV_CMD_SYS_SET,
  RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK,
  RDMA_NLDEV_SYS_ATTR_NETNS_MODE,
} from "../../src/netlink/index.ts";
import { newNet } from "../support/devlink.ts";
import { blocked, healthy, type Mlx5Bench, MULTIPORT, mlx5Bench, rdma, reload } from "../support/mlx5.ts";
import { rdmaRequest } from "../support/rdma.ts";
import { sysfsNode } from "../support/sysfs.ts";

/** Names of the devices that a namespace sees. */
async function devices(current: Frame, net: net): Promise<(string | undefined)[]> {
  const { messages } = await rdmaRequest(current, net, RDMA_NLDEV_CMD_GET, undefined, true);
  return messages.map((attrs) => attrs.string(RDMA_NLDEV_ATTR_DEV_NAME));
}

/** rdma link show, as `port state/phys_state netdev` */
async function links(current: Frame, net: net, index = 0): Promise<string[]> {
  const { messages } = await rdmaRequest(current, net, RDMA_NLDEV_CMD_PORT_GET, (w) => w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, index), true);
  return messages.map((port) => {
    const state = `${port.u8(RDMA_NLDEV_ATTR_PORT_STATE)}/${port.u8(RDMA_NLDEV_ATTR_PORT_PHYS_STATE)}`;
    return `${port.u32(RDMA_NLDEV_ATTR_PORT_INDEX)} ${state} ${port.string(RDMA_NLDEV_ATTR_NDEV_NAME) ?? "-"}`;
  });
}

async function setMode(current: Frame, net: net, mode: number): Promise<number> {
  return (await rdmaRequest(current, net, RDMA_NLDEV_CMD_SYS_SET, (w) => w.u8(RDMA_NLDEV_SYS_ATTR_NETNS_MODE, mode))).errno;
}

async function rename(current: Frame, index: number, name: string): Promise<number> {
  const fill = (w: Parameters<NonNullable<Parameters<typeof rdmaRequest>[3]>>[0]): void => {
    w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, index).string(RDMA_NLDEV_ATTR_DEV_NAME, name);
  };
  return (await rdmaRequest(current, init_net(current.kernel), RDMA_NLDEV_CMD_SET, fill)).errno;
}

function run(machine: Mlx5Bench, script: (current: Frame, home: net) => Promise<void>): Promise<unknown> {
  return machine.run({ rdma: (current) => script(current, init_net(current.kernel)) });
}

describe("rdma dev, link and resource", () => {
  it("show a device and its ports", async () => {
    const machine = await mlx5Bench({ devices: MULTIPORT, up: ["eth1"] });
    await run(machine, async (current, home) => {
      const get = await rdmaRequest(current, home, RDMA_NLDEV_CMD_GET, (w) => w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, 0));
      const attrs = get.messages[0] as Attributes;
      expect([
        attrs.string(RDMA_NLDEV_ATTR_DEV_NAME),
        attrs.u32(RDMA_NLDEV_ATTR_PORT_INDEX),
        attrs.u8(RDMA_NLDEV_ATTR_DEV_NODE_TYPE),
        attrs.string(RDMA_NLDEV_ATTR_FW_VERSION),
        attrs.string(RDMA_NLDEV_ATTR_DEV_PROTOCOL),
        attrs.u64(RDMA_NLDEV_ATTR_NODE_GUID),
        attrs.u64(RDMA_NLDEV_ATTR_SYS_IMAGE_GUID),
      ]).toEqual(["mlx5_0", 2, 1, "16.28.1002", "roce", 0x0c42a10300000040n, 0x0c42a10300000040n]);
      expect(await links(current, home)).toEqual(["1 1/3 eth0", "2 4/5 eth1"]);
      const res = await rdmaRequest(current, home, RDMA_NLDEV_CMD_RES_GET, undefined, true);
      const table = res.messages[0]?.nested(RDMA_NLDEV_ATTR_RES_SUMMARY);
      const entries = [...(table ?? [])].map(({ type }) => type);
      expect(new Set(entries)).toEqual(new Set([RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY]));
      expect(entries.length).toBe(6);
      const first = table?.nested(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY);
      expect([first?.string(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME), first?.u64(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR)]).toEqual([
        "ctx",
        0n,
      ]);
    });
  });

  it("show an InfiniBand port with its LID and without netdev", async () => {
    const machine = await mlx5Bench({ devices: { "0000:00:08.0": { link_layer: "InfiniBand" } } });
    await run(machine, async (current, home) => {
      expect(await links(current, home)).toEqual(["1 4/5 -"]);
      const ask = await rdmaRequest(current, home, RDMA_NLDEV_CMD_PORT_GET, (w) =>
        w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, 0).u32(RDMA_NLDEV_ATTR_PORT_INDEX, 1),
      );
      expect(ask.messages[0]?.u32(RDMA_NLDEV_ATTR_LID)).toBe(1);
    });
  });

  it("answer EINVAL for what is not there", async () => {
    const machine = await mlx5Bench();
    await run(machine, async (current, home) => {
      const errno = async (cmd: number, index?: number, port?: number): Promise<number> => {
        const answer = await rdmaRequest(current, home, cmd, (w) => {
          if (index !== undefined) w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, index);
          if (port !== undefined) w.u32(RDMA_NLDEV_ATTR_PORT_INDEX, port);
        });
        return answer.errno;
      };
      expect(await errno(RDMA_NLDEV_CMD_GET)).toBe(-EINVAL);
      expect(await errno(RDMA_NLDEV_CMD_GET, 7)).toBe(-EINVAL);
      expect(await errno(RDMA_NLDEV_CMD_PORT_GET, 0)).toBe(-EINVAL);
      expect(await errno(RDMA_NLDEV_CMD_PORT_GET, 0, 2)).toBe(-EINVAL);
      expect(await errno(RDMA_NLDEV_CMD_SET)).toBe(-EINVAL);
      expect(await errno(999)).toBe(-EINVAL);
      expect(await setMode(current, home, 2)).toBe(-EINVAL);
    });
    expect(healthy(machine.kernel)).toBe(true);
  });
});

describe("rdma dev set name", () => {
  it("renames everywhere, refuses taken and empty names, and the next device gets the lowest free name", async () => {
    const machine = await mlx5Bench({ devices: { "0000:00:08.0": {}, "0000:00:09.0": {} } });
    await run(machine, async (current, home) => {
      const foo = await newNet(current);
      expect(await rename(current, 0, "mlx5_1")).toBe(-EEXIST);
      expect(await rename(current, 0, "")).toBe(-EINVAL);
      expect(await rename(current, 0, "rdma0")).toBe(0);
      expect(await devices(current, foo)).toEqual(["rdma0", "mlx5_1"]);
      const names = [...(sysfsNode(current, "class/infiniband")?.children?.values() ?? [])].map((node) => node.name).sort();
      expect(names).toEqual(["mlx5_1", "mlx5_1", "rdma0", "rdma0"]);
      expect((await reload(current, home)).errno).toBe(0);
      expect(await devices(current, home)).toEqual(["mlx5_1", "mlx5_0"]);
      put_net(current, foo);
    });
    expect(healthy(machine.kernel)).toBe(true);
  });
});

describe("sharing modes", () => {
  it("shared: every namespace sees the device, but only netdevs of its own", async () => {
    const machine = await mlx5Bench({ up: ["eth0"] });
    await run(machine, async (current, home) => {
      const foo = await newNet(current);
      expect(await devices(current, foo)).toEqual(["mlx5_0"]);
      expect(await links(current, foo)).toEqual(["1 4/5 -"]);
      expect(await links(current, home)).toEqual(["1 4/5 eth0"]);
      expect(await setMode(current, home, 0)).toBe(-EBUSY);
      expect(await setMode(current, foo, 1)).toBe(0);
      put_net(current, foo);
    });
    await run(machine, async (current, home) => expect(await setMode(current, home, 0)).toBe(0));
    expect(healthy(machine.kernel)).toBe(true);
  });

  it("exclusive: a namespace sees what was moved into it, and what is in it returns when it dies", async () => {
    const machine = await mlx5Bench();
    await run(machine, async (current, home) => {
      expect(await setMode(current, home, 0)).toBe(0);
      const foo = await newNet(current);
      expect(await devices(current, foo)).toEqual([]);
      const dev = statics(current.kernel).devices.get(0);
      if (dev === undefined) throw new Error("no device");
      expect(await rdma_dev_change_netns(current, dev, home, foo)).toBe(0);
      expect([await devices(current, home), await devices(current, foo)]).toEqual([[], ["mlx5_0"]]);
      put_net(current, foo);
    });
    await run(machine, async (current, home) => {
      expect(await devices(current, home)).toEqual(["mlx5_0"]);
      const { messages } = await rdmaRequest(current, home, RDMA_NLDEV_CMD_SYS_GET);
      expect(messages[0]?.u8(RDMA_NLDEV_SYS_ATTR_NETNS_MODE)).toBe(0);
      expect(messages[0]?.u8(RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK)).toBeUndefined();
    });
    expect(rdma(machine.kernel)).toEqual(["0 mlx5_0/1 DOWN eth0@init_net gids=2"]);
    expect(healthy(machine.kernel)).toBe(true);
  });
});

it("all of it answers while a namespace's cleanup is stuck; only the sharing mode cannot be changed any more", async () => {
  const machine = await mlx5Bench({ notifier: "global", devices: { "0000:00:08.0": {}, "0000:00:09.0": {} } });
  await run(machine, async (current) => {
    const foo = await newNet(current);
    expect((await reload(current, foo)).errno).toBe(0);
    put_net(current, foo);
  });
  expect(blocked(machine.kernel).length).toBe(1);
  await run(machine, async (current, home) => {
    expect(await devices(current, home)).toEqual(["mlx5_1"]);
    expect(await links(current, home, 1)).toEqual(["1 1/3 eth1"]);
    expect(await rename(current, 1, "other")).toBe(0);
    expect(await setMode(current, home, 0)).toBe(-EBUSY);
  });
  expect(blocked(machine.kernel).length).toBe(1);
});
