/**
 * Proves multiport RoCE: a slave function lends its port to its master's IB device, whichever of the two comes first; it
 * waits when the master goes, and the master's port is empty when the slave goes.
 */
import { describe, expect, it } from "vitest";
import { mlx5Function } from "../../src/core/index.ts";
import type { Frame } from "../../src/kernel/index.ts";
import { pci_add_device, pci_get_device_by_address, pci_stop_and_remove_bus_device } from "../../src/pci/index.ts";
import { address, healthy, MULTIPORT, mlx5Bench, type NotifierName, rdma } from "../support/mlx5.ts";

const MASTER = "0000:00:08.0";
const SLAVE = "0000:00:08.1";
const NOTIFIERS: NotifierName[] = ["global", "net", "dev_net"];

async function unplug(current: Frame, bdf: string): Promise<void> {
  const pdev = pci_get_device_by_address(current, address(bdf));
  if (pdev === null) throw new Error(bdf);
  await pci_stop_and_remove_bus_device(current, pdev);
}

async function plug(current: Frame, bdf: string): Promise<void> {
  expect(await pci_add_device(current, mlx5Function(address(bdf), MULTIPORT[bdf]))).toBe(0);
}

describe.each(NOTIFIERS)("%s", (notifier) => {
  it("the slave may come first", async () => {
    const devices = { [SLAVE]: MULTIPORT[SLAVE] ?? {}, [MASTER]: MULTIPORT[MASTER] ?? {} };
    const machine = await mlx5Bench({ notifier, devices, up: ["eth0"] });
    expect(rdma(machine.kernel)).toEqual(["0 mlx5_0/1 DOWN eth1@init_net gids=2", "0 mlx5_0/2 ACTIVE eth0@init_net gids=2"]);
    expect(healthy(machine.kernel)).toBe(true);
  });

  it("the master goes, the slave waits for it; the slave goes, its port stays empty", async () => {
    const machine = await mlx5Bench({ notifier, devices: MULTIPORT });
    const seen: string[][] = [];
    await machine.run({
      script: async (current) => {
        const look = (): void => void seen.push(rdma(current.kernel));
        await unplug(current, MASTER);
        look();
        await plug(current, MASTER);
        look();
        await unplug(current, SLAVE);
        look();
        await plug(current, SLAVE);
        look();
      },
    });
    expect(seen).toEqual([
      [],
      ["1 mlx5_0/1 DOWN eth0@init_net gids=2", "1 mlx5_0/2 DOWN eth1@init_net gids=2"],
      ["1 mlx5_0/1 DOWN eth0@init_net gids=2", "1 mlx5_0/2 DOWN - gids=0"],
      ["1 mlx5_0/1 DOWN eth0@init_net gids=2", "1 mlx5_0/2 DOWN eth1@init_net gids=2"],
    ]);
    expect(healthy(machine.kernel)).toBe(true);
  });
});
