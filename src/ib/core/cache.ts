/**
 * Models what core/cache.c does with a device's GID tables over its life: set up before the device becomes visible, torn
 * down after it was hidden. What happens to them meanwhile is in roce-gid-mgmt.ts.
 */
import type { Frame } from "../../kernel/index.ts";
import type { ib_device } from "./device.ts";
import { flush_ib_wq } from "./event.ts";
import { ports, rdma_protocol_roce } from "./gid-cache.ts";
import { del_gids, type Gid, IB_GID_TYPE_ROCE, ib_gid_table, portGid } from "./gid-table.ts";
import { rdma_roce_rescan_device } from "./roce-gid-mgmt.ts";

/** ib_cache_setup_one(): makes the tables and fills those of RoCE ports from their netdevs. Takes rtnl_mutex, net_rwsem. */
export async function ib_cache_setup_one(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("ib_cache_setup_one").enter("gid_table_setup_one");
  const tables: ib_gid_table[] = [];
  const pkeys: number[] = [];
  for (const port of ports(dev)) {
    const { gid_tbl_len, pkey_tbl_len, subnet_prefix } = await dev.ops.query_port(current.enter("ib_query_port"), dev, port);
    const roce = rdma_protocol_roce(dev, port);
    const table = new ib_gid_table(current.kernel, gid_tbl_len, roce ? dev.roce_versions.length : 0);
    if (dev.ops.port_protocol(dev, port) === "ib") table.entries[0] = portGidEntry(dev, subnet_prefix);
    tables.push(table);
    pkeys.push(pkey_tbl_len);
  }
  dev.gid_tables = tables;
  dev.pkey_tbl_len = pkeys;
  await rdma_roce_rescan_device(current, dev);
}

/** ib_cache_cleanup_one(): empties the tables, waits for events that are under way. */
export async function ib_cache_cleanup_one(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("ib_cache_cleanup_one");
  for (const table of dev.gid_tables) await del_gids(current, "cleanup_gid_table_port", table, () => true);
  await flush_ib_wq(current);
  dev.gid_tables = [];
}

function portGidEntry(dev: ib_device, subnet_prefix: bigint): { gid: Gid; type: typeof IB_GID_TYPE_ROCE; ndev: null } {
  return { gid: portGid(subnet_prefix, dev.node_guid), type: IB_GID_TYPE_ROCE, ndev: null };
}
