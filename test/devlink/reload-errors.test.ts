/** Proves every way in which DEVLINK_CMD_RELOAD is refused, with the kernel's errno and words, and what is left after it. */
import { describe, expect, it } from "vitest";
import { base_init, bus_register, type bus_type, device } from "../../src/base/index.ts";
import {
  devlink_alloc,
  devlink_net,
  type devlink_ops,
  devlink_register,
  devlink_reload_disable,
  devlink_reload_enable,
} from "../../src/devlink/index.ts";
import { EINVAL, ENODEV, EOPNOTSUPP, ERANGE, type Frame } from "../../src/kernel/index.ts";
import { init_net, type net, nsproxy_net, put_net } from "../../src/net/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_NETNS_FD,
  DEVLINK_ATTR_NETNS_ID,
  DEVLINK_ATTR_NETNS_PID,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED,
  DEVLINK_ATTR_RELOAD_LIMITS,
  DEVLINK_CMD_RELOAD,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_ACTION_FW_ACTIVATE,
  DEVLINK_RELOAD_LIMIT_NO_RESET,
  viewOf,
} from "../../src/netlink/index.ts";
import { bench, devlinkClient, type EraName, handle, newNet } from "../support/devlink.ts";

const bus: bus_type = { name: "test", match: () => false };

const BOTH: devlink_ops = {
  reload_actions: (1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT) | (1 << DEVLINK_RELOAD_ACTION_FW_ACTIVATE),
  reload_limits: 1 << DEVLINK_RELOAD_LIMIT_NO_RESET,
  reload_down: async () => 0,
  reload_up: async (_current, _devlink, action, _limit, performed) => {
    performed.value = 1 << action;
    return 0;
  },
};

const REINIT_ONLY: devlink_ops = { ...BOTH, reload_actions: 1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT, reload_limits: 0 };

type Fill = (w: AttributeWriter, current: Frame) => AttributeWriter;

/** struct nla_bitfield32 */
function limits(value: number, selector = value): Fill {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setUint32(0, value, true);
  viewOf(bytes).setUint32(4, selector, true);
  return (w) => w.bytes(DEVLINK_ATTR_RELOAD_LIMITS, bytes);
}

const NO_RESET = 1 << DEVLINK_RELOAD_LIMIT_NO_RESET;
const action =
  (value: number): Fill =>
  (w) =>
    w.u8(DEVLINK_ATTR_RELOAD_ACTION, value);

/** One reload request for test/dev0; the answer's errno and words. */
async function reload(era: EraName, ops: devlink_ops, fill: Fill, name = "test/dev0"): Promise<readonly [number, string | null]> {
  const machine = await bench(era);
  let result: readonly [number, string | null] = [1, null];
  await machine.run({
    test: async (current) => {
      base_init(current);
      bus_register(current, bus);
      const devlink = devlink_alloc(current, ops, new device(current.kernel, "dev0", { bus }), null);
      await devlink_register(current, devlink);
      await devlink_reload_enable(current, devlink);
      const client = await devlinkClient(current, init_net(current.kernel));
      const answer = await client.request(current, DEVLINK_CMD_RELOAD, (w) => fill(handle(name)(w), current));
      result = [answer.errno, answer.text];
      expect(devlink_net(devlink)).toBe(init_net(current.kernel));
    },
  });
  expect(machine.kernel.bugs).toEqual([]);
  return result;
}

const nothing: Fill = (w) => w;

describe("a reload is refused", () => {
  it.each<[string, EraName, devlink_ops, Fill, readonly [number, string | null]]>([
    ["if the driver has no reload", "v5.10", {}, nothing, [-EOPNOTSUPP, null]],
    [
      "if it cannot do the action",
      "v5.10",
      REINIT_ONLY,
      action(2),
      [-EOPNOTSUPP, "devlink: Requested reload action is not supported by the driver"],
    ],
    [
      "with the file's later name in later kernels",
      "v6.3",
      REINIT_ONLY,
      action(2),
      [-EOPNOTSUPP, "leftover: Requested reload action is not supported by the driver"],
    ],
    ["if there is no such action", "v5.10", BOTH, action(3), [-ERANGE, "integer out of range"]],
    ["if no limit is selected", "v5.10", BOTH, limits(0, NO_RESET), [-EINVAL, "devlink: Invalid limit selected"]],
    ["if there is no such limit", "v5.10", BOTH, limits(1 << 5), [-EINVAL, null]],
    [
      "if it cannot keep the limit",
      "v5.10",
      REINIT_ONLY,
      limits(NO_RESET),
      [-EOPNOTSUPP, "devlink: Requested limit is not supported by the driver"],
    ],
    [
      "if action and limit exclude each other",
      "v5.10",
      BOTH,
      limits(NO_RESET),
      [-EINVAL, "devlink: Requested limit is invalid for this action"],
    ],
    [
      "if two namespaces are named",
      "v5.10",
      BOTH,
      (w) => w.u32(DEVLINK_ATTR_NETNS_PID, 1).u32(DEVLINK_ATTR_NETNS_ID, 0),
      [-EINVAL, "devlink: multiple netns identifying attributes specified"],
    ],
    [
      "if no process has that id",
      "v5.10",
      BOTH,
      (w) => w.u32(DEVLINK_ATTR_NETNS_PID, 9999),
      [-EINVAL, "devlink: Unknown network namespace"],
    ],
    [
      "if the descriptor is not open",
      "v5.10",
      BOTH,
      (w) => w.u32(DEVLINK_ATTR_NETNS_FD, 9),
      [-EINVAL, "devlink: Unknown network namespace"],
    ],
    ["if no namespace has that id", "v5.10", BOTH, (w) => w.u32(DEVLINK_ATTR_NETNS_ID, 7), [-EINVAL, "devlink: Unknown network namespace"]],
  ])("%s (%s)", async (_what, era, ops, fill, expected) => {
    expect(await reload(era, ops, fill)).toEqual(expected);
  });

  it("if no such device is in the socket's namespace", async () => {
    for (const name of ["test/dev1", "other/dev0", "test/", "/dev0"])
      expect(await reload("v5.10", BOTH, nothing, name)).toEqual([-ENODEV, null]);
  });

  it("if the request does not name a device", async () => {
    const machine = await bench("v5.10");
    await machine.run({
      test: async (current) => {
        const client = await devlinkClient(current, init_net(current.kernel));
        expect((await client.request(current, DEVLINK_CMD_RELOAD)).errno).toBe(-EINVAL);
        expect((await client.request(current, DEVLINK_CMD_RELOAD, (w) => w.string(DEVLINK_ATTR_BUS_NAME, "test"))).errno).toBe(-EINVAL);
        expect((await client.request(current, DEVLINK_CMD_RELOAD, (w) => w.string(DEVLINK_ATTR_DEV_NAME, "dev0"))).errno).toBe(-EINVAL);
      },
    });
  });

  it("while the driver does not allow it", async () => {
    const machine = await bench("v5.10");
    await machine.run({
      test: async (current) => {
        bus_register(current, bus);
        const devlink = devlink_alloc(current, BOTH, new device(current.kernel, "dev0", { bus }), null);
        await devlink_register(current, devlink);
        const client = await devlinkClient(current, init_net(current.kernel));
        const reloaded = async (): Promise<number> => (await client.request(current, DEVLINK_CMD_RELOAD, handle("test/dev0"))).errno;
        expect(await reloaded()).toBe(-EOPNOTSUPP);
        await devlink_reload_enable(current, devlink);
        expect(await reloaded()).toBe(0);
        await devlink_reload_disable(current, devlink);
        expect(await reloaded()).toBe(-EOPNOTSUPP);
      },
    });
  });
});

describe("a reload is answered", () => {
  it("with what was performed if the request names an action or limit, else with the acknowledgement alone", async () => {
    const machine = await bench("v5.10");
    await machine.run({
      test: async (current) => {
        bus_register(current, bus);
        const devlink = devlink_alloc(current, BOTH, new device(current.kernel, "dev0", { bus }), null);
        await devlink_register(current, devlink);
        await devlink_reload_enable(current, devlink);
        const client = await devlinkClient(current, init_net(current.kernel));
        const performed = async (fill: Fill): Promise<unknown> => {
          const { errno, messages } = await client.request(current, DEVLINK_CMD_RELOAD, (w) => fill(handle("test/dev0")(w), current));
          const [value, selector] = new Uint32Array(
            messages[0]?.attrs.bytes(DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED)?.slice().buffer ?? new ArrayBuffer(0),
          );
          return [errno, value, selector];
        };
        expect(await performed(nothing)).toEqual([0, undefined, undefined]);
        expect(await performed(action(DEVLINK_RELOAD_ACTION_DRIVER_REINIT))).toEqual([0, 2, 2]);
        expect(await performed((w, c) => limits(NO_RESET)(action(DEVLINK_RELOAD_ACTION_FW_ACTIVATE)(w, c), c))).toEqual([0, 4, 4]);
      },
    });
    expect(machine.kernel.bugs).toEqual([]);
  });

  it("in v5.9 without actions and limits: their attributes mean nothing there", async () => {
    expect(await reload("v5.9", REINIT_ONLY, action(2))).toEqual([0, null]);
  });
});

describe("the reference on the target namespace", () => {
  /** A refused reload with a namespace; true if the namespace was freed when its owner let go of it. */
  async function freedAfterRefusal(era: EraName): Promise<boolean> {
    const machine = await bench(era);
    let target: net | null = null;
    await machine.run({
      test: async (current) => {
        bus_register(current, bus);
        const devlink = devlink_alloc(current, REINIT_ONLY, new device(current.kernel, "dev0", { bus }), null);
        await devlink_register(current, devlink);
        await devlink_reload_enable(current, devlink);
        const client = await devlinkClient(current, init_net(current.kernel));
        target = await newNet(current);
        nsproxy_net.set(current.task, target);
        const fill = (w: AttributeWriter): AttributeWriter =>
          w.u32(DEVLINK_ATTR_NETNS_PID, current.task.pid).u8(DEVLINK_ATTR_RELOAD_ACTION, 2);
        expect((await client.request(current, DEVLINK_CMD_RELOAD, (w) => fill(handle("test/dev0")(w)))).errno).toBe(-EOPNOTSUPP);
        nsproxy_net.set(current.task, undefined);
        put_net(current, target);
      },
    });
    return (target as net | null)?.freed ?? false;
  }

  it("is lost by v5.10 when the action is refused after the lookup: the namespace is never freed", async () => {
    expect(await freedAfterRefusal("v5.10")).toBe(false);
  });

  it("is kept track of by later kernels, which look it up last", async () => {
    expect(await freedAfterRefusal("v5.10.223")).toBe(true);
    expect(await freedAfterRefusal("v6.3")).toBe(true);
  });
});
