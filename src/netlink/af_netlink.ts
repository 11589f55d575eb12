/**
 * Models net/netlink/af_netlink.c: creating, binding and closing netlink sockets, sending (the kernel's handler runs in
 * the sender's task), receiving, multicast. All tasks are root here: capability checks always pass.
 * Left out: sending to other user sockets, NETLINK_PKTINFO, NETLINK_LISTEN_ALL_NSID, module autoloading.
 */
import {
  EADDRINUSE,
  EAGAIN,
  EINVAL,
  EmulatorBug,
  ENOBUFS,
  ENOENT,
  EPROTONOSUPPORT,
  ESRCH,
  type Frame,
  type Kernel,
  wait_event,
} from "../kernel/index.ts";
import { netlink_dump } from "./dump.ts";
import {
  __netlink_sendskb,
  hasRoom,
  netlink_insert,
  type netlink_kernel_cfg,
  netlink_lookup,
  type netlink_net,
  netlink_overrun,
  netlink_remove,
  netlink_sock,
  netlink_update_subscriptions,
  new_netlink_table,
  nl_table,
  RCVBUF_DEFAULT,
  SKB_OVERHEAD,
} from "./netlink-sock.ts";
import {
  MSG_DONTWAIT,
  MSG_PEEK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_NO_ENOBUFS,
  POLLERR,
  POLLIN,
  POLLOUT,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_NETLINK,
  SOL_SOCKET,
} from "./uapi/netlink.ts";

/** Port ids for sockets whose task already has one bound to its own pid are taken from here downwards. */
const FIRST_ROVING_PORTID = 0xffff_efff;

/** Smallest receive queue a socket can ask for (SOCK_MIN_RCVBUF). */
const SOCK_MIN_RCVBUF = 2304;

/** netlink_kernel_create(): the kernel listens to `protocol` in every namespace from now on. Once for each protocol. */
export function netlink_kernel_create(kernel: Kernel, protocol: number, cfg: netlink_kernel_cfg): void {
  const table = nl_table(kernel);
  if (table.has(protocol)) throw new EmulatorBug(`netlink protocol ${protocol} created twice`);
  table.set(protocol, new_netlink_table(cfg));
}

/** netlink_kernel_release(): the protocol is unknown again. Its sockets live on and get no answers. */
export function netlink_kernel_release(kernel: Kernel, protocol: number): void {
  nl_table(kernel).delete(protocol);
}

/** netlink_create(): a socket of `net`, which it keeps alive. -EPROTONOSUPPORT if the kernel does not know the protocol. */
export function netlink_create(caller: Frame, net: netlink_net, protocol: number): netlink_sock | number {
  const current = caller.enter("netlink_create");
  const table = nl_table(current.kernel).get(protocol);
  if (table === undefined) return -EPROTONOSUPPORT;
  net.get(current);
  return new netlink_sock(current.kernel, net, protocol, table.cfg);
}

/** netlink_release(): the last descriptor of the socket is gone. Ends a dump that is under way and lets go of the namespace. */
export async function netlink_release(caller: Frame, sock: netlink_sock): Promise<void> {
  const current = caller.enter("netlink_release");
  netlink_remove(current, sock);
  if (sock.cb !== null) await sock.cb.control.done?.(current, sock.cb);
  sock.cb = null;
  sock.sk_receive_queue.length = 0;
  sock.net.put(current);
}

/** netlink_bind(): portid 0 lets the kernel choose; bit n of `groups` joins group n + 1. -EADDRINUSE, -EINVAL, -ENOENT. */
export function netlink_bind(caller: Frame, sock: netlink_sock, portid: number, groups: number): number {
  const current = caller.enter("netlink_bind");
  if (sock.bound && portid !== sock.portid) return -EINVAL;
  if (!sock.bound) {
    if (portid === 0) {
      netlink_autobind(current, sock);
    } else {
      if (netlink_lookup(current, sock.net, sock.protocol, portid) !== null) return -EADDRINUSE;
      netlink_insert(current, sock, portid);
    }
  }
  for (let group = 1; group <= 32; group++) {
    if (((groups >>> (group - 1)) & 1) === 0) netlink_update_subscriptions(current, sock, () => sock.groups.delete(group));
    else {
      const error = join(current, sock, group);
      if (error !== 0) return error;
    }
  }
  return 0;
}

/** netlink_autobind(): the task's pid, or if that is taken the next free one from the top. */
function netlink_autobind(caller: Frame, sock: netlink_sock): void {
  const current = caller.enter("netlink_autobind");
  let portid: number = current.task.pid;
  let rover = FIRST_ROVING_PORTID;
  while (netlink_lookup(current, sock.net, sock.protocol, portid) !== null) portid = rover--;
  netlink_insert(current, sock, portid);
}

function join(current: Frame, sock: netlink_sock, group: number): number {
  const table = nl_table(current.kernel).get(sock.protocol);
  if (table === undefined) return -EPROTONOSUPPORT;
  if (group < 1 || group > table.cfg.groups) return -EINVAL;
  const error = table.cfg.bind?.(current, group) ?? 0;
  if (error !== 0) return error;
  netlink_update_subscriptions(current, sock, () => sock.groups.add(group));
  return 0;
}

/** netlink_setsockopt() and the receive queue's size. -ENOPROTOOPT of the kernel is -EINVAL here. */
export function netlink_setsockopt(caller: Frame, sock: netlink_sock, level: number, option: number, value: number): number {
  const current = caller.enter("netlink_setsockopt");
  if (level === SOL_SOCKET) return setBufferSize(sock, option, value);
  if (level !== SOL_NETLINK) return -EINVAL;
  switch (option) {
    case NETLINK_ADD_MEMBERSHIP:
      return join(current, sock, value);
    case NETLINK_DROP_MEMBERSHIP:
      if (value < 1) return -EINVAL;
      netlink_update_subscriptions(current, sock, () => sock.groups.delete(value));
      return 0;
    case NETLINK_NO_ENOBUFS:
      sock.no_enobufs = value !== 0;
      if (sock.no_enobufs) sock.congested = false;
      return 0;
    case NETLINK_CAP_ACK:
      sock.cap_ack = value !== 0;
      return 0;
    case NETLINK_EXT_ACK:
      sock.ext_ack = value !== 0;
      return 0;
    case NETLINK_GET_STRICT_CHK:
      sock.strict_chk = value !== 0;
      return 0;
    default:
      return -EINVAL;
  }
}

/** SO_RCVBUF: the kernel doubles what is asked for, to leave room for its own overhead. SO_SNDBUF is accepted and ignored. */
function setBufferSize(sock: netlink_sock, option: number, value: number): number {
  if (option === SO_RCVBUF) sock.sk_rcvbuf = Math.max(SOCK_MIN_RCVBUF, 2 * Math.min(value, RCVBUF_DEFAULT));
  else if (option !== SO_SNDBUF) return -EINVAL;
  return 0;
}

/** netlink_sendmsg(): to the kernel. The kernel's handler has run when this returns the number of bytes. */
export async function netlink_sendmsg(caller: Frame, sock: netlink_sock, bytes: Uint8Array): Promise<number> {
  const current = caller.enter("netlink_sendmsg");
  if (!sock.bound) netlink_autobind(current, sock);
  const table = nl_table(current.kernel).get(sock.protocol);
  if (table === undefined) return -EPROTONOSUPPORT;
  const frame = current.enter("netlink_unicast");
  await table.cfg.input(frame, { sock, net: sock.net, portid: sock.portid, bytes });
  return bytes.length;
}

/** nlmsg_unicast(): from the kernel to one socket. -EAGAIN if its queue is full: the message is lost. */
export function nlmsg_unicast(caller: Frame, sock: netlink_sock, bytes: Uint8Array): number {
  const current = caller.enter("netlink_unicast");
  if (!hasRoom(sock)) {
    netlink_overrun(current, sock, ENOBUFS);
    return -EAGAIN;
  }
  __netlink_sendskb(current, sock, bytes);
  return 0;
}

/** True if some socket of `net` has joined `group`. */
export function netlink_has_listeners(current: Frame, net: netlink_net, protocol: number, group: number): boolean {
  const table = nl_table(current.kernel).get(protocol);
  if (table === undefined) return false;
  current.reads(table);
  return table.mc_list.some((sock) => sock.net === net && sock.groups.has(group));
}

/**
 * netlink_broadcast(): to every socket of `net` in `group` except the one with `portid`; `net` null means all namespaces.
 * -ESRCH if nobody listens, -ENOBUFS if somebody's queue was full (who learns it itself).
 */
export function netlink_broadcast(
  caller: Frame,
  net: netlink_net | null,
  protocol: number,
  portid: number,
  group: number,
  bytes: Uint8Array,
): number {
  const current = caller.enter("netlink_broadcast");
  const table = nl_table(current.kernel).get(protocol);
  if (table === undefined) return -ESRCH;
  current.reads(table);
  let delivered = false;
  let lost = false;
  for (const sock of [...table.mc_list]) {
    if (!sock.groups.has(group) || (net !== null && sock.net !== net) || (portid !== 0 && sock.portid === portid)) continue;
    if (hasRoom(sock)) {
      __netlink_sendskb(current, sock, bytes);
      delivered = true;
    } else {
      netlink_overrun(current, sock, ENOBUFS);
      lost = true;
    }
  }
  if (current.kernel.events.wants.subsystem) {
    const data = { protocol, group, length: bytes.length, delivered };
    current.kernel.events.emit({ type: "subsystem", room: "netlink", name: "broadcast", frame: current, data });
  }
  if (lost) return -ENOBUFS;
  return delivered ? 0 : -ESRCH;
}

/** netlink_poll() */
export function netlink_poll(current: Frame, sock: netlink_sock): number {
  current.reads(sock);
  let mask = POLLOUT;
  if (sock.sk_receive_queue.length > 0) mask |= POLLIN;
  if (sock.sk_err !== 0) mask |= POLLERR | POLLIN;
  return mask;
}

/** netlink_recvmsg(): one datagram. -EAGAIN with MSG_DONTWAIT, -EINTR after a signal, -ENOBUFS once after a loss. */
export async function netlink_recvmsg(caller: Frame, sock: netlink_sock, flags: number): Promise<Uint8Array | number> {
  const current = caller.enter("netlink_recvmsg");
  const error = await __skb_recv_datagram(current, sock, flags);
  if (error !== 0) return error;
  const bytes = sock.sk_receive_queue[0];
  if (bytes === undefined) return -ENOENT;
  current.writes(sock);
  if ((flags & MSG_PEEK) === 0) {
    sock.sk_receive_queue.shift();
    sock.sk_rmem_alloc -= bytes.length + SKB_OVERHEAD;
  }
  if (sock.cb !== null && sock.sk_rmem_alloc <= sock.sk_rcvbuf / 2) {
    const failed = await netlink_dump(current, sock);
    if (failed !== 0) sock.sk_err = -failed;
  }
  if (sock.sk_receive_queue.length === 0) sock.congested = false;
  return bytes;
}

/** Waits until there is a datagram. */
async function __skb_recv_datagram(caller: Frame, sock: netlink_sock, flags: number): Promise<number> {
  const current = caller.enter("__skb_recv_datagram").enter("__skb_wait_for_more_packets");
  const ready = (): boolean => sock.sk_err !== 0 || sock.sk_receive_queue.length > 0;
  current.reads(sock);
  if (!ready()) {
    if ((flags & MSG_DONTWAIT) !== 0) return -EAGAIN;
    const error = await wait_event(current, sock.wait, ready, "TASK_INTERRUPTIBLE");
    if (error !== 0) return error;
  }
  if (sock.sk_err === 0) return 0;
  const error = sock.sk_err;
  sock.sk_err = 0;
  return -error;
}
