/**
 * Models dumps (netlink_dump_start() and netlink_dump() of net/netlink/af_netlink.c): the answer is produced one datagram
 * at a time, the first in the request's task, each further one when the reader has taken half of its queue. Guarded by the
 * socket's cb_mutex. Left out: min_dump_alloc and growing datagrams (every one has NLMSG_DUMP_SIZE).
 */
import { EBUSY, EINTR, EINVAL, EmulatorBug, ENOBUFS, type Frame, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import { netlink_ext_ack } from "./extack.ts";
import { __netlink_sendskb, hasRoom, type netlink_net, type netlink_request, type netlink_sock } from "./netlink-sock.ts";
import {
  AttributeWriter,
  concatBytes,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_ACK_TLVS,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSGERR_ATTR_MSG,
  viewOf,
} from "./wire.ts";

/** Bytes of one datagram of a dump: what is left of 32 KiB beside the kernel's own overhead. */
const NLMSG_DUMP_SIZE = 32_192;

/** The datagram that a dump is filling. */
export class sk_buff {
  private readonly parts: Uint8Array[] = [];
  private readonly cb: netlink_callback;
  len = 0;

  constructor(cb: netlink_callback) {
    this.cb = cb;
  }

  get tailroom(): number {
    return NLMSG_DUMP_SIZE - this.len;
  }

  /** Appends one message of the dump. False if it does not fit any more: return `len` and begin with it the next time. */
  nlmsg_put(type: number, payload: Uint8Array, flags = 0): boolean {
    const { cb } = this;
    const changed = cb.prev_seq !== 0 && cb.seq !== cb.prev_seq;
    const all = flags | NLM_F_MULTI | (changed ? NLM_F_DUMP_INTR : 0);
    const bytes = encodeMessage({ type, flags: all, seq: cb.nlh.seq, portid: cb.request.portid, payload });
    if (bytes.length > this.tailroom) {
      if (this.len === 0) throw new EmulatorBug(`a netlink message of ${bytes.length} bytes fits into no datagram`);
      return false;
    }
    cb.prev_seq = cb.seq;
    this.parts.push(bytes);
    this.len += bytes.length;
    return true;
  }

  get bytes(): Uint8Array {
    return concatBytes(this.parts);
  }
}

/** struct netlink_dump_control */
export interface netlink_dump_control {
  readonly start?: (current: Frame, cb: netlink_callback) => Promise<number>;
  /** Appends messages. Positive (`skb.len`): there is more; 0: done; negative: done with that error. */
  readonly dump: (current: Frame, skb: sk_buff, cb: netlink_callback) => Promise<number>;
  readonly done?: (current: Frame, cb: netlink_callback) => Promise<void>;
  readonly data?: unknown;
}

/** struct netlink_callback: the state of a dump between its datagrams. */
export interface netlink_callback {
  readonly request: netlink_request;
  readonly nlh: NetlinkMessage;
  readonly control: netlink_dump_control;
  readonly net: netlink_net;
  /** NETLINK_GET_STRICT_CHK was set on the socket. */
  readonly strict_check: boolean;
  /** Free for the dumper: usually the index to go on from. */
  readonly args: [number, number, number, number, number, number];
  readonly data: unknown;
  extack: netlink_ext_ack | null;
  /** A number that changes with what is dumped; if it does during a dump, the messages say NLM_F_DUMP_INTR. */
  seq: number;
  prev_seq: number;
  /** What the dumper last returned. */
  dump_done_errno: number;
}

/**
 * netlink_dump_start(): begins a dump and sends its first datagram. -EINTR when it has begun (so that no acknowledgement
 * follows), -EBUSY if one is under way on this socket, or the error of `start`. Takes the socket's cb_mutex.
 */
export async function netlink_dump_start(
  caller: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  control: netlink_dump_control,
): Promise<number> {
  const current = caller.enter("__netlink_dump_start");
  const { sock } = request;
  await mutex_lock(current, sock.cb_mutex);
  if (sock.cb !== null) {
    mutex_unlock(current, sock.cb_mutex);
    return -EBUSY;
  }
  const cb: netlink_callback = {
    request,
    nlh,
    control,
    net: request.net,
    strict_check: sock.strict_chk,
    args: [0, 0, 0, 0, 0, 0],
    data: control.data,
    extack: null,
    seq: 0,
    prev_seq: 0,
    dump_done_errno: 1,
  };
  const failed = (await control.start?.(current, cb)) ?? 0;
  if (failed === 0) {
    current.writes(sock);
    sock.cb = cb;
  }
  mutex_unlock(current, sock.cb_mutex);
  if (failed !== 0) return failed;
  const ret = await netlink_dump(current, sock);
  return ret === 0 ? -EINTR : ret;
}

/** netlink_dump(): the next datagram of the socket's dump. Takes its cb_mutex. -ENOBUFS if the queue is full. */
export async function netlink_dump(caller: Frame, sock: netlink_sock): Promise<number> {
  const current = caller.enter("netlink_dump");
  await mutex_lock(current, sock.cb_mutex);
  const { cb } = sock;
  if (cb === null || !hasRoom(sock)) {
    mutex_unlock(current, sock.cb_mutex);
    return cb === null ? -EINVAL : -ENOBUFS;
  }
  const skb = new sk_buff(cb);
  const extack = new netlink_ext_ack();
  if (cb.dump_done_errno > 0) {
    cb.extack = extack;
    cb.dump_done_errno = await cb.control.dump(current, skb, cb);
    cb.extack = null;
  }
  const done = cb.dump_done_errno <= 0;
  const bytes = done ? concatBytes([skb.bytes, doneMessage(cb, sock, extack)]) : skb.bytes;
  if (!done) {
    mutex_unlock(current, sock.cb_mutex);
    __netlink_sendskb(current, sock, bytes);
    return 0;
  }
  __netlink_sendskb(current, sock, bytes);
  await cb.control.done?.(current, cb);
  sock.cb = null;
  mutex_unlock(current, sock.cb_mutex);
  return 0;
}

/** NLMSG_DONE carries the dump's error and its words. */
function doneMessage(cb: netlink_callback, sock: netlink_sock, extack: netlink_ext_ack): Uint8Array {
  const header = new Uint8Array(4);
  viewOf(header).setInt32(0, cb.dump_done_errno, true);
  const writer = new AttributeWriter().header(header);
  const words = sock.ext_ack && extack.msg !== null;
  if (words && extack.msg !== null) writer.string(NLMSGERR_ATTR_MSG, extack.msg);
  const flags = NLM_F_MULTI | (words ? NLM_F_ACK_TLVS : 0) | (cb.prev_seq !== 0 && cb.seq !== cb.prev_seq ? NLM_F_DUMP_INTR : 0);
  return encodeMessage({ type: NLMSG_DONE, flags, seq: cb.nlh.seq, portid: cb.request.portid, payload: writer.finish() });
}
