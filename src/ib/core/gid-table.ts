/**
 * Models the GID tables of core/cache.c: one table for each port, its first entries reserved for the default GIDs of the
 * port's netdev, one for each RoCE version; the others for the netdev's addresses.
 * Left out: partition keys, InfiniBand's own GIDs beyond the port GID, references on entries by users.
 */
import { ENOSPC, type Frame, type Kernel, mutex, mutex_lock, mutex_unlock } from "../../kernel/index.ts";
import type { net_device } from "../../net/index.ts";

/** enum ib_gid_type with the words of sysfs. */
export const IB_GID_TYPE_ROCE = "IB/RoCE v1";
export const IB_GID_TYPE_ROCE_UDP_ENCAP = "RoCE v2";
export type GidType = typeof IB_GID_TYPE_ROCE | typeof IB_GID_TYPE_ROCE_UDP_ENCAP;

/** Both RoCE versions, in the order of their entries. */
export const GID_TYPES: readonly GidType[] = [IB_GID_TYPE_ROCE, IB_GID_TYPE_ROCE_UDP_ENCAP];

/** Sixteen bytes as sysfs shows them: eight groups of four hexadecimal digits. */
export type Gid = string;

export const ZERO_GID: Gid = "0000:0000:0000:0000:0000:0000:0000:0000";

export interface GidEntry {
  readonly gid: Gid;
  readonly type: GidType;
  /** Null for the port GID of InfiniBand. */
  readonly ndev: net_device | null;
}

export class ib_gid_table {
  readonly lock: mutex;
  readonly entries: (GidEntry | null)[];
  /** How many of the first entries are for default GIDs. */
  readonly defaults: number;

  constructor(kernel: Kernel, size: number, defaults: number) {
    this.lock = new mutex(kernel, "&table->lock");
    this.entries = new Array<GidEntry | null>(size).fill(null);
    this.defaults = defaults;
  }
}

/**
 * __ib_cache_gid_add(): enters a GID unless it is there already (for a default GID: unless its netdev has one of this
 * type). True if the table changed, -ENOSPC if it is full. Takes the table's lock.
 */
export async function __ib_cache_gid_add(
  caller: Frame,
  table: ib_gid_table,
  entry: GidEntry,
  isDefault: boolean,
): Promise<boolean | number> {
  const current = caller.enter("__ib_cache_gid_add");
  if (entry.gid === ZERO_GID) return false;
  await mutex_lock(current, table.lock);
  current.writes(table);
  const ret = enter(table, entry, isDefault);
  mutex_unlock(current, table.lock);
  return ret;
}

function enter(table: ib_gid_table, entry: GidEntry, isDefault: boolean): boolean | number {
  const { entries, defaults } = table;
  const range = isDefault ? entries.slice(0, defaults) : entries;
  const same = (e: GidEntry | null): boolean =>
    e !== null && e.type === entry.type && e.ndev === entry.ndev && (isDefault || e.gid === entry.gid);
  if (range.some(same)) return false;
  const at = entries.findIndex((e, i) => e === null && i < defaults === isDefault);
  if (at < 0) return -ENOSPC;
  entries[at] = entry;
  return true;
}

/** Takes out every entry that `match` names. True if the table changed. Takes the table's lock. */
export async function del_gids(caller: Frame, name: string, table: ib_gid_table, match: (entry: GidEntry) => boolean): Promise<boolean> {
  const current = caller.enter(name);
  await mutex_lock(current, table.lock);
  current.writes(table);
  let changed = false;
  table.entries.forEach((entry, i) => {
    if (entry === null || !match(entry)) return;
    table.entries[i] = null;
    changed = true;
  });
  mutex_unlock(current, table.lock);
  return changed;
}

/** make_default_gid(): the link-local address that the MAC gives (addrconf_ifid_eui48). */
export function make_default_gid(mac: Uint8Array): Gid {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
  return gidOf([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
}

/** ipv6_addr_set_v4mapped(): an IPv4 address as GID. */
export function v4mappedGid(address: Uint8Array): Gid {
  return gidOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address]);
}

/** The port GID of an InfiniBand port: subnet prefix and port GUID. */
export function portGid(subnet_prefix: bigint, guid: bigint): Gid {
  const hex = subnet_prefix.toString(16).padStart(16, "0") + guid.toString(16).padStart(16, "0");
  return (hex.match(/.{4}/g) ?? []).join(":");
}

function gidOf(bytes: readonly number[]): Gid {
  const hex = bytes.map((b) => b.toString(16).padStart(2, "0")).join("");
  return (hex.match(/.{4}/g) ?? []).join(":");
}
