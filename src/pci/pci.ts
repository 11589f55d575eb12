/**
 * Models the PCI bus of drivers/pci (pci-driver.c, probe.c, remove.c, pci-sysfs.c): functions that the machine adds at
 * boot, drivers that name the ids they take. Configuration space, resources, interrupts and bridges are left out; what
 * stands behind a function's registers is one object in `hardware`, which its driver reads as it would ask the firmware.
 */
import {
  bus_for_each_dev,
  bus_register,
  type bus_type,
  device,
  device_add,
  type device_attribute,
  type device_driver,
  device_register,
  device_unregister,
  driver_attach,
  driver_register,
  driver_unregister,
} from "../base/index.ts";
import { EEXIST, EINVAL, EmulatorBug, ENODEV, type Frame, type module, staticData } from "../kernel/index.ts";
import { type PciAddress, rootBusName } from "./address.ts";
import { sriovAttributes } from "./sriov-attrs.ts";
import { pci_dev_attrs, pci_uevent } from "./sysfs.ts";
import type { PciFunction, pci_dev, pci_device_id, pci_driver } from "./types.ts";

interface PciState {
  readonly pci_bus_type: bus_type;
  readonly functions: Map<device, pci_dev>;
  readonly drivers: Map<device_driver, pci_driver>;
  /** Ids that user space has added to a driver (struct pci_dynid). */
  readonly dynids: Map<pci_driver, pci_device_id[]>;
  readonly roots: Map<string, device>;
}

const statics = staticData((): PciState => {
  const functions = new Map<device, pci_dev>();
  const drivers = new Map<device_driver, pci_driver>();
  const dynids = new Map<pci_driver, pci_device_id[]>();
  return { pci_bus_type: pciBusType(functions, drivers, dynids), functions, drivers, dynids, roots: new Map() };
});

/** pci_driver_init(): makes /sys/bus/pci. Once, at boot. */
export function pci_bus_init(caller: Frame): number {
  return bus_register(caller.enter("pci_driver_init"), statics(caller.kernel).pci_bus_type);
}

/** Adds a function, as the scan of a bus does; a registered driver that knows it is probed. -EEXIST if the address is taken. */
export async function pci_add_device(caller: Frame, description: PciFunction): Promise<number> {
  const current = caller.enter("pci_bus_add_device");
  const { kernel } = current;
  const { pci_bus_type, functions } = statics(kernel);
  const { address } = description;
  if (bus_for_each_dev(current, pci_bus_type).some((other) => other.name === address)) return -EEXIST;
  const dev = new device(kernel, address, { parent: await rootOf(current, address), bus: pci_bus_type });
  const sriov = description.sriov === undefined ? null : { ...description.sriov, num_VFs: 0, drivers_autoprobe: true };
  const defaults = { revision: 0, subsystem_vendor: 0, subsystem_device: 0, hardware: null, physfn: null, match_driver: true };
  functions.set(dev, { ...defaults, ...description, sriov, dev });
  return device_add(current, dev);
}

/** pci_stop_and_remove_bus_device(): takes a function away, its driver first. */
export async function pci_stop_and_remove_bus_device(caller: Frame, pdev: pci_dev): Promise<void> {
  const current = caller.enter("pci_stop_and_remove_bus_device");
  await device_unregister(current, pdev.dev);
  statics(current.kernel).functions.delete(pdev.dev);
}

/** The function at an address. */
export function pci_get_device_by_address(current: Frame, address: PciAddress): pci_dev | null {
  const { pci_bus_type, functions } = statics(current.kernel);
  const dev = bus_for_each_dev(current, pci_bus_type).find((d) => d.name === address);
  return (dev === undefined ? undefined : functions.get(dev)) ?? null;
}

/**
 * pci_register_driver(): probes every function that the driver knows. -EBUSY if the name is taken.
 * @param owner the module that the driver comes from (THIS_MODULE)
 */
export async function pci_register_driver(caller: Frame, drv: pci_driver, owner?: module): Promise<number> {
  const current = caller.enter("__pci_register_driver");
  const { pci_bus_type, drivers } = statics(current.kernel);
  const drv_attrs = idFiles(drv, (frame) => driver_attach(frame, driver));
  const driver: device_driver = { name: drv.name, bus: pci_bus_type, drv_attrs, ...(owner === undefined ? {} : { owner }) };
  drivers.set(driver, drv);
  const ret = await driver_register(current, driver);
  if (ret !== 0) drivers.delete(driver);
  return ret;
}

/** pci_unregister_driver(): removes it from every function it has. */
export async function pci_unregister_driver(caller: Frame, drv: pci_driver): Promise<void> {
  const current = caller.enter("pci_unregister_driver");
  const { drivers } = statics(current.kernel);
  for (const [driver, own] of [...drivers]) {
    if (own !== drv) continue;
    await driver_unregister(current, driver);
    drivers.delete(driver);
    statics(current.kernel).dynids.delete(drv);
  }
}

export function pci_get_drvdata(pdev: pci_dev): unknown {
  return pdev.dev.driver_data;
}

export function pci_set_drvdata(pdev: pci_dev, data: unknown): void {
  pdev.dev.driver_data = data;
}

/** The host bridge a function lies behind, made with its first function. */
async function rootOf(current: Frame, address: PciAddress): Promise<device> {
  const { roots } = statics(current.kernel);
  const name = rootBusName(address);
  let root = roots.get(name);
  if (root === undefined) {
    root = new device(current.kernel, name);
    roots.set(name, root);
    await device_register(current, root);
  }
  return root;
}

function pciBusType(
  functions: ReadonlyMap<device, pci_dev>,
  drivers: ReadonlyMap<device_driver, pci_driver>,
  dynids: ReadonlyMap<pci_driver, readonly pci_device_id[]>,
): bus_type {
  const functionOf = (dev: device): pci_dev => {
    const pdev = functions.get(dev);
    if (pdev === undefined) throw new EmulatorBug(`${dev.name} is on the PCI bus but is no PCI function`);
    return pdev;
  };
  const driverOf = (driver: device_driver | null): pci_driver | undefined => (driver === null ? undefined : drivers.get(driver));
  const pci_match_device = (drv: pci_driver | undefined, pdev: pci_dev): pci_device_id | undefined =>
    drv === undefined ? undefined : [...(dynids.get(drv) ?? []), ...drv.id_table].find((id) => matchesId(id, pdev));
  return {
    name: "pci",
    match: (dev, driver) => functionOf(dev).match_driver && pci_match_device(driverOf(driver), functionOf(dev)) !== undefined,
    probe: async (caller, dev) => {
      const current = caller.enter("pci_device_probe").enter("local_pci_probe");
      const drv = driverOf(dev.driver);
      const id = pci_match_device(drv, functionOf(dev));
      return drv === undefined || id === undefined ? -EINVAL : drv.probe(current, functionOf(dev), id);
    },
    remove: async (caller, dev) => {
      await driverOf(dev.driver)?.remove(caller.enter("pci_device_remove"), functionOf(dev));
    },
    uevent: (dev) => pci_uevent(functionOf(dev)),
    dev_attrs: (dev) => [...pci_dev_attrs(functionOf(dev)), ...sriovAttributes(functionOf(dev), () => driverOf(dev.driver) ?? null)],
  };
}

function matchesId(id: pci_device_id, pdev: pci_dev): boolean {
  return id.vendor === pdev.vendor && id.device === pdev.device;
}

/**
 * new_id_store() and remove_id_store(): ids that a driver takes beside its table. -EINVAL for what is no vendor and device,
 * -EEXIST for an id that it has, -ENODEV for one that was not added. Sub-ids, class and data of an id are read past.
 */
function idFiles(drv: pci_driver, attach: (current: Frame) => Promise<void>): readonly device_attribute[] {
  const idOf = (text: string): pci_device_id | null => {
    const match = /^\s*([0-9a-f]{1,8})\s+([0-9a-f]{1,8})(?:\s|$)/i.exec(text);
    return match === null ? null : { vendor: Number.parseInt(match[1] ?? "", 16), device: Number.parseInt(match[2] ?? "", 16) };
  };
  const same = (a: pci_device_id, b: pci_device_id): boolean => a.vendor === b.vendor && a.device === b.device;
  return [
    {
      name: "new_id",
      mode: 0o200,
      store: async (caller, buf) => {
        const current = caller.enter("new_id_store");
        const id = idOf(buf);
        if (id === null) return -EINVAL;
        const { dynids } = statics(current.kernel);
        const own = dynids.get(drv) ?? [];
        if ([...own, ...drv.id_table].some((other) => same(other, id))) return -EEXIST;
        current.writes(dynids);
        dynids.set(drv, [...own, id]);
        await attach(current);
        return buf.length;
      },
    },
    {
      name: "remove_id",
      mode: 0o200,
      store: async (caller, buf) => {
        const current = caller.enter("remove_id_store");
        const id = idOf(buf);
        if (id === null) return -EINVAL;
        const { dynids } = statics(current.kernel);
        const own = dynids.get(drv) ?? [];
        const left = own.filter((other) => !same(other, id));
        if (left.length === own.length) return -ENODEV;
        current.writes(dynids);
        dynids.set(drv, left);
        return buf.length;
      },
    },
  ];
}
