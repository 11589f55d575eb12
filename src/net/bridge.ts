/**
 * Models net/bridge (br.c, br_if.c, br_device.c, br_netlink.c, br_stp_if.c, v5.10): a link with ports, its address and
 * carrier as the ports make them, and what the kernel says of ports. Left out: forwarding, learning, the spanning tree (it is
 * off), VLAN filtering, multicast snooping, options of a bridge, sysfs files.
 */
import { EINVAL, ELOOP, type Frame, type LoadableModule, NOTIFY_DONE } from "../kernel/index.ts";
import {
  AF_BRIDGE,
  ARPHRD_ETHER,
  AttributeWriter,
  IF_OPER_DOWN,
  IFF_LOOPBACK,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_BRPORT_COST,
  IFLA_BRPORT_PRIORITY,
  IFLA_BRPORT_STATE,
  IFLA_IFNAME,
  IFLA_LINK,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_OPERSTATE,
  IFLA_PROTINFO,
  NL_SET_ERR_MSG,
  type netlink_callback,
  type netlink_ext_ack,
  RTM_NEWLINK,
  type sk_buff,
} from "../netlink/index.ts";
import { eth_hw_addr_random, ether_setup, netdev_priv } from "./alloc.ts";
import { register_netdevice, unregister_netdevice_queue } from "./dev.ts";
import { eth_mac_addr, is_valid_ether_addr } from "./dev-config.ts";
import { for_each_netdev } from "./dev-lookup.ts";
import {
  call_netdevice_notifiers,
  netdev_notifier_info_to_dev,
  register_netdevice_notifier,
  unregister_netdevice_notifier,
} from "./dev-notifier.ts";
import { validateAddress } from "./dummy.ts";
import { ifinfoHeader, rtmsg_ifinfo } from "./ifinfo.ts";
import { netif_carrier_off, netif_carrier_on } from "./link_watch.ts";
import { dev_get_iflink, netif_carrier_ok, netif_oper_up, netif_running } from "./link-state.ts";
import { genl_info_net } from "./net_namespace.ts";
import {
  ETH_ALEN,
  ETH_DATA_LEN,
  ETH_MAX_MTU,
  ETH_MIN_MTU,
  IFF_NO_QUEUE,
  NETDEV_CHANGE,
  NETDEV_CHANGEADDR,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  NETIF_F_NETNS_LOCAL,
} from "./netdevice.ts";
import { register_pernet_subsys, unregister_pernet_subsys } from "./pernet.ts";
import { rtnl_link_register, rtnl_link_unregister } from "./rtnl-link-ops.ts";
import type { net_device, netdev_notifier_block, pernet_operations, rtnl_link_ops } from "./structs.ts";
import { netdev_master_upper_dev_link, netdev_upper_dev_unlink } from "./upper.ts";

const BR_STATE_DISABLED = 0;
const BR_STATE_FORWARDING = 3;

/** Priority of a port, and its cost at an unknown speed (0x8000 >> BR_PORT_BITS, port_cost()). */
const PORT_PRIORITY = 32;
const PORT_COST = 100;

/** struct net_bridge_port */
interface net_bridge_port {
  readonly dev: net_device;
  state: number;
}

/** struct net_bridge */
interface net_bridge {
  /** The port added last first. */
  readonly port_list: net_bridge_port[];
  /** The address was given by a user: the ports' no longer count (NET_ADDR_SET). */
  address_set: boolean;
  mtu_set: boolean;
}

function bridgeOf(dev: net_device): net_bridge {
  return netdev_priv<net_bridge>(dev);
}

function isBridge(dev: net_device): boolean {
  return dev.rtnl_link_ops === br_link_ops;
}

/** br_port_get_rtnl(): null if the link is no port of a bridge. */
function portOf(dev: net_device): net_bridge_port | null {
  const { master } = dev;
  return master === null || !isBridge(master) ? null : (bridgeOf(master).port_list.find((port) => port.dev === dev) ?? null);
}

async function br_dev_open(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("br_dev_open");
  for (const port of bridgeOf(dev).port_list) if (netif_running(port.dev) && netif_oper_up(port.dev)) port.state = BR_STATE_FORWARDING;
  br_port_state_selection(current, dev);
  return 0;
}

async function br_dev_stop(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("br_dev_stop");
  for (const port of bridgeOf(dev).port_list) port.state = BR_STATE_DISABLED;
  br_port_state_selection(current, dev);
  return 0;
}

/** br_port_state_selection(): a bridge has a carrier while one port forwards. */
function br_port_state_selection(current: Frame, dev: net_device): void {
  const live = bridgeOf(dev).port_list.some((port) => port.state === BR_STATE_FORWARDING);
  if (live) netif_carrier_on(current, dev);
  else netif_carrier_off(current, dev);
}

/** br_set_mac_address() */
function br_set_mac_address(current: Frame, dev: net_device, address: Uint8Array): number {
  const err = eth_mac_addr(current, dev, address);
  if (err === 0) bridgeOf(dev).address_set = true;
  return err;
}

async function br_change_mtu(current: Frame, dev: net_device, mtu: number): Promise<number> {
  current.writes(dev);
  dev.mtu = mtu;
  bridgeOf(dev).mtu_set = true;
  return 0;
}

/** br_stp_recalculate_bridge_id(): the lowest address of the ports, unless a user has given one. */
async function br_stp_recalculate_bridge_id(caller: Frame, dev: net_device): Promise<void> {
  const { port_list, address_set } = bridgeOf(dev);
  if (address_set) return;
  const lowest = port_list
    .map((port) => port.dev.dev_addr)
    .reduce<Uint8Array | null>((a, b) => (a === null || isLower(b, a) ? b : a), null);
  const address = lowest ?? new Uint8Array(ETH_ALEN);
  if (!isLower(address, dev.dev_addr) && !isLower(dev.dev_addr, address)) return;
  const current = caller.enter("br_stp_change_bridge_id");
  current.writes(dev);
  dev.dev_addr = address.slice();
  await call_netdevice_notifiers(current, NETDEV_CHANGEADDR, dev);
}

function isLower(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < ETH_ALEN; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** br_mtu_auto_adjust(): the smallest of the ports, unless a user has given one. */
function br_mtu_auto_adjust(current: Frame, dev: net_device): void {
  const { port_list, mtu_set } = bridgeOf(dev);
  if (mtu_set) return;
  current.writes(dev);
  dev.mtu = port_list.length === 0 ? ETH_DATA_LEN : Math.min(...port_list.map((port) => port.dev.mtu));
}

/** br_add_slave(), br_add_if(): -EINVAL for what is no Ethernet link, -ELOOP for a bridge. */
async function br_add_slave(caller: Frame, dev: net_device, slave: net_device, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("br_add_slave").enter("br_add_if");
  const ethernet = (slave.flags & IFF_LOOPBACK) === 0 && slave.type === ARPHRD_ETHER && slave.dev_addr.length === ETH_ALEN;
  if (!ethernet || !is_valid_ether_addr(slave.dev_addr)) return -EINVAL;
  if (isBridge(slave)) {
    NL_SET_ERR_MSG(extack, "Can not enslave a bridge to a bridge");
    return -ELOOP;
  }
  netdev_master_upper_dev_link(current, slave, dev);
  const enabled = netif_running(slave) && netif_oper_up(slave) && (dev.flags & IFF_UP) !== 0;
  bridgeOf(dev).port_list.unshift({ dev: slave, state: enabled ? BR_STATE_FORWARDING : BR_STATE_DISABLED });
  await portsChanged(current, dev);
  rtmsg_ifinfo(current, RTM_NEWLINK, slave, 0);
  return 0;
}

async function portsChanged(current: Frame, dev: net_device): Promise<void> {
  await br_stp_recalculate_bridge_id(current, dev);
  br_mtu_auto_adjust(current, dev);
  br_port_state_selection(current, dev);
}

/** br_del_slave(), br_del_if(): -EINVAL for what is no port of this bridge. */
async function br_del_slave(caller: Frame, dev: net_device, slave: net_device): Promise<number> {
  const current = caller.enter("br_del_slave").enter("br_del_if");
  const { port_list } = bridgeOf(dev);
  const at = port_list.findIndex((port) => port.dev === slave);
  if (at < 0) return -EINVAL;
  port_list.splice(at, 1);
  netdev_upper_dev_unlink(current, slave);
  await portsChanged(current, dev);
  rtmsg_ifinfo(current, RTM_NEWLINK, slave, 0);
  return 0;
}

function br_dev_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  eth_hw_addr_random(current, dev);
  dev.priv = { port_list: [], address_set: false, mtu_set: false } satisfies net_bridge;
  dev.priv_flags |= IFF_NO_QUEUE;
  dev.features = NETIF_F_NETNS_LOCAL;
  dev.netdev_ops = {
    ndo_init: async (frame, device) => {
      netif_carrier_off(frame, device);
      return 0;
    },
    ndo_open: br_dev_open,
    ndo_stop: br_dev_stop,
    ndo_set_mac_address: br_set_mac_address,
    ndo_change_mtu: br_change_mtu,
    ndo_add_slave: br_add_slave,
    ndo_del_slave: br_del_slave,
  };
  dev.ethtool_ops = {
    get_drvinfo: () => ({ driver: "bridge", version: "2.3", fw_version: "N/A", bus_info: "N/A" }),
    get_link: netif_carrier_ok,
  };
  dev.needs_free_netdev = true;
  dev.min_mtu = ETH_MIN_MTU;
  dev.max_mtu = ETH_MAX_MTU;
}

const br_link_ops: rtnl_link_ops = {
  kind: "bridge",
  setup: br_dev_setup,
  validate: validateAddress,
  newlink: async (caller, _src_net, dev, tb) => {
    const current = caller.enter("br_dev_newlink");
    if (tb.has(IFLA_ADDRESS)) bridgeOf(dev).address_set = true;
    return register_netdevice(current, dev);
  },
  // br_dev_delete(): the ports are let go one by one.
  dellink: (current, dev, head) => {
    for (const port of bridgeOf(dev).port_list.splice(0)) netdev_upper_dev_unlink(current, port.dev);
    unregister_netdevice_queue(current, dev, head);
  },
};

/** br_device_event(): what happens to a port. Runs under rtnl_mutex. */
async function br_device_event(caller: Frame, event: number, dev: net_device): Promise<number> {
  const port = portOf(dev);
  const { master } = dev;
  if (port === null || master === null) return NOTIFY_DONE;
  const current = caller.enter("br_device_event");
  switch (event) {
    case NETDEV_CHANGEMTU:
      br_mtu_auto_adjust(current, master);
      break;
    case NETDEV_CHANGEADDR:
      await br_stp_recalculate_bridge_id(current, master);
      break;
    case NETDEV_UP:
    case NETDEV_CHANGE:
      if (netif_running(dev) && netif_oper_up(dev) && netif_running(master)) port.state = BR_STATE_FORWARDING;
      else port.state = BR_STATE_DISABLED;
      br_port_state_selection(current, master);
      break;
    case NETDEV_DOWN:
      port.state = BR_STATE_DISABLED;
      br_port_state_selection(current, master);
      break;
    case NETDEV_UNREGISTER:
      await br_del_slave(current, master, dev);
      break;
    default:
      break;
  }
  return NOTIFY_DONE;
}

const br_device_notifier: netdev_notifier_block = {
  name: "br_device_event",
  priority: 0,
  notifier_call: (current, _nb, event, info) => br_device_event(current, event, netdev_notifier_info_to_dev(info)),
};

const br_net_ops: pernet_operations = { name: "br_net_ops" };

/** Takes pernet_ops_rwsem for write twice: for its pernet operations and for its notifier. */
async function br_init(caller: Frame): Promise<number> {
  const current = caller.enter("br_init");
  const err = await register_pernet_subsys(current, br_net_ops);
  if (err !== 0) return err;
  await register_netdevice_notifier(current, br_device_notifier);
  return rtnl_link_register(current, br_link_ops);
}

async function br_deinit(caller: Frame): Promise<void> {
  const current = caller.enter("br_deinit");
  await rtnl_link_unregister(current, br_link_ops);
  await unregister_netdevice_notifier(current, br_device_notifier);
  await unregister_pernet_subsys(current, br_net_ops);
}

export const bridgeModule: LoadableModule = {
  name: "bridge",
  aliases: ["rtnl-link-bridge"],
  depends: ["stp", "llc"],
  size: 253_952,
  init: br_init,
  exit: br_deinit,
};

/** rtnl_bridge_getlink() with br_getlink(): the ports of all bridges of a namespace. */
export async function rtnl_bridge_getlink(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("rtnl_bridge_getlink");
  const ports = [...for_each_netdev(current, genl_info_net(cb))].flatMap((dev) => portOf(dev) ?? []);
  for (const port of ports.slice(cb.args[0])) {
    if (!skb.nlmsg_put(RTM_NEWLINK, br_fill_ifinfo(current, port))) break;
    cb.args[0]++;
  }
  return skb.len;
}

function br_fill_ifinfo(caller: Frame, { dev, state }: net_bridge_port): Uint8Array {
  caller.enter("br_fill_ifinfo").reads(dev);
  const w = new AttributeWriter().header(ifinfoHeader(dev, AF_BRIDGE));
  w.string(IFLA_IFNAME, dev.name)
    .u32(IFLA_MASTER, dev.master?.ifindex ?? 0)
    .u32(IFLA_MTU, dev.mtu)
    .u8(IFLA_OPERSTATE, dev.running ? dev.operstate : IF_OPER_DOWN)
    .bytes(IFLA_ADDRESS, dev.dev_addr);
  const iflink = dev_get_iflink(dev);
  if (iflink !== dev.ifindex) w.u32(IFLA_LINK, iflink);
  w.nest(IFLA_PROTINFO, (info) =>
    info.u8(IFLA_BRPORT_STATE, state).u16(IFLA_BRPORT_PRIORITY, PORT_PRIORITY).u32(IFLA_BRPORT_COST, PORT_COST),
  );
  return w.finish();
}
