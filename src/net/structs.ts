/**
 * Models struct net (include/net/net_namespace.h) and struct net_device (include/linux/netdevice.h) of v5.10, as far as
 * namespaces, notifiers and `ip link` need them. They refer to each other, so they stand in one file; what acts on them is
 * in the files named after the kernel's. Left out: packets, queues, features other than NETNS_LOCAL, statistics.
 */
import type { device } from "../base/index.ts";
import { type Frame, type notifier_block, raw_notifier_head, refcount_t, wait_queue_head } from "../kernel/index.ts";
import type { Attributes, AttributeWriter, netlink_ext_ack, netlink_net } from "../netlink/index.ts";
import type { ns_common } from "../vfs/index.ts";
import type {
  ethtool_channels,
  ethtool_coalesce,
  ethtool_drvinfo,
  ethtool_fecparam,
  ethtool_pause_stats,
  ethtool_pauseparam,
  ethtool_ringparam,
  kernel_ethtool_coalesce,
} from "./ethtool/structs.ts";
import { ETH_DATA_LEN, GSO_MAX_SEGS, GSO_MAX_SIZE } from "./netdevice.ts";
import { noop_qdisc, type Qdisc } from "./qdisc.ts";

/** What an event of the netdev chains carries. */
export interface netdev_notifier_info {
  readonly dev: net_device;
  readonly extack: netlink_ext_ack | null;
}

export type netdev_notifier_block = notifier_block<netdev_notifier_info>;

/** Links a notifier to the device that it follows through namespaces (struct netdev_net_notifier). */
export interface netdev_net_notifier {
  nb: netdev_notifier_block | null;
}

/** Identifies per-namespace data (the `id` of struct pernet_operations) and makes it for each new namespace. */
export class pernet_id<T> {
  readonly name: string;
  readonly create: () => T;

  constructor(name: string, create: () => T) {
    this.name = name;
    this.create = create;
  }
}

export class net implements netlink_net, ns_common {
  readonly type = "net";
  readonly inum: number;
  /** Processes, descriptors, mounts and sockets that use it; the last one to go has it cleaned up. */
  readonly count: refcount_t;
  /** For messages: `foo` has no name in the kernel, so its number must do. */
  readonly name: string;
  /** Highest interface index given out. */
  ifindex = 0;
  /** Ids of other namespaces as seen from this one; guarded by the kernel's nsid_lock, a spinlock, so by not waiting. */
  readonly netns_ids = new Map<number, net>();
  /** Devices in order of registration (dev_base_head). Guarded by rtnl_mutex. */
  readonly dev_base_head: net_device[] = [];
  /** Changes with dev_base_head; dumps that see it change say so. */
  dev_base_seq = 1;
  /** The per-namespace chain of netdev notifiers. Guarded by rtnl_mutex. */
  readonly netdev_chain = new raw_notifier_head<netdev_notifier_info>();
  /** Data of pernet operations that have an id (struct net_generic). */
  readonly gen = new Map<object, unknown>();
  loopback_dev: net_device | null = null;
  /** Devices that are being unregistered but are not gone yet. */
  dev_unreg_count = 0;
  /** Set when its memory has been given back: every use after that is a bug. */
  freed = false;
  readonly last: (current: Frame, net: net) => void;

  /** @param last called when the last reference goes (__put_net). */
  constructor(inum: number, last: (current: Frame, net: net) => void) {
    this.inum = inum;
    this.name = `net:[${inum}]`;
    this.count = new refcount_t(this.name);
    this.last = last;
  }

  /** get_net() */
  get(current: Frame): void {
    this.count.inc(current);
  }

  /** put_net() */
  put(current: Frame): void {
    if (this.count.dec_and_test(current)) this.last(current, this);
  }
}

/** struct pernet_operations. Callbacks enter their own frame. */
export interface pernet_operations {
  /** For events: the variable's name in the kernel, such as `devlink_pernet_ops`. */
  readonly name: string;
  /** Data of its own in each namespace, see net_generic(). */
  readonly id?: pernet_id<unknown>;
  readonly init?: (current: Frame, net: net) => Promise<number>;
  readonly pre_exit?: (current: Frame, net: net) => Promise<void>;
  readonly exit?: (current: Frame, net: net) => Promise<void>;
  readonly exit_batch?: (current: Frame, nets: readonly net[]) => Promise<void>;
}

/** A link's own operations (struct net_device_ops). All run under rtnl_mutex. */
export interface net_device_ops {
  readonly ndo_init?: (current: Frame, dev: net_device) => Promise<number>;
  readonly ndo_uninit?: (current: Frame, dev: net_device) => void;
  readonly ndo_open?: (current: Frame, dev: net_device) => Promise<number>;
  readonly ndo_stop?: (current: Frame, dev: net_device) => Promise<number>;
  readonly ndo_set_mac_address?: (current: Frame, dev: net_device, address: Uint8Array) => number;
  readonly ndo_change_mtu?: (current: Frame, dev: net_device, mtu: number) => Promise<number>;
  /** Makes another link a port of this one, or lets it go. */
  readonly ndo_add_slave?: (current: Frame, dev: net_device, slave: net_device, extack: netlink_ext_ack) => Promise<number>;
  readonly ndo_del_slave?: (current: Frame, dev: net_device, slave: net_device) => Promise<number>;
  readonly ndo_get_iflink?: (dev: net_device) => number;
  readonly ndo_get_phys_port_name?: (dev: net_device) => string | null;
  /** The switch that the port belongs to. */
  readonly ndo_get_port_parent_id?: (dev: net_device) => Uint8Array | null;
  /** Number of virtual functions, for devices that have such (bus_type.num_vf, ndo_get_vf_config). */
  readonly ndo_num_vf?: (dev: net_device) => number;
}

/**
 * What a driver tells ethtool, and lets it change (struct ethtool_ops). What says `Frame` runs under rtnl_mutex; what is told is
 * a copy; who is told answers 0 or a negative errno.
 */
export interface ethtool_ops {
  readonly get_drvinfo?: (dev: net_device) => Partial<ethtool_drvinfo>;
  /** Whether there is a link; asked of running devices. Runs under rtnl_mutex. */
  readonly get_link?: (dev: net_device) => boolean;
  /** Megabits per second, or SPEED_UNKNOWN. Runs under rtnl_mutex. */
  readonly get_link_ksettings?: (current: Frame, dev: net_device) => { readonly speed: number };
  /** Bits of ETHTOOL_COALESCE_*: what set_coalesce takes. */
  readonly supported_coalesce_params?: number;
  readonly get_coalesce?: (
    current: Frame,
    dev: net_device,
  ) => { readonly coalesce: ethtool_coalesce; readonly kernel_coalesce: kernel_ethtool_coalesce };
  readonly set_coalesce?: (current: Frame, dev: net_device, coal: ethtool_coalesce, kernel_coal: kernel_ethtool_coalesce) => number;
  readonly get_pause_stats?: (current: Frame, dev: net_device) => ethtool_pause_stats;
  readonly get_pauseparam?: (current: Frame, dev: net_device) => ethtool_pauseparam;
  readonly set_pauseparam?: (current: Frame, dev: net_device, pause: ethtool_pauseparam) => number;
  readonly get_ringparam?: (current: Frame, dev: net_device) => ethtool_ringparam;
  readonly set_ringparam?: (current: Frame, dev: net_device, ring: ethtool_ringparam) => number;
  readonly get_channels?: (current: Frame, dev: net_device) => ethtool_channels;
  readonly set_channels?: (current: Frame, dev: net_device, channels: ethtool_channels) => number;
  readonly get_fecparam?: (current: Frame, dev: net_device) => ethtool_fecparam | number;
  readonly set_fecparam?: (current: Frame, dev: net_device, fec: ethtool_fecparam) => number;
}

/** A kind of link that `ip link add type KIND` can make (struct rtnl_link_ops). All run under rtnl_mutex. */
export interface rtnl_link_ops {
  readonly kind: string;
  readonly setup: (current: Frame, dev: net_device) => void;
  /** Looks at the request before anything is made. */
  readonly validate?: (tb: Attributes, data: Attributes | null, extack: netlink_ext_ack) => number;
  /** Registers the device; without it the device is just registered. */
  readonly newlink?: (
    current: Frame,
    src_net: net,
    dev: net_device,
    tb: Attributes,
    data: Attributes | null,
    extack: netlink_ext_ack,
  ) => Promise<number>;
  /** Puts the device, and what goes with it, on the list of those to unregister. Without it only the device goes. */
  readonly dellink?: (current: Frame, dev: net_device, head: net_device[]) => void;
  /** The namespace of the other end. */
  readonly get_link_net?: (dev: net_device) => net;
  /** IFLA_INFO_DATA of a message about the device. */
  readonly fill_info?: (w: AttributeWriter, dev: net_device) => void;
}

/** An IPv4 address of a device (struct in_ifaddr). */
export interface in_ifaddr {
  readonly ifa_dev: net_device;
  readonly ifa_local: Uint8Array;
  readonly ifa_address: Uint8Array;
  readonly ifa_broadcast: Uint8Array | null;
  readonly ifa_prefixlen: number;
  readonly ifa_scope: number;
  /** IFA_F_* */
  ifa_flags: number;
  ifa_label: string;
}

/** The IPv4 side of a device (struct in_device). */
export interface in_device {
  readonly ifa_list: in_ifaddr[];
}

/** An IPv6 address of a device (struct inet6_ifaddr). */
export interface inet6_ifaddr {
  readonly idev: net_device;
  readonly addr: Uint8Array;
  readonly prefix_len: number;
  readonly scope: number;
  /** IFA_F_* */
  flags: number;
  readonly rt_priority: number;
  /** Taken off its device: a check for duplicates that still runs has nothing to do. */
  dead: boolean;
}

/** The IPv6 side of a device (struct inet6_dev). */
export interface inet6_dev {
  /** By falling scope, so link-local ones come last. */
  readonly addr_list: inet6_ifaddr[];
  /** IF_READY: it has been configured since it last came up. */
  ready: boolean;
}

export type RegState = "NETREG_UNINITIALIZED" | "NETREG_REGISTERED" | "NETREG_UNREGISTERING" | "NETREG_UNREGISTERED" | "NETREG_RELEASED";

export class net_device {
  name: string;
  ifindex = 0;
  ifalias = "";
  /** The namespace (possible_net_t nd_net); use dev_net(). */
  nd_net: net;
  /** Its struct device: `dev.dev.parent` is the device of the bus, such as the PCI function. */
  readonly dev: device;
  /** IFF_* of the uapi. */
  flags = 0;
  priv_flags = 0;
  /** NETIF_F_* */
  features = 0;
  reg_state: RegState = "NETREG_UNINITIALIZED";
  /** dellink or unregister has begun (net_device.dismantle). */
  dismantle = false;
  netdev_ops: net_device_ops = {};
  ethtool_ops: ethtool_ops = {};
  rtnl_link_ops: rtnl_link_ops | null = null;
  /** RTNL_LINK_INITIALIZED: user space has been told of it. */
  rtnl_link_initialized = false;
  /** ARPHRD_* */
  type = 0;
  dev_addr: Uint8Array = new Uint8Array(0);
  broadcast: Uint8Array = new Uint8Array(0);
  mtu = ETH_DATA_LEN;
  min_mtu = 0;
  max_mtu = 0;
  tx_queue_len = 0;
  num_tx_queues = 1;
  num_rx_queues = 1;
  /** How many of them are used. */
  real_num_tx_queues = 1;
  real_num_rx_queues = 1;
  readonly gso_max_size = GSO_MAX_SIZE;
  readonly gso_max_segs = GSO_MAX_SEGS;
  group = 0;
  link_mode = 0;
  /** IF_OPER_* */
  operstate = 0;
  /** The queueing discipline: `noop` until first opened. */
  qdisc: Qdisc = noop_qdisc;
  /** Those of its queues (netdev_queue.qdisc_sleeping). Empty: all are `noop`. */
  tx_qdiscs: Qdisc[] = [];
  /** Those below `qdisc` that are shown; the last one that came stands first. */
  readonly qdisc_hash: Qdisc[] = [];
  /** `ingress` or `clsact`, if somebody has added one. */
  ingress_qdisc: string | null = null;
  /** __LINK_STATE_START: between a successful open and the begin of close. */
  running = false;
  /** __LINK_STATE_PRESENT: cleared by netif_device_detach(). */
  present = false;
  /** not __LINK_STATE_NOCARRIER */
  carrier = true;
  carrier_up_count = 0;
  carrier_down_count = 0;
  /** A change of carrier waits for linkwatch to look at it. */
  linkwatch_pending = false;
  /** The link that this one is a port of (netdev_master_upper_dev_get). */
  master: net_device | null = null;
  /** References of dev_hold(). */
  refcnt = 0;
  readonly released = new wait_queue_head("unregister_netdevice", { kind: "reference" });
  /** Notifiers that follow the device (net_notifier_list). */
  readonly net_notifier_list: netdev_net_notifier[] = [];
  /** Set while the device is registered in a namespace. */
  ip_ptr: in_device | null = null;
  ip6_ptr: inet6_dev | null = null;
  /** The driver's data (netdev_priv). */
  priv: unknown = null;
  /** The device frees itself when it has been unregistered. */
  needs_free_netdev = false;

  constructor(name: string, nd_net: net, dev: device) {
    this.name = name;
    this.nd_net = nd_net;
    this.dev = dev;
  }
}
