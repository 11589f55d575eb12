/**
 * Models net/8021q (vlan.c, vlan_dev.c, vlan_netlink.c, v5.10): a link for one VLAN on top of another link. It goes up and
 * down with the link below, has its carrier, and is deleted when that is unregistered. Left out: priorities and their maps,
 * GVRP and MVRP, hardware filters, the ioctl interface, /proc/net/vlan.
 */
import {
  EADDRNOTAVAIL,
  EEXIST,
  EINVAL,
  ENETDOWN,
  ENODEV,
  EOPNOTSUPP,
  ERANGE,
  type Frame,
  type LoadableModule,
  NOTIFY_DONE,
} from "../kernel/index.ts";
import {
  type Attributes,
  IFF_ALLMULTI,
  IFF_LOOPBACK,
  IFF_MASTER,
  IFF_PROMISC,
  IFF_SLAVE,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_LINK,
  IFLA_MTU,
  IFLA_VLAN_FLAGS,
  IFLA_VLAN_ID,
  IFLA_VLAN_PROTOCOL,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
  VLAN_FLAG_REORDER_HDR,
  viewOf,
} from "../netlink/index.ts";
import { dev_hold, dev_net, dev_put, ether_setup, netdev_priv } from "./alloc.ts";
import { register_netdevice, unregister_netdevice_many, unregister_netdevice_queue } from "./dev.ts";
import { dev_change_flags, dev_set_mtu, eth_mac_addr, is_valid_ether_addr } from "./dev-config.ts";
import { __dev_get_by_index, for_each_netdev } from "./dev-lookup.ts";
import { netdev_notifier_info_to_dev, register_netdevice_notifier, unregister_netdevice_notifier } from "./dev-notifier.ts";
import { netif_carrier_off, netif_carrier_on } from "./link_watch.ts";
import { netif_carrier_ok } from "./link-state.ts";
import { for_each_net } from "./net-state.ts";
import {
  ETH_ALEN,
  ETH_MAX_MTU,
  IFF_NO_QUEUE,
  NETDEV_CHANGE,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UP,
} from "./netdevice.ts";
import { register_pernet_subsys, unregister_pernet_subsys } from "./pernet.ts";
import { rtnl_link_register, rtnl_link_unregister } from "./rtnl-link-ops.ts";
import type { net, net_device, netdev_notifier_block, pernet_operations, rtnl_link_ops } from "./structs.ts";

/** The last VLAN id stands for "all". */
const VLAN_VID_MASK = 0x0fff;

const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;

/** struct vlan_dev_priv */
interface vlan_dev_priv {
  real_dev: net_device;
  vlan_id: number;
  vlan_proto: number;
}

/** Flags that a VLAN does not take over from the link below. */
const OWN_FLAGS = IFF_UP | IFF_PROMISC | IFF_ALLMULTI | IFF_MASTER | IFF_SLAVE;

function vlan_dev_priv(dev: net_device): vlan_dev_priv {
  return netdev_priv<vlan_dev_priv>(dev);
}

function isVlan(dev: net_device): boolean {
  return dev.rtnl_link_ops === vlan_link_ops;
}

/** The VLANs on top of a link, in whatever namespace each is (real_dev->vlan_info). */
function vlansOn(current: Frame, real_dev: net_device): net_device[] {
  return for_each_net(current)
    .flatMap((net) => [...for_each_netdev(current, net)])
    .filter((dev) => isVlan(dev) && vlan_dev_priv(dev).real_dev === real_dev);
}

async function vlan_dev_init(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("vlan_dev_init");
  const { real_dev } = vlan_dev_priv(dev);
  current.writes(dev);
  netif_carrier_off(current, dev);
  dev.flags = real_dev.flags & ~OWN_FLAGS;
  if (!dev.dev_addr.some((byte) => byte !== 0)) dev.dev_addr = real_dev.dev_addr.slice();
  dev.broadcast = real_dev.broadcast.slice();
  dev_hold(current, real_dev);
  return 0;
}

async function vlan_dev_open(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("vlan_dev_open");
  const { real_dev } = vlan_dev_priv(dev);
  if ((real_dev.flags & IFF_UP) === 0) return -ENETDOWN;
  if (netif_carrier_ok(real_dev)) netif_carrier_on(current, dev);
  return 0;
}

async function vlan_dev_stop(caller: Frame, dev: net_device): Promise<number> {
  netif_carrier_off(caller.enter("vlan_dev_stop"), dev);
  return 0;
}

async function vlan_dev_change_mtu(current: Frame, dev: net_device, mtu: number): Promise<number> {
  if (vlan_dev_priv(dev).real_dev.mtu < mtu) return -ERANGE;
  current.writes(dev);
  dev.mtu = mtu;
  return 0;
}

function vlan_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  dev.priv_flags |= IFF_NO_QUEUE;
  dev.netdev_ops = {
    ndo_init: vlan_dev_init,
    ndo_uninit: (frame, device) => dev_put(frame, vlan_dev_priv(device).real_dev),
    ndo_open: vlan_dev_open,
    ndo_stop: vlan_dev_stop,
    ndo_set_mac_address: eth_mac_addr,
    ndo_change_mtu: vlan_dev_change_mtu,
    ndo_get_iflink: (device) => vlan_dev_priv(device).real_dev.ifindex,
  };
  dev.ethtool_ops = {
    get_drvinfo: () => ({ driver: "802.1Q VLAN Support", version: "1.8", fw_version: "N/A" }),
    get_link: netif_carrier_ok,
  };
  dev.needs_free_netdev = true;
  dev.min_mtu = 0;
  dev.max_mtu = ETH_MAX_MTU;
}

/** vlan_validate() */
function vlan_validate(tb: Attributes, data: Attributes | null, extack: netlink_ext_ack): number {
  const address = tb.bytes(IFLA_ADDRESS);
  if (address !== undefined && address.length !== ETH_ALEN) return refuse(extack, "Invalid link address", -EINVAL);
  if (address !== undefined && !is_valid_ether_addr(address)) return refuse(extack, "Invalid link address", -EADDRNOTAVAIL);
  if (data === null) return refuse(extack, "VLAN properties not specified", -EINVAL);
  const protocol = protocolOf(data);
  if (protocol !== ETH_P_8021Q && protocol !== ETH_P_8021AD) return refuse(extack, "Invalid VLAN protocol", -EINVAL);
  const id = data.u16(IFLA_VLAN_ID);
  return id !== undefined && id >= VLAN_VID_MASK ? refuse(extack, "Invalid VLAN id", -ERANGE) : 0;
}

function refuse(extack: netlink_ext_ack, text: string, err: number): number {
  NL_SET_ERR_MSG(extack, text);
  return err;
}

/** IFLA_VLAN_PROTOCOL is in network order. */
function protocolOf(data: Attributes): number {
  const bytes = data.bytes(IFLA_VLAN_PROTOCOL);
  return bytes === undefined ? ETH_P_8021Q : viewOf(bytes).getUint16(0, false);
}

/** vlan_newlink(): -EINVAL, -ENODEV, -EOPNOTSUPP on loopback, -EEXIST if the link has that VLAN, -ERANGE for the id. */
async function vlan_newlink(
  caller: Frame,
  src_net: net,
  dev: net_device,
  tb: Attributes,
  data: Attributes | null,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("vlan_newlink");
  const vlan_id = data?.u16(IFLA_VLAN_ID);
  if (data === null || vlan_id === undefined) return refuse(extack, "VLAN id not specified", -EINVAL);
  const link = tb.u32(IFLA_LINK);
  if (link === undefined) return refuse(extack, "link not specified", -EINVAL);
  const real_dev = __dev_get_by_index(current, src_net, link);
  if (real_dev === null) return refuse(extack, "link does not exist", -ENODEV);
  // NETIF_F_VLAN_CHALLENGED
  if ((real_dev.flags & IFF_LOOPBACK) !== 0) return refuse(extack, "VLANs not supported on device", -EOPNOTSUPP);
  const vlan_proto = protocolOf(data);
  const taken = vlansOn(current, real_dev).some((other) => {
    const priv = vlan_dev_priv(other);
    return priv.vlan_id === vlan_id && priv.vlan_proto === vlan_proto;
  });
  if (taken) return refuse(extack, "VLAN device already exists", -EEXIST);
  dev.priv = { real_dev, vlan_id, vlan_proto } satisfies vlan_dev_priv;
  if (!tb.has(IFLA_MTU)) dev.mtu = real_dev.mtu;
  else if (dev.mtu > real_dev.mtu) return -EINVAL;
  const err = await register_netdevice(current, dev);
  return err;
}

const vlan_link_ops: rtnl_link_ops = {
  kind: "vlan",
  setup: vlan_setup,
  validate: vlan_validate,
  newlink: vlan_newlink,
  dellink: unregister_netdevice_queue,
  get_link_net: (dev) => dev_net(vlan_dev_priv(dev).real_dev),
  fill_info: (w, dev) => {
    const { vlan_id, vlan_proto } = vlan_dev_priv(dev);
    const protocol = new Uint8Array(2);
    viewOf(protocol).setUint16(0, vlan_proto, false);
    const flags = new Uint8Array(8);
    viewOf(flags).setUint32(0, VLAN_FLAG_REORDER_HDR, true);
    viewOf(flags).setUint32(4, 0xffff_ffff, true);
    w.bytes(IFLA_VLAN_PROTOCOL, protocol).u16(IFLA_VLAN_ID, vlan_id).bytes(IFLA_VLAN_FLAGS, flags);
  },
};

/** vlan_device_event(): what happens to the link below happens to its VLANs. Runs under rtnl_mutex. */
async function vlan_device_event(caller: Frame, event: number, dev: net_device): Promise<number> {
  const current = caller.enter("vlan_device_event");
  const vlans = vlansOn(current, dev);
  if (vlans.length === 0) return NOTIFY_DONE;
  switch (event) {
    case NETDEV_CHANGE:
      for (const vlan of vlans) transferCarrier(current, dev, vlan);
      break;
    case NETDEV_CHANGEMTU:
      for (const vlan of vlans) if (vlan.mtu > dev.mtu) await dev_set_mtu(current, vlan, dev.mtu);
      break;
    case NETDEV_DOWN:
      for (const vlan of vlans) if ((vlan.flags & IFF_UP) !== 0) await dev_change_flags(current, vlan, vlan.flags & ~IFF_UP, null);
      break;
    case NETDEV_UP:
      for (const vlan of vlans) if ((vlan.flags & IFF_UP) === 0) await dev_change_flags(current, vlan, vlan.flags | IFF_UP, null);
      break;
    case NETDEV_UNREGISTER:
      // A link that only moves into another namespace keeps its VLANs.
      if (dev.reg_state === "NETREG_UNREGISTERING") await unregister_netdevice_many(current, vlans);
      break;
    default:
      break;
  }
  return NOTIFY_DONE;
}

/** netif_stacked_transfer_operstate() */
function transferCarrier(current: Frame, dev: net_device, vlan: net_device): void {
  if (netif_carrier_ok(dev)) netif_carrier_on(current, vlan);
  else netif_carrier_off(current, vlan);
}

const vlan_notifier_block: netdev_notifier_block = {
  name: "vlan_device_event",
  priority: 0,
  notifier_call: (current, _nb, event, info) => vlan_device_event(current, event, netdev_notifier_info_to_dev(info)),
};

const vlan_net_ops: pernet_operations = { name: "vlan_net_ops" };

/** Takes pernet_ops_rwsem for write twice: for its pernet operations and for its notifier. */
async function vlan_proto_init(caller: Frame): Promise<number> {
  const current = caller.enter("vlan_proto_init");
  const err = await register_pernet_subsys(current, vlan_net_ops);
  if (err !== 0) return err;
  await register_netdevice_notifier(current, vlan_notifier_block);
  return rtnl_link_register(current, vlan_link_ops);
}

async function vlan_cleanup_module(caller: Frame): Promise<void> {
  const current = caller.enter("vlan_cleanup_module");
  await rtnl_link_unregister(current, vlan_link_ops);
  await unregister_netdevice_notifier(current, vlan_notifier_block);
  await unregister_pernet_subsys(current, vlan_net_ops);
}

export const vlanModule: LoadableModule = {
  name: "8021q",
  aliases: ["rtnl-link-vlan"],
  depends: ["garp", "mrp"],
  size: 40_960,
  init: vlan_proto_init,
  exit: vlan_cleanup_module,
};
