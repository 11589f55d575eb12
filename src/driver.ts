/**
 * Drivers of one's own: what a user's file exports, and what of the kernel it is given. The file imports nothing but this
 * type, so that there is one copy of the kernel whoever loads it:
 *
 *     import type { Driver } from "mlx5-emu/driver";
 *     export const driver: Driver = ({ pci_register_driver, ... }) => ({ name: "mine", init: ..., exit: ... });
 */
import * as base from "./base/index.ts";
import * as devlink from "./devlink/index.ts";
import * as kernel from "./kernel/index.ts";
import * as net from "./net/index.ts";
import * as netlink from "./netlink/index.ts";
import * as pci from "./pci/index.ts";
import * as vfs from "./vfs/index.ts";

/** Everything that the rooms below devlink show to each other, under the kernel's names. */
export type DriverApi = typeof kernel & typeof vfs & typeof base & typeof pci & typeof netlink & typeof net & typeof devlink;

/** Makes the module. Called once for each machine; what it keeps, it keeps in what it closes over. */
export type Driver = (kernel: DriverApi) => kernel.LoadableModule;

export const driverApi: DriverApi = { ...kernel, ...vfs, ...base, ...pci, ...netlink, ...net, ...devlink };

export type { device } from "./base/index.ts";
export type { devlink, devlink_ops, devlink_port } from "./devlink/index.ts";
export type { Frame, Kernel, LoadableModule, module } from "./kernel/index.ts";
export type { net, net_device, netdev_notifier_block, pernet_operations } from "./net/index.ts";
export type { pci_dev, pci_driver } from "./pci/index.ts";
