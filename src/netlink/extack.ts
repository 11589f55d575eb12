/** Models struct netlink_ext_ack (include/linux/netlink.h): the words that go with an error. Left out: cookies, policies. */
import { attributeOffset, type NetlinkMessage } from "./wire.ts";

export class netlink_ext_ack {
  msg: string | null = null;
  /** Offset of the attribute at fault in the message, 0 if none was named. */
  bad_attr = 0;
}

/** NL_SET_ERR_MSG(): as in the kernel a null extack is allowed; then nobody wants to know. */
export function NL_SET_ERR_MSG(extack: netlink_ext_ack | null, msg: string): void {
  if (extack !== null) extack.msg = msg;
}

/** NL_SET_ERR_MSG_ATTR(): names the attribute at fault by its value, a part of the message's own bytes; undefined names none. */
export function NL_SET_ERR_MSG_ATTR(extack: netlink_ext_ack, nlh: NetlinkMessage, value: Uint8Array | undefined, msg: string): void {
  extack.msg = msg;
  if (value !== undefined) extack.bad_attr = attributeOffset(nlh, value);
}
