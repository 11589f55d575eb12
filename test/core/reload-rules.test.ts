/**
 * Proves which reloads mlx5 refuses in which kernels, what it says then, that a reload twice down is harmless, and what
 * `enable_roce` does at the next reload.
 */
import { describe, expect, it } from "vitest";
import { mlx5_activate_lag, type mlx5_core_dev, mlx5_deactivate_lag } from "../../src/core/index.ts";
import { EINVAL, EOPNOTSUPP, type Frame } from "../../src/kernel/index.ts";
import { init_net } from "../../src/net/index.ts";
import {
  DEVLINK_ATTR_INFO_DRIVER_NAME,
  DEVLINK_ATTR_INFO_SERIAL_NUMBER,
  DEVLINK_ATTR_INFO_VERSION_FIXED,
  DEVLINK_ATTR_INFO_VERSION_NAME,
  DEVLINK_ATTR_INFO_VERSION_RUNNING,
  DEVLINK_ATTR_INFO_VERSION_STORED,
  DEVLINK_ATTR_INFO_VERSION_VALUE,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_TYPE,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_CMD_INFO_GET,
  DEVLINK_CMD_PARAM_SET,
  DEVLINK_CMD_RELOAD,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_RELOAD_ACTION_FW_ACTIVATE,
  NLA_FLAG,
} from "../../src/netlink/index.ts";
import { pci_get_device_by_address, pci_get_drvdata } from "../../src/pci/index.ts";
import { devlinkClient, handle } from "../support/devlink.ts";
import type { GenlAnswer } from "../support/genl.ts";
import { address, healthy, type Mlx5Era, MULTIPORT, mlx5Bench, rdma } from "../support/mlx5.ts";

const TWO_PORTS = { "0000:00:08.0": {}, "0000:00:08.1": {} };

function mdev(current: Frame, bdf: string): mlx5_core_dev {
  const pdev = pci_get_device_by_address(current, address(bdf));
  if (pdev === null) throw new Error(bdf);
  return pci_get_drvdata(pdev) as mlx5_core_dev;
}

async function reloadHere(current: Frame, device = "pci/0000:00:08.0", action?: number): Promise<Pick<GenlAnswer, "errno" | "text">> {
  const client = await devlinkClient(current, init_net(current.kernel));
  const { errno, text } = await client.request(current, DEVLINK_CMD_RELOAD, (w) => {
    handle(device)(w);
    if (action !== undefined) w.u8(DEVLINK_ATTR_RELOAD_ACTION, action);
  });
  await client.close(current);
  return { errno, text };
}

describe("reload", () => {
  it.each<[Mlx5Era, number, string | null]>([
    ["v5.10", 0, null],
    ["v5.10.223", -EOPNOTSUPP, "mlx5_core: reload is unsupported in Lag mode"],
    ["v6.3", -EOPNOTSUPP, "mlx5_core: reload is unsupported in Lag mode"],
  ])("of a LAG member in %s: %i", async (era, errno, text) => {
    const machine = await mlx5Bench({ era, devices: TWO_PORTS });
    await machine.run({
      script: async (current) => {
        const pf = [mdev(current, "0000:00:08.0"), mdev(current, "0000:00:08.1")];
        mlx5_activate_lag(current, pf);
        expect(await reloadHere(current)).toEqual({ errno, text });
        for (const dev of pf) mlx5_deactivate_lag(current, dev);
        expect(await reloadHere(current)).toEqual({ errno: 0, text: null });
      },
    });
    expect(healthy(machine.kernel)).toBe(true);
  });

  it.each<[Mlx5Era, number]>([
    ["v5.10", 0],
    ["v5.10.223", -EOPNOTSUPP],
    ["v6.3", -EOPNOTSUPP],
  ])("of a multiport slave in %s: %i", async (era, errno) => {
    const machine = await mlx5Bench({ era, devices: MULTIPORT });
    await machine.run({
      script: async (current) => {
        expect(await reloadHere(current, "pci/0000:00:08.1")).toEqual({ errno, text: null });
      },
    });
    expect(healthy(machine.kernel)).toBe(true);
  });

  it("does not activate firmware when none waits to be activated", async () => {
    const machine = await mlx5Bench();
    await machine.run({
      script: async (current) => {
        const answer = await reloadHere(current, undefined, DEVLINK_RELOAD_ACTION_FW_ACTIVATE);
        expect(answer).toEqual({ errno: -EINVAL, text: "mlx5_core: FW activate requires reboot" });
      },
    });
    expect(rdma(machine.kernel)).toEqual(["0 mlx5_0/1 DOWN eth0@init_net gids=2"]);
  });

  it("keeps an open netdev open: the port is as active as before", async () => {
    const machine = await mlx5Bench({ notifier: "global", up: ["eth0"] });
    await machine.run({ script: async (current) => void (await reloadHere(current)) });
    expect(rdma(machine.kernel)).toEqual(["1 mlx5_0/1 ACTIVE eth0@init_net gids=2"]);
  });

  it("with enable_roce false makes an IB device without GIDs", async () => {
    const machine = await mlx5Bench({ notifier: "global" });
    await machine.run({
      script: async (current) => {
        const client = await devlinkClient(current, init_net(current.kernel));
        const { errno } = await client.request(current, DEVLINK_CMD_PARAM_SET, (w) => {
          handle("pci/0000:00:08.0")(w).string(DEVLINK_ATTR_PARAM_NAME, "enable_roce");
          w.u8(DEVLINK_ATTR_PARAM_TYPE, NLA_FLAG).u8(DEVLINK_ATTR_PARAM_VALUE_CMODE, DEVLINK_PARAM_CMODE_DRIVERINIT);
        });
        expect(errno).toBe(0);
        expect(rdma(current.kernel)).toEqual(["0 mlx5_0/1 DOWN eth0@init_net gids=2"]);
        expect(await reloadHere(current)).toEqual({ errno: 0, text: null });
      },
    });
    expect(rdma(machine.kernel)).toEqual(["1 mlx5_0/1 DOWN eth0@init_net gids=0"]);
  });
});

it("devlink info tells driver, serial number and versions, the same on every run", async () => {
  const machine = await mlx5Bench();
  await machine.run({
    script: async (current) => {
      const client = await devlinkClient(current, init_net(current.kernel));
      const { messages } = await client.request(current, DEVLINK_CMD_INFO_GET, handle("pci/0000:00:08.0"));
      const attrs = messages[0]?.attrs;
      const version = (type: number): string => {
        const nest = attrs?.nested(type);
        return `${nest?.string(DEVLINK_ATTR_INFO_VERSION_NAME)} ${nest?.string(DEVLINK_ATTR_INFO_VERSION_VALUE)}`;
      };
      expect([
        attrs?.string(DEVLINK_ATTR_INFO_DRIVER_NAME),
        attrs?.string(DEVLINK_ATTR_INFO_SERIAL_NUMBER),
        ...[DEVLINK_ATTR_INFO_VERSION_FIXED, DEVLINK_ATTR_INFO_VERSION_RUNNING, DEVLINK_ATTR_INFO_VERSION_STORED].map(version),
      ]).toEqual(["mlx5_core", "MT000040", "fw.psid MT_0000000008", "fw.version 16.28.1002", "fw.version 16.28.1002"]);
    },
  });
});
