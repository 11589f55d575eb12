/**
 * Models netlink_rcv_skb() and netlink_ack() (net/netlink/af_netlink.c): the messages of a datagram are handled one after
 * the other, each answered by an acknowledgement if it failed or asked for one.
 */
import { EINTR, ENOBUFS, type Frame } from "../kernel/index.ts";
import { netlink_ext_ack } from "./extack.ts";
import { __netlink_sendskb, hasRoom, netlink_overrun, type netlink_request } from "./netlink-sock.ts";
import {
  AttributeWriter,
  concatBytes,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
  parseMessages,
  viewOf,
} from "./wire.ts";

/** Handles one message. -EINTR means: answered already, no acknowledgement (a dump has begun). */
export type netlink_doit = (current: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack) => Promise<number>;

/** netlink_rcv_skb(): messages without NLM_F_REQUEST and control messages are only acknowledged. */
export async function netlink_rcv_skb(caller: Frame, request: netlink_request, cb: netlink_doit): Promise<void> {
  const current = caller.enter("netlink_rcv_skb");
  for (const nlh of parseMessages(request.bytes) ?? []) {
    const extack = new netlink_ext_ack();
    let err = 0;
    if ((nlh.flags & NLM_F_REQUEST) !== 0 && nlh.type >= NLMSG_MIN_TYPE) {
      err = await cb(current, request, nlh, extack);
      if (err === -EINTR) continue;
    }
    if ((nlh.flags & NLM_F_ACK) !== 0 || err !== 0) netlink_ack(current, request, nlh, err, extack);
  }
}

/** netlink_ack(): NLMSG_ERROR with the error, the request (its header only after success or with NETLINK_CAP_ACK) and words. */
export function netlink_ack(caller: Frame, request: netlink_request, nlh: NetlinkMessage, err: number, extack: netlink_ext_ack): void {
  const current = caller.enter("netlink_ack");
  const { sock } = request;
  const capped = err === 0 || sock.cap_ack;
  const error = new Uint8Array(4);
  viewOf(error).setInt32(0, err, true);
  const whole = encodeMessage(nlh);
  const parts = [error, capped ? whole.subarray(0, 16) : whole];
  let flags = capped ? NLM_F_CAPPED : 0;
  if (sock.ext_ack && (extack.msg !== null || (err !== 0 && extack.bad_attr !== 0))) {
    flags |= NLM_F_ACK_TLVS;
    const tlvs = new AttributeWriter();
    if (extack.msg !== null) tlvs.string(NLMSGERR_ATTR_MSG, extack.msg);
    if (err !== 0 && extack.bad_attr !== 0) tlvs.u32(NLMSGERR_ATTR_OFFS, extack.bad_attr);
    parts.push(tlvs.finish());
  }
  const bytes = encodeMessage({ type: NLMSG_ERROR, flags, seq: nlh.seq, portid: request.portid, payload: concatBytes(parts) });
  if (hasRoom(sock)) __netlink_sendskb(current, sock, bytes);
  else netlink_overrun(current, sock, ENOBUFS);
}
