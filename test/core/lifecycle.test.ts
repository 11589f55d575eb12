/**
 * Proves that mlx5_core takes back everything it made: after its module, or one function, has gone there is no devlink
 * instance, no netdev, no IB device and no netdev notifier left, and that it can come again. And the order in which the
 * parts come up at boot.
 */
import { describe, expect, it } from "vitest";
import { mlx5_cleanup, mlx5Function } from "../../src/core/index.ts";
import { devlinkInstances } from "../../src/devlink/index.ts";
import { mlx5_ib_cleanup } from "../../src/ib/index.ts";
import { type Frame, type KernelEvent, stackNames } from "../../src/kernel/index.ts";
import { for_each_netdev, init_net } from "../../src/net/index.ts";
import { pci_add_device, pci_get_device_by_address, pci_stop_and_remove_bus_device } from "../../src/pci/index.ts";
import { address, healthy, type Mlx5Era, mlx5Bench, type NotifierName, netChain, rdma, setUp } from "../support/mlx5.ts";

function left(current: Frame): unknown {
  const net = init_net(current.kernel);
  return {
    devlink: devlinkInstances(current.kernel).map((devlink) => devlink.handle),
    netdevs: for_each_netdev(current, net).map((dev) => dev.name),
    rdma: rdma(current.kernel),
    chain: netChain(net),
  };
}

const NOTHING = { devlink: [], netdevs: ["lo"], rdma: [], chain: [] };
const CASES: [NotifierName, Mlx5Era][] = [
  ["global", "v5.10"],
  ["net", "v5.10"],
  ["dev_net", "v5.10"],
  ["dev_net", "v6.3"],
];

describe("what is left", () => {
  it.each(CASES)("nothing after both modules have gone (%s, %s)", async (notifier, era) => {
    const machine = await mlx5Bench({ notifier, era, up: ["eth0"], devices: { "0000:00:08.0": {}, "0000:00:09.0": {} } });
    await machine.run({
      rmmod: async (current) => {
        await mlx5_ib_cleanup(current);
        expect(left(current)).toEqual({
          devlink: ["pci/0000:00:08.0", "pci/0000:00:09.0"],
          netdevs: ["lo", "eth0", "eth1"],
          rdma: [],
          chain: [],
        });
        await mlx5_cleanup(current);
        expect(left(current)).toEqual(NOTHING);
        await setUp(current, "lo");
      },
    });
    expect(healthy(machine.kernel)).toBe(true);
  });

  it.each(CASES)("nothing after the function was taken out, and it comes again (%s, %s)", async (notifier, era) => {
    const machine = await mlx5Bench({ notifier, era });
    await machine.run({
      hotplug: async (current) => {
        const pdev = pci_get_device_by_address(current, address("0000:00:08.0"));
        if (pdev !== null) await pci_stop_and_remove_bus_device(current, pdev);
        expect(left(current)).toEqual(NOTHING);
        await pci_add_device(current, mlx5Function(address("0000:00:08.0")));
      },
    });
    expect(rdma(machine.kernel)).toEqual(["1 mlx5_0/1 DOWN eth0@init_net gids=2"]);
    expect(healthy(machine.kernel)).toBe(true);
  });
});

describe("boot", () => {
  async function contexts(era: Mlx5Era): Promise<string[]> {
    const seen: string[] = [];
    const event = (e: KernelEvent): void => {
      if (e.type === "subsystem" && e.name === "mlx5_core_net") seen.push(`${stackNames(e.frame).join(" ")} stable=${e.data["stable"]}`);
    };
    await mlx5Bench({ era, observer: { event } });
    return seen;
  }

  it("makes the netdev after probe up to v5.19: nothing then keeps the namespace from changing but that nobody reloads yet", async () => {
    expect(await contexts("v5.10")).toEqual([
      "mlx5_init mlx5e_init mlx5_register_interface mlx5_add_device mlx5e_add stable=false",
      "mlx5_ib_init mlx5_register_interface mlx5_add_device mlx5_ib_add __mlx5_ib_add mlx5_ib_roce_init mlx5_add_netdev_notifier stable=false",
    ]);
  });

  it("makes it in probe later, before the instance can be reloaded", async () => {
    const [first] = await contexts("v6.3");
    expect(first).toMatch(/init_one mlx5_load_one mlx5_register_device mlx5_add_device mlx5e_add stable=true$/);
  });
});
