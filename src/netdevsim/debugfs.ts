/**
 * Models netdevsim's directories in debugfs (drivers/net/netdevsim/{dev,bpf,ipsec,udp_tunnels,psample,hwstats,fib}.c).
 * The knobs of what is modelled work; those of offloaded programs, IPsec, tunnels, samples, statistics and routes keep what
 * is written to them and have no effect, because there are no packets here.
 */

import { devl_lock, devl_unlock, type devlink } from "../devlink/index.ts";
import { EBUSY, EINVAL, ENOSPC, ERANGE, type Frame, kstrtouint } from "../kernel/index.ts";
import {
  type AttributeOps,
  debugfs_create_bool,
  debugfs_create_dir,
  debugfs_create_file,
  debugfs_create_symlink,
  debugfs_create_u32,
  debugfs_remove,
  type kernfs_node,
} from "../vfs/index.ts";
import { DRV_NAME, NSIM_DEV_VF_PORT_INDEX_BASE, type nsim_dev, type PortKind } from "./nsim.ts";
import { nsim_dev_take_snapshot_write } from "./region.ts";

/** A text that is longer is refused: nine digits and what follows them. */
const MAX_VFS_TEXT = 10;
const UINT_MAX = 0xffff_ffff;

/** The module's directory, for as long as it is loaded. */
export function nsim_dev_init(current: Frame): kernfs_node {
  return debugfs_create_dir(current, DRV_NAME, null);
}

/** Files that only keep a value. */
function knobs(current: Frame, dir: kernfs_node, bools: Readonly<Record<string, boolean>>, numbers: readonly string[] = []): void {
  const flags: Record<string, boolean> = { ...bools };
  for (const name of Object.keys(bools)) debugfs_create_bool(current, name, 0o600, dir, flags, name);
  const values: Record<string, number> = {};
  for (const name of numbers) {
    values[name] = 0;
    debugfs_create_u32(current, name, 0o600, dir, values, name);
  }
}

/** nsim_dev_debugfs_init() and nsim_bpf_dev_init(): what stands there from probe to remove. */
export function nsim_dev_debugfs_init(caller: Frame, nsim: nsim_dev): void {
  const current = caller.enter("nsim_dev_debugfs_init");
  const ddir = debugfs_create_dir(current, nsim.nsim_bus_dev.dev.name, nsim_dev_init(current));
  nsim.ddir = ddir;
  nsim.ports_ddir = debugfs_create_dir(current, "ports", ddir);
  for (const name of ["fw_update_status", "test1", "dont_allow_reload", "fail_reload"] as const)
    debugfs_create_bool(current, name, 0o600, ddir, nsim, name);
  for (const name of ["fw_update_overwrite_mask", "max_macs"] as const) debugfs_create_u32(current, name, 0o600, ddir, nsim, name);
  for (const name of ["fail_trap_group_set", "fail_trap_policer_set", "fail_trap_policer_counter_get"] as const)
    debugfs_create_bool(current, name, 0o600, ddir, nsim, name);
  debugfs_create_file(current, "trap_flow_action_cookie", 0o600, ddir, flowActionCookie());
  if (nsim.strategies.late_debugfs) {
    debugfs_create_file(current, "max_vfs", 0o600, ddir, maxVfs(nsim));
    nsim.nodes_ddir = debugfs_create_dir(current, "rate_nodes", ddir);
    debugfs_create_bool(current, "fail_trap_drop_counter_get", 0o600, ddir, nsim, "fail_trap_drop_counter_get");
  }
  const udp = ["sync_all", "open_only", "ipv4_only", "shared", "static_iana_vxlan"].map((name) => [`udp_ports_${name}`, false] as const);
  knobs(current, ddir, Object.fromEntries(udp), ["udp_ports_sleep"]);
  knobs(current, ddir, { bpf_bind_accept: true, bpf_bind_verifier_accept: true }, ["bpf_bind_verifier_delay"]);
  debugfs_create_dir(current, "bpf_bound_progs", ddir);
}

/** nsim_dev_debugfs_exit(): with everything below. */
export async function nsim_dev_debugfs_exit(current: Frame, nsim: nsim_dev): Promise<void> {
  if (nsim.ddir !== null) await debugfs_remove(current, nsim.ddir);
  nsim.ddir = null;
  nsim.ports_ddir = null;
}

/** What an action of a filter would leave on a trapped packet: bytes in hexadecimal. -EINVAL for something else, or for none. */
function flowActionCookie(): AttributeOps {
  let cookie: string | null = null;
  return {
    show: () => cookie ?? -EINVAL,
    store: (_current, text) => {
      const hex = text.slice(0, -1);
      if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) return -EINVAL;
      cookie = hex.toLowerCase();
      return text.length;
    },
  };
}

/** How many virtual functions there may be: not while there are any. -EBUSY, -EINVAL, -ENOSPC, -ERANGE. */
function maxVfs(nsim: nsim_dev): AttributeOps {
  const { nsim_bus_dev: bus_dev } = nsim;
  return {
    show: (current) => {
      current.reads(bus_dev);
      return `${bus_dev.max_vfs}\n`;
    },
    store: async (caller, text) => {
      const current = caller.enter("nsim_bus_dev_max_vfs_write");
      if (text.length >= MAX_VFS_TEXT) return -ENOSPC;
      const value = kstrtouint(text, 10);
      if (value < 0) return -EINVAL;
      if (value > UINT_MAX - NSIM_DEV_VF_PORT_INDEX_BASE) return -ERANGE;
      const { devlink } = nsim;
      if (devlink === null) return -EINVAL;
      await devl_lock(current, devlink);
      const busy = bus_dev.num_vfs > 0;
      current.writes(bus_dev);
      if (!busy) bus_dev.max_vfs = value;
      devl_unlock(current, devlink);
      return busy ? -EBUSY : text.length;
    },
  };
}

/** The file take_snapshot, while the device is up. */
export function nsim_take_snapshot_init(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): void {
  if (nsim.ddir === null) return;
  nsim.take_snapshot = debugfs_create_file(current, "take_snapshot", 0o200, nsim.ddir, {
    store: (writer, text) => nsim_dev_take_snapshot_write(writer, devlink, text),
  });
}

export async function nsim_take_snapshot_exit(current: Frame, nsim: nsim_dev): Promise<void> {
  if (nsim.take_snapshot !== null) await debugfs_remove(current, nsim.take_snapshot);
  nsim.take_snapshot = null;
}

/** The directories of fib.c, psample.c and hwstats.c of later kernels, which come and go with a reload. */
export function nsim_late_debugfs_init(current: Frame, nsim: nsim_dev, ddir: kernfs_node): void {
  const fib = debugfs_create_dir(current, "fib", ddir);
  const failures = ["fail_route_offload", "fail_res_nexthop_group_replace", "fail_nexthop_bucket_replace", "fail_route_delete"];
  knobs(current, fib, Object.fromEntries(failures.map((name) => [name, false])));
  debugfs_create_file(current, "nexthop_bucket_activity", 0o200, fib, { store: () => -EINVAL });
  const psample = debugfs_create_dir(current, "psample", ddir);
  const numbers = ["group_num", "in_ifindex", "out_ifindex", "trunc_size", "out_tc", "out_tc_occ_max", "latency_max"];
  knobs(current, psample, { enable: false }, numbers);
  const l3 = debugfs_create_dir(current, "l3", debugfs_create_dir(current, "hwstats", ddir));
  for (const name of ["enable_ifindex", "disable_ifindex", "fail_next_enable"])
    debugfs_create_file(current, name, 0o200, l3, { store: () => -EINVAL });
  nsim.upFiles.push(fib, psample, debugfs_create_dir(current, "hwstats", ddir));
}

export async function nsim_late_debugfs_exit(current: Frame, nsim: nsim_dev): Promise<void> {
  for (const node of nsim.upFiles.splice(0).toReversed()) await debugfs_remove(current, node);
}

/** nsim_dev_port_debugfs_init() and the files that the port's netdev brings. */
export function nsim_dev_port_debugfs_init(
  caller: Frame,
  nsim: nsim_dev,
  kind: PortKind,
  port_index: number,
  parent: kernfs_node,
): kernfs_node {
  const current = caller.enter("nsim_dev_port_debugfs_init");
  const ddir = debugfs_create_dir(current, String(port_index), parent);
  debugfs_create_symlink(current, "dev", ddir, `../../../${nsim.nsim_bus_dev.dev.name}`);
  if (kind === "VF") return ddir;
  knobs(current, ddir, {
    bpf_tc_accept: true,
    bpf_tc_non_bound_accept: false,
    bpf_xdpdrv_accept: true,
    bpf_xdpoffload_accept: true,
    bpf_map_accept: true,
  });
  debugfs_create_file(current, "bpf_offloaded_id", 0o400, ddir, { show: () => "0\n" });
  debugfs_create_file(current, "ipsec", 0o400, ddir, { show: () => "SA count=0 tx=0\n" });
  if (nsim.strategies.late_debugfs) udpPorts(current, debugfs_create_dir(current, "udp_ports", ddir), "");
  else udpPorts(current, ddir, "udp_ports_");
  return ddir;
}

/** The knobs of nsim_udp_tunnels_info_create(). There are no tunnels, so both tables have four empty places. */
function udpPorts(current: Frame, dir: kernfs_node, prefix: string): void {
  knobs(current, dir, {}, [`${prefix}inject_error`]);
  for (const table of ["table0", "table1"]) debugfs_create_file(current, prefix + table, 0o400, dir, { show: () => "0 0 0 0\n" });
  debugfs_create_file(current, `${prefix}reset`, 0o200, dir, { store: (_writer, text) => text.length });
}
