/** Proves that functions and drivers find each other on the PCI bus, what sysfs shows of a function, bind and unbind. */
import { describe, expect, it } from "vitest";
import { base_init } from "../../src/base/index.ts";
import { EBUSY, EEXIST, EIO, ENODEV, type Frame, stackNames } from "../../src/kernel/index.ts";
import {
  type PciAddress,
  parsePciAddress,
  pci_add_device,
  pci_bus_init,
  type pci_driver,
  pci_get_device_by_address,
  pci_register_driver,
  pci_stop_and_remove_bus_device,
  pci_unregister_driver,
} from "../../src/pci/index.ts";
import { runTasks } from "../support/kernel.ts";
import { sysfsList, sysfsNode, sysfsRead, sysfsWrite } from "../support/sysfs.ts";

const card = { vendor: 0x15b3, device: 0x1019, class: 0x020000 };

function at(text: string): PciAddress {
  const address = parsePciAddress(text);
  if (address === null) throw new Error(text);
  return address;
}

/** A driver that writes down what is called, and answers probe with `ret`. */
function recorder(log: string[], ret = 0): pci_driver {
  return {
    name: "recorder",
    id_table: [{ vendor: card.vendor, device: card.device }],
    probe: async (current, pdev) => {
      log.push(`probe ${pdev.address}: ${stackNames(current).join(" ")}`);
      return ret;
    },
    remove: async (current, pdev) => {
      log.push(`remove ${pdev.address}: ${stackNames(current).join(" ")}`);
    },
  };
}

async function onBus(body: (current: Frame) => Promise<void>): Promise<readonly string[]> {
  const run = await runTasks({
    test: async (current) => {
      base_init(current);
      pci_bus_init(current);
      await body(current);
    },
  });
  expect(run.kernel.bugs).toEqual([]);
  return run.kernel.log.lines.map((line) => line.text);
}

describe("the PCI bus", () => {
  it("probes a driver for functions that came before it and after it, and not for others", async () => {
    const log: string[] = [];
    await onBus(async (current) => {
      await pci_add_device(current, { address: at("0000:00:08.0"), ...card });
      await pci_add_device(current, { address: at("0000:00:0a.0"), ...card, device: 0x1017 });
      await pci_register_driver(current, recorder(log));
      await pci_add_device(current, { address: at("0000:00:09.0"), ...card });
    });
    expect(log).toEqual([
      "probe 0000:00:08.0: __pci_register_driver driver_register bus_add_driver driver_attach bus_for_each_dev __driver_attach device_driver_attach driver_probe_device really_probe pci_device_probe local_pci_probe",
      "probe 0000:00:09.0: pci_bus_add_device device_add bus_probe_device __device_attach bus_for_each_drv driver_probe_device really_probe pci_device_probe local_pci_probe",
    ]);
  });

  it("shows a function in sysfs", async () => {
    await onBus(async (current) => {
      await pci_add_device(current, { address: at("0000:00:08.0"), ...card, revision: 4, subsystem_vendor: 0x15b3, subsystem_device: 8 });
      await pci_register_driver(current, recorder([]));
      const dir = "bus/pci/devices/0000:00:08.0";
      expect(sysfsList(current, dir)).toEqual([
        "class",
        "device",
        "driver",
        "enable",
        "irq",
        "local_cpulist",
        "modalias",
        "numa_node",
        "revision",
        "subsystem",
        "subsystem_device",
        "subsystem_vendor",
        "uevent",
        "vendor",
      ]);
      expect(sysfsNode(current, dir)).toBe(sysfsNode(current, "devices/pci0000:00/0000:00:08.0"));
      expect(sysfsNode(current, `${dir}/driver`)).toBe(sysfsNode(current, "bus/pci/drivers/recorder"));
      const read = (name: string): Promise<string | number> => sysfsRead(current, `${dir}/${name}`);
      expect([await read("vendor"), await read("device"), await read("class"), await read("revision")]).toEqual([
        "0x15b3\n",
        "0x1019\n",
        "0x020000\n",
        "0x04\n",
      ]);
      expect(await read("uevent")).toBe(
        "DRIVER=recorder\nPCI_CLASS=20000\nPCI_ID=15B3:1019\nPCI_SUBSYS_ID=15B3:0008\nPCI_SLOT_NAME=0000:00:08.0\n" +
          "MODALIAS=pci:v000015B3d00001019sv000015B3sd00000008bc02sc00i00\n",
      );
      expect(sysfsList(current, "bus/pci/drivers/recorder")).toEqual(["0000:00:08.0", "bind", "new_id", "remove_id", "uevent", "unbind"]);
    });
  });

  it("binds and unbinds by hand in the writing task, with the kernel's errors", async () => {
    const log: string[] = [];
    await onBus(async (current) => {
      await pci_add_device(current, { address: at("0000:00:08.0"), ...card });
      await pci_register_driver(current, recorder(log));
      const write = (file: string, text: string): Promise<number> => sysfsWrite(current, `bus/pci/drivers/recorder/${file}`, text);
      expect(await write("bind", "0000:00:08.0\n")).toBe(-ENODEV);
      expect(await write("unbind", "0000:00:09.0\n")).toBe(-ENODEV);
      expect(await write("unbind", "00:08.0\n")).toBe(-ENODEV);
      expect(await write("unbind", "0000:00:08.0\n")).toBe(13);
      expect(await write("unbind", "0000:00:08.0")).toBe(-ENODEV);
      expect(sysfsList(current, "bus/pci/drivers/recorder")).toEqual(["bind", "new_id", "remove_id", "uevent", "unbind"]);
      expect(await write("bind", "0000:00:08.0")).toBe(12);
    });
    expect(log.slice(1)).toEqual([
      "remove 0000:00:08.0: unbind_store device_driver_detach __device_release_driver pci_device_remove",
      "probe 0000:00:08.0: bind_store device_driver_attach driver_probe_device really_probe pci_device_probe local_pci_probe",
    ]);
  });

  it("leaves a function without driver when probe fails, and says so", async () => {
    const lines = await onBus(async (current) => {
      await pci_add_device(current, { address: at("0000:00:08.0"), ...card });
      await pci_register_driver(current, recorder([], -EIO));
      expect(pci_get_device_by_address(current, at("0000:00:08.0"))?.dev.driver).toBeNull();
      expect(await sysfsWrite(current, "bus/pci/drivers/recorder/bind", "0000:00:08.0")).toBe(-ENODEV);
    });
    expect(lines).toEqual(["recorder: probe of 0000:00:08.0 failed with error -5", "recorder: probe of 0000:00:08.0 failed with error -5"]);
  });

  it("refuses an address and a driver's name that are taken", async () => {
    await onBus(async (current) => {
      expect(await pci_add_device(current, { address: at("0000:00:08.0"), ...card })).toBe(0);
      expect(await pci_add_device(current, { address: at("00:08.0"), ...card })).toBe(-EEXIST);
      expect(await pci_register_driver(current, recorder([]))).toBe(0);
      expect(await pci_register_driver(current, recorder([]))).toBe(-EBUSY);
    });
  });

  it("removes the driver first when a function or the driver goes", async () => {
    const log: string[] = [];
    await onBus(async (current) => {
      const driver = recorder(log);
      await pci_add_device(current, { address: at("0000:00:08.0"), ...card });
      await pci_add_device(current, { address: at("0000:00:09.0"), ...card });
      await pci_register_driver(current, driver);
      const pdev = pci_get_device_by_address(current, at("0000:00:08.0"));
      if (pdev !== null) await pci_stop_and_remove_bus_device(current, pdev);
      await pci_unregister_driver(current, driver);
      expect(sysfsList(current, "bus/pci/devices")).toEqual(["0000:00:09.0"]);
      expect(sysfsList(current, "bus/pci/drivers")).toEqual([]);
    });
    expect(log.slice(2)).toEqual([
      "remove 0000:00:08.0: pci_stop_and_remove_bus_device device_unregister device_del bus_remove_device device_release_driver __device_release_driver pci_device_remove",
      "remove 0000:00:09.0: pci_unregister_driver bus_remove_driver driver_detach __device_release_driver pci_device_remove",
    ]);
  });
});
