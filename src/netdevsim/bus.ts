/**
 * Models drivers/net/netdevsim/bus.c of v5.10: the bus netdevsim, whose devices are made and removed by writing to
 * /sys/bus/netdevsim/new_device and del_device. Left out: new_port, del_port, sriov_numvfs.
 */
import {
  bus_register,
  type bus_type,
  bus_unregister,
  device,
  type device_driver,
  device_register,
  device_unregister,
  driver_register,
  driver_unregister,
} from "../base/index.ts";
import {
  EINVAL,
  EmulatorBug,
  ENOENT,
  ENOSPC,
  type Frame,
  type Kernel,
  type LoadableModule,
  mutex,
  mutex_lock,
  mutex_unlock,
  pr_err,
  staticData,
} from "../kernel/index.ts";
import { current_net } from "../net/index.ts";
import { nsim_dev_probe, nsim_dev_remove } from "./dev.ts";
import { DRV_NAME, type nsim_bus_dev } from "./nsim.ts";

const INT_MAX = 0x7fff_ffff;

interface NsimBus {
  readonly nsim_bus: bus_type;
  readonly nsim_driver: device_driver;
  /** Ids in use, and the devices that have them. */
  readonly nsim_bus_dev_list: Map<number, nsim_bus_dev>;
  /** Held while a device is made or removed, all through its probe. */
  readonly nsim_bus_dev_list_lock: mutex;
}

const statics = staticData((kernel): NsimBus => {
  const nsim_bus_dev_list = new Map<number, nsim_bus_dev>();
  const nsim_bus = nsimBusType(nsim_bus_dev_list);
  return {
    nsim_bus,
    nsim_driver: { name: DRV_NAME, bus: nsim_bus },
    nsim_bus_dev_list,
    nsim_bus_dev_list_lock: new mutex(kernel, "nsim_bus_dev_list_lock"),
  };
});

/** The module's init: the bus and its one driver. */
export async function netdevsim_init(caller: Frame): Promise<number> {
  const current = caller.enter("nsim_module_init");
  const { nsim_bus, nsim_driver } = statics(current.kernel);
  const err = bus_register(current, nsim_bus);
  if (err !== 0) return err;
  return driver_register(current, nsim_driver);
}

/** The module's exit: all devices, the driver, the bus. */
async function nsim_module_exit(caller: Frame): Promise<void> {
  const current = caller.enter("nsim_module_exit");
  const { nsim_bus, nsim_driver, nsim_bus_dev_list, nsim_bus_dev_list_lock } = statics(current.kernel);
  await mutex_lock(current, nsim_bus_dev_list_lock);
  for (const [id, { dev }] of [...nsim_bus_dev_list]) {
    await device_unregister(current, dev);
    current.writes(nsim_bus_dev_list);
    nsim_bus_dev_list.delete(id);
  }
  mutex_unlock(current, nsim_bus_dev_list_lock);
  await driver_unregister(current, nsim_driver);
  await bus_unregister(current, nsim_bus);
}

export const netdevsimModule: LoadableModule = {
  name: "netdevsim",
  size: 61_440,
  init: netdevsim_init,
  exit: nsim_module_exit,
};

/** Makes a device as a write to new_device does, in the caller's namespace. -EINVAL, -ENOSPC if the id is in use. */
export async function nsim_bus_dev_create(current: Frame, id: number, port_count: number): Promise<number> {
  const { nsim_bus_dev_list_lock } = statics(current.kernel);
  await mutex_lock(current, nsim_bus_dev_list_lock);
  const err = await nsim_bus_dev_new(current, id, port_count);
  mutex_unlock(current, nsim_bus_dev_list_lock);
  return err;
}

async function new_device_store(caller: Frame, buf: string): Promise<number> {
  const current = caller.enter("new_device_store");
  const [id, port_count = 1] = scanUnsigned(buf, 2);
  if (id === undefined) return complain(current.kernel, 'Format for adding new device is "id port_count" (uint uint).');
  if (id > INT_MAX) return complain(current.kernel, 'Value of "id" is too big.');
  const err = await nsim_bus_dev_create(current, id, port_count);
  return err === 0 ? buf.length : err;
}

async function del_device_store(caller: Frame, buf: string): Promise<number> {
  const current = caller.enter("del_device_store");
  const [id] = scanUnsigned(buf, 1);
  if (id === undefined) return complain(current.kernel, 'Format for deleting device is "id" (uint).');
  if (id > INT_MAX) return complain(current.kernel, 'Value of "id" is too big.');
  const { nsim_bus_dev_list, nsim_bus_dev_list_lock } = statics(current.kernel);
  await mutex_lock(current, nsim_bus_dev_list_lock);
  const found = nsim_bus_dev_list.get(id);
  if (found !== undefined) {
    await device_unregister(current, found.dev);
    current.writes(nsim_bus_dev_list);
    nsim_bus_dev_list.delete(id);
  }
  mutex_unlock(current, nsim_bus_dev_list_lock);
  return found === undefined ? -ENOENT : buf.length;
}

/** nsim_bus_dev_new(): inlined into its callers, so it leaves no frame. The caller holds nsim_bus_dev_list_lock. */
async function nsim_bus_dev_new(current: Frame, id: number, port_count: number): Promise<number> {
  const { nsim_bus, nsim_bus_dev_list } = statics(current.kernel);
  if (nsim_bus_dev_list.has(id)) return -ENOSPC;
  const dev = new device(current.kernel, `${DRV_NAME}${id}`, { bus: nsim_bus });
  current.writes(nsim_bus_dev_list);
  nsim_bus_dev_list.set(id, { dev, id, port_count, initial_net: current_net(current) });
  const err = await device_register(current, dev);
  if (err !== 0) nsim_bus_dev_list.delete(id);
  return err;
}

/** sscanf("%u %u"): the numbers that `text` begins with, at most `count`. */
function scanUnsigned(text: string, count: number): number[] {
  const numbers: number[] = [];
  for (const match of text.matchAll(/\s*(\d+)/gy)) if (numbers.length < count) numbers.push(Number(match[1]) >>> 0);
  return numbers;
}

function complain(kernel: Kernel, text: string): number {
  pr_err(kernel, text);
  return -EINVAL;
}

function nsimBusType(list: ReadonlyMap<number, nsim_bus_dev>): bus_type {
  const busDevOf = (dev: device): nsim_bus_dev => {
    for (const bus_dev of list.values()) if (bus_dev.dev === dev) return bus_dev;
    throw new EmulatorBug(`${dev.name} is on the netdevsim bus but was not made by it`);
  };
  return {
    name: DRV_NAME,
    match: () => true,
    probe: (current, dev) => nsim_dev_probe(current, busDevOf(dev)),
    remove: (caller, dev) => nsim_dev_remove(caller.enter("nsim_bus_remove"), busDevOf(dev)),
    bus_attrs: [
      { name: "new_device", mode: 0o200, store: new_device_store },
      { name: "del_device", mode: 0o200, store: del_device_store },
    ],
  };
}
