/**
 * Models drivers/net/netdevsim/bus.c: the bus netdevsim, whose devices are made and removed by writing to
 * /sys/bus/netdevsim/new_device and del_device, and their files new_port, del_port and sriov_numvfs.
 * Left out: linking two devices.
 */
import {
  bus_register,
  type bus_type,
  bus_unregister,
  device,
  type device_attribute,
  type device_driver,
  device_register,
  device_unregister,
  driver_register,
  driver_unregister,
} from "../base/index.ts";
import {
  EBUSY,
  EINVAL,
  EmulatorBug,
  ENOENT,
  ENOSPC,
  type Frame,
  type Kernel,
  kstrtouint,
  type LoadableModule,
  mutex,
  mutex_lock,
  mutex_unlock,
  pr_err,
  staticData,
} from "../kernel/index.ts";
import { current_net } from "../net/index.ts";
import { debugfs_remove, type kernfs_node } from "../vfs/index.ts";
import { nsim_dev_init } from "./debugfs.ts";
import { dev_get_nsim, nsim_dev_probe, nsim_dev_remove } from "./dev.ts";
import { DRV_NAME, nsim_bus_dev } from "./nsim.ts";
import { nsim_dev_port_add, nsim_dev_port_del } from "./port.ts";
import type { NetdevsimStrategies } from "./strategies.ts";

const INT_MAX = 0x7fff_ffff;

interface NsimBus {
  readonly nsim_bus: bus_type;
  readonly nsim_driver: device_driver;
  /** Ids in use, and the devices that have them. */
  readonly nsim_bus_dev_list: Map<number, nsim_bus_dev>;
  /** Held while a device is made or removed, all through its probe. */
  readonly nsim_bus_dev_list_lock: mutex;
  /** Set while the module is loaded. */
  strategies: NetdevsimStrategies | null;
  ddir: kernfs_node | null;
}

const statics = staticData((kernel): NsimBus => {
  const nsim_bus_dev_list = new Map<number, nsim_bus_dev>();
  const nsim_bus = nsimBusType(nsim_bus_dev_list);
  return {
    nsim_bus,
    nsim_driver: { name: DRV_NAME, bus: nsim_bus },
    nsim_bus_dev_list,
    nsim_bus_dev_list_lock: new mutex(kernel, "nsim_bus_dev_list_lock"),
    strategies: null,
    ddir: null,
  };
});

function strategiesOf(kernel: Kernel): NetdevsimStrategies {
  const { strategies } = statics(kernel);
  if (strategies === null) throw new EmulatorBug("netdevsim is used before nsim_module_init()");
  return strategies;
}

/** The module's init: its directory in debugfs, the bus and its one driver. */
export async function netdevsim_init(caller: Frame, strategies: NetdevsimStrategies): Promise<number> {
  const current = caller.enter("nsim_module_init");
  const state = statics(current.kernel);
  state.strategies = strategies;
  state.ddir = nsim_dev_init(current);
  const err = bus_register(current, state.nsim_bus);
  if (err !== 0) return err;
  return driver_register(current, state.nsim_driver);
}

/** The module's exit: all devices, the driver, the bus. */
async function nsim_module_exit(caller: Frame): Promise<void> {
  const current = caller.enter("nsim_module_exit");
  const state = statics(current.kernel);
  const { nsim_bus, nsim_driver, nsim_bus_dev_list, nsim_bus_dev_list_lock } = state;
  await mutex_lock(current, nsim_bus_dev_list_lock);
  for (const [id, { dev }] of [...nsim_bus_dev_list]) {
    await device_unregister(current, dev);
    current.writes(nsim_bus_dev_list);
    nsim_bus_dev_list.delete(id);
  }
  mutex_unlock(current, nsim_bus_dev_list_lock);
  await driver_unregister(current, nsim_driver);
  await bus_unregister(current, nsim_bus);
  if (state.ddir !== null) await debugfs_remove(current, state.ddir);
  state.ddir = null;
}

/** The module, as the kernel of an era has it. */
export function netdevsimModule(strategies: NetdevsimStrategies): LoadableModule {
  return { name: "netdevsim", size: 61_440, init: (current) => netdevsim_init(current, strategies), exit: nsim_module_exit };
}

/** Makes a device as a write to new_device does, in the caller's namespace. -EINVAL, -ENOSPC if the id is in use. */
export async function nsim_bus_dev_create(current: Frame, id: number, port_count: number, num_queues = 1): Promise<number> {
  const { nsim_bus_dev_list_lock } = statics(current.kernel);
  await mutex_lock(current, nsim_bus_dev_list_lock);
  const err = await nsim_bus_dev_new(current, id, port_count, num_queues);
  mutex_unlock(current, nsim_bus_dev_list_lock);
  return err;
}

async function new_device_store(caller: Frame, buf: string): Promise<number> {
  const current = caller.enter("new_device_store");
  const { fields, usage } = strategiesOf(current.kernel).new_device;
  const [id, port_count = 1, num_queues = 1] = scanUnsigned(buf, fields);
  if (id === undefined) return complain(current.kernel, `Format for adding new device is ${usage}.`);
  if (id > INT_MAX) return complain(current.kernel, 'Value of "id" is too big.');
  const err = await nsim_bus_dev_create(current, id, port_count, num_queues);
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
async function nsim_bus_dev_new(current: Frame, id: number, port_count: number, num_queues: number): Promise<number> {
  const { kernel } = current;
  const { nsim_bus, nsim_bus_dev_list } = statics(kernel);
  if (nsim_bus_dev_list.has(id)) return -ENOSPC;
  const dev = new device(kernel, `${DRV_NAME}${id}`, { bus: nsim_bus });
  const made = new nsim_bus_dev(kernel, dev, { id, port_count, num_queues, initial_net: current_net(current) });
  current.writes(nsim_bus_dev_list);
  nsim_bus_dev_list.set(id, made);
  const err = await device_register(current, dev);
  if (err === 0) made.init = true;
  else nsim_bus_dev_list.delete(id);
  return err;
}

/** sscanf("%u %u %u"): the numbers that `text` begins with, at most `count`. */
function scanUnsigned(text: string, count: number): number[] {
  const numbers: number[] = [];
  for (const match of text.matchAll(/\s*(\d+)/gy)) if (numbers.length < count) numbers.push(Number(match[1]) >>> 0);
  return numbers;
}

function complain(kernel: Kernel, text: string): number {
  pr_err(kernel, text);
  return -EINVAL;
}

/** Runs a change of the port whose index was written, where reloads cannot interfere. -EBUSY before probe has returned. */
async function portStore(
  current: Frame,
  bus_dev: nsim_bus_dev,
  buf: string,
  change: (frame: Frame, port_index: number) => Promise<number>,
): Promise<number> {
  current.reads(bus_dev);
  if (!bus_dev.init) return -EBUSY;
  const port_index = kstrtouint(buf, 0);
  if (port_index < 0) return port_index;
  const nsim = dev_get_nsim(bus_dev.dev);
  const err = await strategiesOf(current.kernel).changePorts(current, bus_dev, nsim, (frame) => change(frame, port_index));
  return err === 0 ? buf.length : err;
}

/** nsim_bus_dev_attrs: the files of a device. */
function busDevFiles(bus_dev: nsim_bus_dev): readonly device_attribute[] {
  return [
    {
      name: "new_port",
      mode: 0o200,
      store: (caller, buf) =>
        portStore(caller.enter("new_port_store"), bus_dev, buf, async (frame, port_index) => {
          const nsim = dev_get_nsim(bus_dev.dev);
          return nsim.devlink === null ? -EBUSY : nsim_dev_port_add(frame, nsim, nsim.devlink, port_index);
        }),
    },
    {
      name: "del_port",
      mode: 0o200,
      store: (caller, buf) =>
        portStore(caller.enter("del_port_store"), bus_dev, buf, (frame, port_index) =>
          nsim_dev_port_del(frame, dev_get_nsim(bus_dev.dev), port_index),
        ),
    },
    {
      name: "sriov_numvfs",
      mode: 0o664,
      show: (current) => {
        current.reads(bus_dev);
        return `${bus_dev.num_vfs}\n`;
      },
      store: async (caller, buf) => {
        const current = caller.enter("nsim_bus_dev_numvfs_store");
        const num_vfs = kstrtouint(buf, 0);
        if (num_vfs < 0) return num_vfs;
        const err = await strategiesOf(current.kernel).configureVfs(current, bus_dev, num_vfs);
        return err === 0 ? buf.length : err;
      },
    },
  ];
}

function nsimBusType(list: ReadonlyMap<number, nsim_bus_dev>): bus_type {
  const busDevOf = (dev: device): nsim_bus_dev => {
    for (const bus_dev of list.values()) if (bus_dev.dev === dev) return bus_dev;
    throw new EmulatorBug(`${dev.name} is on the netdevsim bus but was not made by it`);
  };
  return {
    name: DRV_NAME,
    match: () => true,
    probe: (current, dev) => nsim_dev_probe(current, busDevOf(dev), strategiesOf(current.kernel)),
    remove: (caller, dev) => nsim_dev_remove(caller.enter("nsim_bus_remove"), busDevOf(dev)),
    dev_attrs: (dev) => busDevFiles(busDevOf(dev)),
    bus_attrs: [
      { name: "new_device", mode: 0o200, store: new_device_store },
      { name: "del_device", mode: 0o200, store: del_device_store },
    ],
  };
}
