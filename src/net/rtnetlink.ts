/**
 * Models the dispatcher of NETLINK_ROUTE (net/core/rtnetlink.c, v5.10): handlers by message type, run under rtnl_mutex
 * unless they say otherwise. Dumps of this protocol are serialised by rtnl_mutex too.
 */
import { EmulatorBug, EOPNOTSUPP, type Frame, type Kernel, staticData } from "../kernel/index.ts";
import {
  encodeMessage,
  NETLINK_ROUTE,
  type NetlinkMessage,
  NLM_F_DUMP,
  type netlink_callback,
  netlink_dump_start,
  type netlink_ext_ack,
  netlink_kernel_create,
  netlink_rcv_skb,
  type netlink_request,
  nlmsg_unicast,
  RTM_BASE,
  type sk_buff,
} from "../netlink/index.ts";
import { rtnl_lock, rtnl_mutex, rtnl_unlock } from "./rtnl.ts";

/** RTNLGRP_MAX of v5.10 */
const RTNLGRP_MAX = 33;

export type RtnlDoit = (current: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack) => Promise<number>;
export type RtnlDumpit = (current: Frame, skb: sk_buff, cb: netlink_callback) => Promise<number>;

interface RtnlHandler {
  readonly doit?: RtnlDoit;
  readonly dumpit?: RtnlDumpit;
  /** RTNL_FLAG_DOIT_UNLOCKED */
  readonly doitUnlocked?: boolean;
}

const statics = staticData(() => ({ handlers: new Map<string, RtnlHandler>() }));

/** rtnl_register(): the handler of a message type for a protocol family; PF_UNSPEC (0) serves those that have none. */
export function rtnl_register(kernel: Kernel, protocol: number, msgtype: number, handler: RtnlHandler): void {
  const { handlers } = statics(kernel);
  const key = `${protocol}/${msgtype}`;
  if (handlers.has(key)) throw new EmulatorBug(`rtnetlink message ${key} registered twice`);
  handlers.set(key, handler);
}

function rtnl_get_link(kernel: Kernel, protocol: number, msgtype: number): RtnlHandler | undefined {
  const { handlers } = statics(kernel);
  return handlers.get(`${protocol}/${msgtype}`) ?? handlers.get(`0/${msgtype}`);
}

/** rtnetlink_net_init(): creates the kernel's side of the protocol. */
export function rtnetlink_create(current: Frame): void {
  netlink_kernel_create(current.kernel, NETLINK_ROUTE, {
    // rtnetlink_rcv() is a tail call, so it has no frame of its own.
    input: (frame, request) => netlink_rcv_skb(frame, request, rtnetlink_rcv_msg),
    groups: RTNLGRP_MAX,
    cb_mutex: rtnl_mutex(current),
  });
}

async function rtnetlink_rcv_msg(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("rtnetlink_rcv_msg");
  if (nlh.type < RTM_BASE) return -EOPNOTSUPP;
  const family = nlh.payload[0];
  if (family === undefined) return 0;
  const link = rtnl_get_link(current.kernel, family, nlh.type);
  const isGet = (nlh.type & 3) === 2;
  if (isGet && (nlh.flags & NLM_F_DUMP) !== 0) {
    if (link?.dumpit === undefined) return -EOPNOTSUPP;
    return netlink_dump_start(current, request, nlh, { dump: link.dumpit });
  }
  if (link?.doit === undefined) return -EOPNOTSUPP;
  if (link.doitUnlocked === true) return link.doit(current, request, nlh, extack);
  await rtnl_lock(current);
  const err = await link.doit(current, request, nlh, extack);
  await rtnl_unlock(current);
  return err;
}

/** rtnl_unicast(): an answer to who asked. */
export function rtnl_unicast(current: Frame, request: netlink_request, nlh: NetlinkMessage, type: number, payload: Uint8Array): number {
  const message = encodeMessage({ type, flags: 0, seq: nlh.seq, portid: request.portid, payload });
  return nlmsg_unicast(current, request.sock, message);
}
