/**
 * Models struct netlink_sock and nl_table (net/netlink/af_netlink.{h,c}): the state of user sockets, and which protocols
 * the kernel itself listens to. Left out: user sockets that talk to each other, memory mapped rings, taps, BPF filters.
 */
import { type Frame, type Kernel, mutex, staticData } from "../kernel/index.ts";
import { poll_queue_head } from "../vfs/index.ts";
import type { netlink_callback } from "./dump.ts";
import { NETLINK_GENERIC, NETLINK_RDMA, NETLINK_ROUTE } from "./wire.ts";

/** Default and largest receive queue (net.core.rmem_default, rmem_max), bytes. A socket may ask for up to twice that. */
export const RCVBUF_DEFAULT = 212_992;

/** What a queued datagram costs beside its bytes: struct sk_buff and skb_shared_info (SKB_TRUESIZE). */
export const SKB_OVERHEAD = 576;

/** The namespace of a socket. This room knows of it only who it is and how to keep it alive; `class net` satisfies it. */
export interface netlink_net {
  get(current: Frame): void;
  put(current: Frame): void;
}

/** A datagram on its way into the kernel: what NETLINK_CB(skb) and skb->sk say. */
export interface netlink_request {
  readonly sock: netlink_sock;
  readonly net: netlink_net;
  readonly portid: number;
  readonly bytes: Uint8Array;
}

/** The kernel's receiver of a protocol. Runs in the sender's task. */
export type netlink_input = (current: Frame, request: netlink_request) => Promise<void>;

/** struct netlink_kernel_cfg */
export interface netlink_kernel_cfg {
  readonly input: netlink_input;
  /** Number of multicast groups. */
  readonly groups: number;
  /** Serialises dumps of all sockets of the protocol; without it each socket has its own mutex. */
  readonly cb_mutex?: mutex;
  /** May refuse that a socket joins `group`. */
  readonly bind?: (current: Frame, group: number) => number;
}

/** A port id of a protocol: tasks that bind different ones have nothing to do with each other. */
class netlink_port {
  readonly kind = "portid";
  readonly portid: number;
  readonly name: string;
  /** At most one of each namespace. */
  readonly socks = new Set<netlink_sock>();

  constructor(portid: number) {
    this.portid = portid;
    this.name = `portid ${portid}`;
  }
}

class netlink_table {
  readonly cfg: netlink_kernel_cfg;
  /** User sockets that have joined a group, the last one first: multicast reaches them in this order. */
  readonly mc_list: netlink_sock[] = [];
  private readonly ports = new Map<number, netlink_port>();

  constructor(cfg: netlink_kernel_cfg) {
    this.cfg = cfg;
  }

  port(portid: number): netlink_port {
    let port = this.ports.get(portid);
    if (port === undefined) {
      port = new netlink_port(portid);
      this.ports.set(portid, port);
    }
    return port;
  }

  /** Nobody has the port: nothing of it is kept, unless a footprint refers to it. */
  forget(current: Frame, port: netlink_port): void {
    if (port.socks.size === 0 && current.kernel.footprint === null) this.ports.delete(port.portid);
  }
}

/** A table for one protocol. */
export function new_netlink_table(cfg: netlink_kernel_cfg): netlink_table {
  return new netlink_table(cfg);
}

export const nl_table = staticData(() => new Map<number, netlink_table>());

const protocolNames: Readonly<Record<number, string>> = {
  [NETLINK_ROUTE]: "ROUTE",
  [NETLINK_GENERIC]: "GENERIC",
  [NETLINK_RDMA]: "RDMA",
};

/** One user socket (struct netlink_sock with its struct sock). */
export class netlink_sock {
  readonly net: netlink_net;
  readonly protocol: number;
  portid = 0;
  bound = false;
  /** Multicast groups it has joined. */
  readonly groups = new Set<number>();
  readonly sk_receive_queue: Uint8Array[] = [];
  /** Bytes charged for what stands in the queue. */
  sk_rmem_alloc = 0;
  sk_rcvbuf = RCVBUF_DEFAULT;
  /** An error that the next call reports once, as a positive errno; 0 if none. */
  sk_err = 0;
  cap_ack = false;
  ext_ack = false;
  strict_chk = false;
  no_enobufs = false;
  /** netlink_overrun() has happened and the queue has not been emptied since. */
  congested = false;
  /** Guards the dump below. */
  readonly cb_mutex: mutex;
  /** The dump that is under way. */
  cb: netlink_callback | null = null;
  readonly wait = new poll_queue_head("netlink receive queue");

  constructor(kernel: Kernel, net: netlink_net, protocol: number, cfg: netlink_kernel_cfg) {
    this.net = net;
    this.protocol = protocol;
    this.cb_mutex = cfg.cb_mutex ?? new mutex(kernel, `nlk_cb_mutex-${protocolNames[protocol] ?? protocol}`);
  }
}

/** The socket of `net` that is bound to `portid` (netlink_lookup). */
export function netlink_lookup(current: Frame, net: netlink_net, protocol: number, portid: number): netlink_sock | null {
  const table = nl_table(current.kernel).get(protocol);
  if (table === undefined) return null;
  const port = table.port(portid);
  current.reads(port);
  table.forget(current, port);
  for (const sock of port.socks) if (sock.net === net) return sock;
  return null;
}

/** netlink_insert(): the socket is the one with `portid` from now on. */
export function netlink_insert(current: Frame, sock: netlink_sock, portid: number): void {
  const port = nl_table(current.kernel).get(sock.protocol)?.port(portid);
  current.writes(port ?? sock);
  port?.socks.add(sock);
  sock.portid = portid;
  sock.bound = true;
}

/** netlink_remove(): nobody finds the socket any more. */
export function netlink_remove(current: Frame, sock: netlink_sock): void {
  netlink_update_subscriptions(current, sock, () => sock.groups.clear());
  if (!sock.bound) return;
  const table = nl_table(current.kernel).get(sock.protocol);
  const port = table?.port(sock.portid);
  current.writes(port ?? sock);
  port?.socks.delete(sock);
  if (port !== undefined) table?.forget(current, port);
}

/** netlink_update_subscriptions(): joins or leaves groups, and with the first or last one the list of listeners. */
export function netlink_update_subscriptions(current: Frame, sock: netlink_sock, update: () => void): void {
  const before = sock.groups.size;
  update();
  const table = nl_table(current.kernel).get(sock.protocol);
  if (table === undefined || (before === 0 && sock.groups.size === 0)) return;
  current.writes(table);
  if (before === 0) table.mc_list.unshift(sock);
  else if (sock.groups.size === 0 && table.mc_list.includes(sock)) table.mc_list.splice(table.mc_list.indexOf(sock), 1);
}

/** __netlink_sendskb(): appends to the receive queue whatever its limit says, and wakes who waits for it. */
export function __netlink_sendskb(current: Frame, sock: netlink_sock, bytes: Uint8Array): void {
  current.writes(sock);
  sock.sk_receive_queue.push(bytes);
  sock.sk_rmem_alloc += bytes.length + SKB_OVERHEAD;
  sock.wait.wake_up();
}

/** True while the receive queue takes another datagram. */
export function hasRoom(sock: netlink_sock): boolean {
  return sock.sk_rmem_alloc <= sock.sk_rcvbuf && !sock.congested;
}

/** netlink_overrun(): a datagram was lost. The reader learns it as -ENOBUFS, once, unless it asked not to. */
export function netlink_overrun(current: Frame, sock: netlink_sock, error: number): void {
  current.writes(sock);
  if (!sock.no_enobufs && !sock.congested) {
    sock.congested = true;
    sock.sk_err = error;
    sock.wait.wake_up();
  }
}
