/**
 * Proves where sysfs writes hang once devlink_mutex is gone for ever: making and removing netdevsim devices, unbinding a
 * PCI device, removing its driver. The stacks are those recorded from a real kernel (5.10.223), innermost first.
 */
import { describe, expect, it } from "vitest";
import { statics } from "../../src/devlink/state.ts";
import { type Frame, mutex_lock, stackNames, wait_once, wait_queue_head } from "../../src/kernel/index.ts";
import { NETDEVSIM_ERAS, netdevsim_init, nsim_bus_dev_create } from "../../src/netdevsim/index.ts";
import { pci_unregister_driver } from "../../src/pci/index.ts";
import { type Bench, bench } from "../support/devlink.ts";
import { fakemlx5, loadFake } from "../support/fakemlx5.ts";
import { sysfsWrite } from "../support/sysfs.ts";

const fake = fakemlx5({ mode: "net" });

/** A machine on which some task keeps devlink_mutex. */
async function stuckDevlink(): Promise<Bench> {
  const machine = await bench("v5.10.223");
  await machine.run({
    modprobe: async (current) => {
      await netdevsim_init(current, NETDEVSIM_ERAS["v5.10.223"]);
      await nsim_bus_dev_create(current, 10, 1);
      await loadFake(current, fake, "0000:00:09.0");
    },
  });
  await machine.run({
    holder: async (current) => {
      await mutex_lock(current, statics(current.kernel).devlink_mutex);
      await wait_once(current, new wait_queue_head("never"), "TASK_INTERRUPTIBLE");
    },
  });
  return machine;
}

/** Runs one body; the innermost functions it hangs in, and the locks it holds. */
async function hang(machine: Bench, body: (current: Frame) => Promise<unknown>): Promise<readonly [string[], string[]]> {
  const [task] = await machine.run({
    test: async (current) => {
      await body(current);
    },
  });
  return [stackNames(task?.wait?.frame ?? null).reverse(), (task?.held ?? []).map((hold) => hold.lock.name)];
}

describe("with devlink_mutex held for ever", () => {
  it("echo 20 > new_device hangs in devlink_register, and then del_device hangs behind it", async () => {
    const machine = await stuckDevlink();
    expect(await hang(machine, (current) => sysfsWrite(current, "bus/netdevsim/new_device", "20\n"))).toEqual([
      [
        "devlink_register",
        "nsim_dev_probe",
        "really_probe",
        "driver_probe_device",
        "bus_for_each_drv",
        "__device_attach",
        "bus_probe_device",
        "device_add",
        "new_device_store",
      ],
      ["nsim_bus_dev_list_lock", "&dev->mutex"],
    ]);
    expect(await hang(machine, (current) => sysfsWrite(current, "bus/netdevsim/del_device", "10\n"))).toEqual([["del_device_store"], []]);
  });

  it("echo 10 > del_device hangs in devlink_reload_disable", async () => {
    expect(await hang(await stuckDevlink(), (current) => sysfsWrite(current, "bus/netdevsim/del_device", "10\n"))).toEqual([
      [
        "devlink_reload_disable",
        "nsim_dev_remove",
        "nsim_bus_remove",
        "__device_release_driver",
        "device_release_driver",
        "bus_remove_device",
        "device_del",
        "device_unregister",
        "del_device_store",
      ],
      ["nsim_bus_dev_list_lock", "&dev->mutex"],
    ]);
  });

  it("unbinding hangs in devlink_reload_disable with the device lock held", async () => {
    const machine = await stuckDevlink();
    expect(await hang(machine, (current) => sysfsWrite(current, "bus/pci/drivers/fakemlx5/unbind", "0000:00:09.0\n"))).toEqual([
      ["devlink_reload_disable", "fm_remove", "pci_device_remove", "__device_release_driver", "device_driver_detach", "unbind_store"],
      ["&dev->mutex"],
    ]);
  });

  it("removing the driver hangs there too", async () => {
    expect(await hang(await stuckDevlink(), (current) => pci_unregister_driver(current, fake.driver))).toEqual([
      [
        "devlink_reload_disable",
        "fm_remove",
        "pci_device_remove",
        "__device_release_driver",
        "driver_detach",
        "bus_remove_driver",
        "pci_unregister_driver",
      ],
      ["&dev->mutex"],
    ]);
  });
});
