/**
 * Models the RoCE part of hw/mlx5/main.c: which netdev belongs to a port, what its events mean, what state the port has.
 * Left out: LAG's choice of a netdev, speeds and widths.
 */
import { type Frame, NOTIFY_DONE } from "../../kernel/index.ts";
import {
  dev_hold,
  dev_put,
  NETDEV_CHANGE,
  NETDEV_DOWN,
  NETDEV_REGISTER,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  type net_device,
  type netdev_notifier_info,
  netdev_notifier_info_to_dev,
  netif_carrier_ok,
  netif_running,
} from "../../net/index.ts";
import {
  IB_PORT_ACTIVE,
  IB_PORT_DOWN,
  IB_PORT_PHYS_STATE_DISABLED,
  IB_PORT_PHYS_STATE_LINK_UP,
  IB_SPEED_EDR,
  IB_SPEED_QDR,
  type ib_port_attr,
} from "../core/device.ts";
import { IB_EVENT_PORT_ACTIVE, IB_EVENT_PORT_ERR, ib_dispatch_event } from "../core/event.ts";
import { type mlx5_ib_dev, type mlx5_roce, portAt } from "./mlx5_ib.ts";
import { mlx5_ib_get_native_port_mdev, mlx5_ib_put_native_port_mdev } from "./multiport-ref.ts";

/** Entries of a port's GID table: what the emulated firmware answers for roce_address_table_size. */
const ROCE_GID_TABLE_SIZE = 16;
const IB_GID_TABLE_SIZE = 8;
const PKEY_TABLE_SIZE = 128;

const IB_PORT_CM_SUP = 1 << 16;

/** mlx5_netdev_event(): runs under rtnl_mutex, for every netdev on the chain it is registered on. Always NOTIFY_DONE. */
export async function mlx5_netdev_event(caller: Frame, roce: mlx5_roce, event: number, info: netdev_notifier_info): Promise<number> {
  const current = caller.enter("mlx5_netdev_event");
  const ndev = netdev_notifier_info_to_dev(info);
  const mdev = mlx5_ib_get_native_port_mdev(current, roce.dev, roce.native_port_num);
  if (mdev === null) return NOTIFY_DONE;
  current.writes(roce);
  switch (event) {
    case NETDEV_REGISTER:
      // Representors are told by the eswitch.
      if (!roce.dev.is_rep && ndev.dev.parent === mdev.device) setNetdev(current, roce, ndev);
      break;
    case NETDEV_UNREGISTER:
      for (const port of roce.dev.is_rep ? roce.dev.port : [portAt(roce.dev, roce.native_port_num - 1)])
        if (port.roce.netdev === ndev) setNetdev(current, port.roce, null);
      break;
    case NETDEV_CHANGE:
    case NETDEV_UP:
    case NETDEV_DOWN:
      if (ndev === roce.netdev && roce.dev.ib_active) portEvent(current, roce);
      break;
  }
  mlx5_ib_put_native_port_mdev(current, roce.dev, roce.native_port_num);
  return NOTIFY_DONE;
}

function setNetdev(current: Frame, roce: mlx5_roce, ndev: net_device | null): void {
  roce.netdev = ndev;
  const { events } = current.kernel;
  if (!events.wants.subsystem) return;
  const data = { device: roce.dev.mdev.name, port: roce.native_port_num, netdev: ndev?.name ?? "" };
  events.emit({ type: "subsystem", room: "ib", name: "roce_netdev", frame: current, data });
}

/** Tells of a port that became active or went down; anything else, and no change, is not worth an event. */
function portEvent(current: Frame, roce: mlx5_roce): void {
  const { state } = mlx5_query_port_roce(current, roce.dev, roce.native_port_num);
  if (roce.last_port_state === state) return;
  roce.last_port_state = state;
  const event = state === IB_PORT_DOWN ? IB_EVENT_PORT_ERR : IB_EVENT_PORT_ACTIVE;
  ib_dispatch_event(current, { device: roce.dev.ib_dev, event, port_num: roce.native_port_num });
}

/** mlx5_ib_get_netdev(): the port's netdev with a reference, or null. */
export function mlx5_ib_get_netdev(caller: Frame, dev: mlx5_ib_dev, port_num: number): net_device | null {
  const current = caller.enter("mlx5_ib_get_netdev");
  if (mlx5_ib_get_native_port_mdev(current, dev, port_num) === null) return null;
  const { roce } = portAt(dev, port_num - 1);
  current.reads(roce);
  const ndev = roce.netdev;
  if (ndev !== null) dev_hold(current, ndev);
  mlx5_ib_put_native_port_mdev(current, dev, port_num);
  return ndev;
}

/** Whether a port with this netdev works. */
export function isPortUp(ndev: net_device | null): boolean {
  return ndev !== null && netif_running(ndev) && netif_carrier_ok(ndev);
}

/** mlx5_query_port_roce(): a port is as alive as its netdev; without one it is down. */
export function mlx5_query_port_roce(caller: Frame, dev: mlx5_ib_dev, port_num: number): ib_port_attr {
  const current = caller.enter("mlx5_query_port_roce");
  const ndev = mlx5_ib_get_netdev(current, dev, port_num);
  const up = isPortUp(ndev);
  if (ndev !== null) dev_put(current, ndev);
  return {
    state: up ? IB_PORT_ACTIVE : IB_PORT_DOWN,
    phys_state: up ? IB_PORT_PHYS_STATE_LINK_UP : IB_PORT_PHYS_STATE_DISABLED,
    // What the driver says of a link whose speed the firmware does not tell.
    active_width: 4,
    active_speed: up ? IB_SPEED_EDR : IB_SPEED_QDR,
    gid_tbl_len: ROCE_GID_TABLE_SIZE,
    pkey_tbl_len: PKEY_TABLE_SIZE,
    port_cap_flags: IB_PORT_CM_SUP,
    lid: 0,
    sm_lid: 0,
    lmc: 0,
    subnet_prefix: 0n,
  };
}

/** An InfiniBand port: its subnet manager has brought it up and given it its number as LID. */
export function mlx5_query_hca_port(caller: Frame, port_num: number): ib_port_attr {
  caller.enter("mlx5_query_hca_port");
  return {
    state: IB_PORT_ACTIVE,
    phys_state: IB_PORT_PHYS_STATE_LINK_UP,
    active_width: 4,
    active_speed: IB_SPEED_EDR,
    gid_tbl_len: IB_GID_TABLE_SIZE,
    pkey_tbl_len: PKEY_TABLE_SIZE,
    port_cap_flags: IB_PORT_CM_SUP,
    lid: port_num,
    sm_lid: 1,
    lmc: 0,
    subnet_prefix: 0xfe80_0000_0000_0000n,
  };
}
