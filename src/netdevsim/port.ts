/**
 * Models the ports of a netdevsim device (drivers/net/netdevsim/dev.c): a devlink port, a directory in debugfs and a netdev
 * each. A reload takes all of them down and makes the first port_count ones anew.
 */
import {
  type DevlinkPortAttrs,
  devl_rate_leaf_create,
  devl_rate_leaf_destroy,
  type devlink,
  devlink_net,
  devlink_port_attrs_set,
  devlink_port_init,
  devlink_port_register,
  devlink_port_type_clear,
  devlink_port_type_eth_set,
  devlink_port_unregister,
} from "../devlink/index.ts";
import { EEXIST, EINVAL, EmulatorBug, ENOENT, type Frame, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import { debugfs_remove } from "../vfs/index.ts";
import { nsim_dev_port_debugfs_init } from "./debugfs.ts";
import { nsim_create, nsim_destroy } from "./netdev.ts";
import { NSIM_DEV_VF_PORT_INDEX_BASE, type nsim_dev, type nsim_dev_port, type PortKind } from "./nsim.ts";
import { nsim_rate_debugfs_init } from "./rate.ts";
import { NsimRate } from "./rate-values.ts";

function nsim_dev_port_index(kind: PortKind, port_index: number): number {
  return kind === "VF" ? NSIM_DEV_VF_PORT_INDEX_BASE + port_index : port_index;
}

function __nsim_dev_port_lookup(current: Frame, nsim: nsim_dev, kind: PortKind, port_index: number): nsim_dev_port | null {
  current.reads(nsim.port_list);
  return nsim.port_list.find((port) => port.port_index === nsim_dev_port_index(kind, port_index)) ?? null;
}

/** The lock of port_list where there is one; elsewhere the caller holds the instance's. */
async function withPortList(current: Frame, nsim: nsim_dev, body: () => Promise<number>): Promise<number> {
  if (!nsim.strategies.port_list_lock) return body();
  await mutex_lock(current, nsim.port_list_lock);
  const err = await body();
  mutex_unlock(current, nsim.port_list_lock);
  return err;
}

/** nsim_dev_port_add(): -EEXIST if there is such a port. */
export function nsim_dev_port_add(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>, port_index: number): Promise<number> {
  const current = caller.enter("nsim_dev_port_add");
  return withPortList(current, nsim, async () =>
    __nsim_dev_port_lookup(current, nsim, "PF", port_index) !== null
      ? -EEXIST
      : __nsim_dev_port_add(current, nsim, devlink, "PF", port_index),
  );
}

/** nsim_dev_port_del(): -ENOENT. */
export function nsim_dev_port_del(caller: Frame, nsim: nsim_dev, port_index: number): Promise<number> {
  const current = caller.enter("nsim_dev_port_del");
  return withPortList(current, nsim, async () => {
    const port = __nsim_dev_port_lookup(current, nsim, "PF", port_index);
    if (port === null) return -ENOENT;
    await __nsim_dev_port_del(current, nsim, port);
    return 0;
  });
}

/** nsim_dev_port_add_all(): all ports or none. */
export async function nsim_dev_port_add_all(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<number> {
  const current = caller.enter("nsim_dev_port_add_all");
  for (let index = 0; index < nsim.nsim_bus_dev.port_count; index++) {
    const err = await withPortList(current, nsim, () => __nsim_dev_port_add(current, nsim, devlink, "PF", index));
    if (err === 0) continue;
    await nsim_dev_port_del_all(current, nsim);
    return err;
  }
  return 0;
}

/** nsim_dev_port_del_all(): the last one that was added goes first. */
export async function nsim_dev_port_del_all(caller: Frame, nsim: nsim_dev): Promise<void> {
  const current = caller.enter("nsim_dev_port_del_all");
  await withPortList(current, nsim, async () => {
    for (const port of [...nsim.port_list]) await __nsim_dev_port_del(current, nsim, port);
    return 0;
  });
}

export async function __nsim_dev_port_add(
  caller: Frame,
  nsim: nsim_dev,
  devlink: devlink<nsim_dev>,
  kind: PortKind,
  port_index: number,
): Promise<number> {
  const current = caller.enter("__nsim_dev_port_add");
  if (kind === "VF" && nsim.nsim_bus_dev.num_vfs === 0) return -EINVAL;
  if (nsim.ports_ddir === null) throw new EmulatorBug(`${devlink.handle} has no directory for its ports`);
  const port = devlink_port_init();
  devlink_port_attrs_set(current, port, attrsOf(nsim, kind, port_index));
  const index = nsim_dev_port_index(kind, port_index);
  const err = await devlink_port_register(current, devlink, port, index);
  if (err !== 0) return err;
  const ddir = nsim_dev_port_debugfs_init(current, nsim, kind, index, nsim.ports_ddir);
  const netdev = await nsim_create(current, nsim, port, kind, devlink_net(devlink), ddir);
  if (typeof netdev === "number") {
    await debugfs_remove(current, ddir);
    await devlink_port_unregister(current, port);
    return netdev;
  }
  await devlink_port_type_eth_set(current, port, netdev);
  const rate = new NsimRate();
  if (kind === "VF") {
    nsim_rate_debugfs_init(current, rate, ddir);
    await devl_rate_leaf_create(current, port, rate);
  }
  current.writes(nsim.port_list);
  nsim.port_list.unshift({ kind, port_index: index, devlink_port: port, netdev, ddir, rate });
  return 0;
}

function attrsOf(nsim: nsim_dev, kind: PortKind, port_index: number): DevlinkPortAttrs {
  const { switch_id } = nsim;
  return kind === "PF"
    ? { flavour: "physical", port_number: port_index + 1, switch_id }
    : { flavour: "pci_vf", pf: 0, vf: port_index, switch_id };
}

export async function __nsim_dev_port_del(caller: Frame, nsim: nsim_dev, port: nsim_dev_port): Promise<void> {
  const current = caller.enter("__nsim_dev_port_del");
  current.writes(nsim.port_list);
  nsim.port_list.splice(nsim.port_list.indexOf(port), 1);
  if (port.kind === "VF") await devl_rate_leaf_destroy(current, port.devlink_port);
  await devlink_port_type_clear(current, port.devlink_port);
  await nsim_destroy(current, port.netdev);
  await debugfs_remove(current, port.ddir);
  await devlink_port_unregister(current, port.devlink_port);
}
