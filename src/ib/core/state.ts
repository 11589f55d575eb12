/** What is there at the end of a run: for reports, read from outside while nothing runs. */
import type { Kernel } from "../../kernel/index.ts";
import { dev_net, type net } from "../../net/index.ts";
import { type ib_device, statics } from "./device.ts";
import { ports } from "./gid-cache.ts";
import type { Gid, GidType } from "./gid-table.ts";
import { guidText } from "./sysfs.ts";

export interface RdmaPortState {
  readonly port: number;
  readonly state: "ACTIVE" | "DOWN";
  /** The netdev and the namespace it is in. */
  readonly netdev: { readonly name: string; readonly net: net } | null;
  readonly gids: readonly { readonly index: number; readonly gid: Gid; readonly type: GidType }[];
}

export interface RdmaDeviceState {
  readonly index: number;
  readonly name: string;
  /** Name of the device below it (a PCI address), or "" if it is on a netdev of software. */
  readonly parent: string;
  readonly node_guid: string;
  readonly net: net;
  readonly ports: readonly RdmaPortState[];
}

/** Registered IB devices in order of their index. */
export function rdmaDevices(kernel: Kernel): readonly RdmaDeviceState[] {
  return [...statics(kernel).devices.values()]
    .filter((dev) => dev.registered)
    .map((dev) => ({
      index: dev.index,
      name: dev.name,
      parent: dev.parent?.name ?? "",
      node_guid: guidText(dev.node_guid),
      net: dev.coredev.rdma_net,
      ports: ports(dev).map((port) => portState(dev, port)),
    }));
}

function portState(dev: ib_device, port: number): RdmaPortState {
  const { netdev, active } = dev.ops.look(port);
  const entries = dev.gid_tables[port - 1]?.entries ?? [];
  return {
    port,
    state: active ? "ACTIVE" : "DOWN",
    netdev: netdev === null ? null : { name: netdev.name, net: dev_net(netdev) },
    gids: entries.flatMap((entry, index) => (entry === null ? [] : [{ index, gid: entry.gid, type: entry.type }])),
  };
}
