/**
 * Models drivers/net/veth.c: two Ethernet devices joined back to back, in one namespace or two. The carrier is there while
 * both are up; deleting one deletes the other.
 */
import { ENOTCONN, type Frame, type LoadableModule } from "../kernel/index.ts";
import { Attributes, IFF_UP, IFINFOMSG_LEN, IFLA_ADDRESS, IFLA_IFNAME, VETH_INFO_PEER } from "../netlink/index.ts";
import { dev_net, eth_hw_addr_random, ether_setup, free_netdev, netdev_priv } from "./alloc.ts";
import { register_netdevice, unregister_netdevice_many, unregister_netdevice_queue } from "./dev.ts";
import { eth_mac_addr } from "./dev-config.ts";
import { validateAddress } from "./dummy.ts";
import { netif_carrier_off, netif_carrier_on } from "./link_watch.ts";
import { netif_carrier_ok } from "./link-state.ts";
import { put_net } from "./net-state.ts";
import { ETH_MAX_MTU, IFF_LIVE_ADDR_CHANGE, IFF_NO_QUEUE } from "./netdevice.ts";
import { parseIfinfo } from "./rtnl-getlink.ts";
import { rtnl_link_register, rtnl_link_unregister } from "./rtnl-link-ops.ts";
import { rtnl_configure_link, rtnl_create_link } from "./rtnl-newlink.ts";
import { rtnl_link_get_net } from "./rtnl-setlink.ts";
import type { net, net_device, rtnl_link_ops } from "./structs.ts";

/** Megabits per second: what the driver says of a link that has no hardware. */
const VETH_SPEED = 10_000;

/** struct veth_priv */
interface veth_priv {
  peer: net_device | null;
}

function peerOf(dev: net_device): net_device | null {
  return netdev_priv<veth_priv>(dev).peer;
}

async function veth_open(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("veth_open");
  const peer = peerOf(dev);
  if (peer === null) return -ENOTCONN;
  if ((peer.flags & IFF_UP) !== 0) {
    netif_carrier_on(current, dev);
    netif_carrier_on(current, peer);
  }
  return 0;
}

async function veth_close(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("veth_close");
  const peer = peerOf(dev);
  netif_carrier_off(current, dev);
  if (peer !== null) netif_carrier_off(current, peer);
  return 0;
}

function veth_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  dev.priv = { peer: null } satisfies veth_priv;
  dev.priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE;
  dev.netdev_ops = {
    ndo_open: veth_open,
    ndo_stop: veth_close,
    ndo_set_mac_address: eth_mac_addr,
    ndo_get_iflink: (device) => peerOf(device)?.ifindex ?? 0,
  };
  dev.ethtool_ops = {
    get_drvinfo: () => ({ driver: "veth", version: "1.0" }),
    get_link: netif_carrier_ok,
    get_link_ksettings: () => ({ speed: VETH_SPEED }),
  };
  dev.needs_free_netdev = true;
  dev.max_mtu = ETH_MAX_MTU;
}

/** veth_newlink(): the peer is made and registered first, so it has the lower index. */
async function veth_newlink(caller: Frame, src_net: net, dev: net_device, tb: Attributes, data: Attributes | null): Promise<number> {
  const current = caller.enter("veth_newlink");
  const described = data?.bytes(VETH_INFO_PEER);
  const info = described === undefined ? null : parseIfinfo(described);
  const tbp = info?.tb ?? Attributes.parse(new Uint8Array(0)) ?? tb;
  const net = rtnl_link_get_net(current, src_net, tbp);
  if (typeof net === "number") return net;
  const peer = rtnl_create_link(current, net, tbp.string(IFLA_IFNAME) ?? "veth%d", veth_link_ops, tbp);
  if (!tbp.has(IFLA_ADDRESS)) eth_hw_addr_random(current, peer);
  peer.ifindex = info?.ifm.index ?? 0;
  const err = await register_netdevice(current, peer);
  put_net(current, net);
  if (err < 0) {
    if (peer.reg_state === "NETREG_UNINITIALIZED") free_netdev(current, peer);
    return err;
  }
  netif_carrier_off(current, peer);
  const configured = await rtnl_configure_link(current, peer, info?.ifm ?? null);
  if (!tb.has(IFLA_ADDRESS)) eth_hw_addr_random(current, dev);
  const own = configured < 0 ? configured : await register_netdevice(current, dev);
  if (own < 0) {
    await unregister_netdevice_many(current, [peer]);
    return own;
  }
  netif_carrier_off(current, dev);
  current.writes(dev);
  netdev_priv<veth_priv>(dev).peer = peer;
  netdev_priv<veth_priv>(peer).peer = dev;
  return 0;
}

function veth_dellink(current: Frame, dev: net_device, head: net_device[]): void {
  const peer = peerOf(dev);
  current.writes(dev);
  netdev_priv<veth_priv>(dev).peer = null;
  unregister_netdevice_queue(current, dev, head);
  if (peer === null) return;
  netdev_priv<veth_priv>(peer).peer = null;
  unregister_netdevice_queue(current, peer, head);
}

export const veth_link_ops: rtnl_link_ops = {
  kind: "veth",
  setup: veth_setup,
  validate: (tb, data) => {
    const peer = data?.bytes(VETH_INFO_PEER);
    const own = validateAddress(tb);
    if (own !== 0 || peer === undefined) return own;
    const attributes = Attributes.parse(peer, IFINFOMSG_LEN);
    return attributes === null ? 0 : validateAddress(attributes);
  },
  newlink: veth_newlink,
  dellink: veth_dellink,
  get_link_net: (dev) => dev_net(peerOf(dev) ?? dev),
};

async function veth_init(caller: Frame): Promise<number> {
  return rtnl_link_register(caller.enter("veth_init"), veth_link_ops);
}

async function veth_exit(caller: Frame): Promise<void> {
  await rtnl_link_unregister(caller.enter("veth_exit"), veth_link_ops);
}

export const vethModule: LoadableModule = { name: "veth", aliases: ["rtnl-link-veth"], size: 32_768, init: veth_init, exit: veth_exit };
