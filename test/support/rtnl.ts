/** A NETLINK_ROUTE client for tests: what `ip` does on its socket, with the kernel's own functions as system calls. */
import type { Frame } from "../../src/kernel/index.ts";
import type { net } from "../../src/net/index.ts";
import {
  Attributes,
  AttributeWriter,
  encodeMessage,
  IFF_LOWER_UP,
  IFF_UP,
  IFINFOMSG_LEN,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINK,
  IFLA_LINK_NETNSID,
  IFLA_LINKINFO,
  IFLA_MTU,
  IFLA_OPERSTATE,
  IFLA_QDISC,
  MSG_DONTWAIT,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  netlink_bind,
  netlink_create,
  netlink_recvmsg,
  netlink_release,
  netlink_sendmsg,
  netlink_setsockopt,
  type netlink_sock,
  parseMessages,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
  SOL_NETLINK,
  VETH_INFO_PEER,
  viewOf,
} from "../../src/netlink/index.ts";

export interface RtnlAnswer {
  readonly errno: number;
  readonly text: string | null;
  readonly messages: readonly NetlinkMessage[];
}

type Fill = (w: AttributeWriter) => void;

const nothing: Fill = () => {};

export function ifinfo(index: number, flags = 0, change = 0): Uint8Array {
  const bytes = new Uint8Array(IFINFOMSG_LEN);
  viewOf(bytes).setInt32(4, index, true);
  viewOf(bytes).setUint32(8, flags, true);
  viewOf(bytes).setUint32(12, change, true);
  return bytes;
}

export class RtnlClient {
  readonly sock: netlink_sock;

  private constructor(sock: netlink_sock) {
    this.sock = sock;
  }

  static open(current: Frame, net: net): RtnlClient {
    const sock = netlink_create(current, net, NETLINK_ROUTE);
    if (typeof sock === "number") throw new Error(`socket: ${sock}`);
    netlink_bind(current, sock, 0, 0);
    netlink_setsockopt(current, sock, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    return new RtnlClient(sock);
  }

  close(current: Frame): Promise<void> {
    return netlink_release(current, this.sock);
  }

  listen(current: Frame, group: number): void {
    netlink_setsockopt(current, this.sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  }

  /** The notifications that have come since. */
  async heard(current: Frame): Promise<NetlinkMessage[]> {
    const messages: NetlinkMessage[] = [];
    for (;;) {
      const bytes = await netlink_recvmsg(current, this.sock, MSG_DONTWAIT);
      if (typeof bytes === "number") return messages;
      messages.push(...(parseMessages(bytes) ?? []));
    }
  }

  async send(current: Frame, type: number, flags: number, header: Uint8Array, fill: Fill = nothing): Promise<RtnlAnswer> {
    const writer = new AttributeWriter().header(header);
    fill(writer);
    const ack = (flags & NLM_F_DUMP) === NLM_F_DUMP && type % 4 === 2 ? 0 : NLM_F_ACK;
    const message = { type, flags: NLM_F_REQUEST | flags | ack, seq: 1, portid: 0, payload: writer.finish() };
    await netlink_sendmsg(current, this.sock, encodeMessage(message));
    const messages: NetlinkMessage[] = [];
    for (;;) {
      const bytes = await netlink_recvmsg(current, this.sock, 0);
      if (typeof bytes === "number") return { errno: bytes, text: null, messages };
      for (const each of parseMessages(bytes) ?? []) {
        if (each.type === NLMSG_ERROR || each.type === NLMSG_DONE) return { ...ending(each), messages };
        messages.push(each);
      }
    }
  }

  /** `ip link add NAME type KIND`, with the name of a veth's other end. */
  addLink(current: Frame, name: string, kind: string, peer?: string): Promise<RtnlAnswer> {
    return this.send(current, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfo(0), (w) => {
      if (name !== "") w.string(IFLA_IFNAME, name);
      w.nest(IFLA_LINKINFO, (info) => {
        info.string(IFLA_INFO_KIND, kind);
        if (peer === undefined) return;
        const described = new AttributeWriter().header(ifinfo(0)).string(IFLA_IFNAME, peer).finish();
        info.nest(IFLA_INFO_DATA, (data) => data.bytes(VETH_INFO_PEER, described));
      });
    });
  }

  async indexOf(current: Frame, name: string): Promise<number> {
    const { messages } = await this.send(current, RTM_GETLINK, 0, ifinfo(0), (w) => w.string(IFLA_IFNAME, name));
    const [link] = messages;
    return link === undefined ? 0 : viewOf(link.payload).getInt32(4, true);
  }

  /** `ip link set NAME ...` */
  async setLink(current: Frame, name: string, change: { up?: boolean; fill?: Fill }): Promise<RtnlAnswer> {
    const index = await this.indexOf(current, name);
    const header = change.up === undefined ? ifinfo(index) : ifinfo(index, change.up ? IFF_UP : 0, IFF_UP);
    return this.send(current, RTM_NEWLINK, 0, header, change.fill);
  }

  async deleteLink(current: Frame, name: string): Promise<RtnlAnswer> {
    return this.send(current, RTM_DELLINK, 0, ifinfo(0), (w) => w.string(IFLA_IFNAME, name));
  }

  /** `ip link show`, one line for each link. */
  async links(current: Frame): Promise<string[]> {
    const { messages } = await this.send(current, RTM_GETLINK, NLM_F_DUMP, ifinfo(0));
    return messages.map(linkText);
  }
}

function ending(message: NetlinkMessage): { errno: number; text: string | null } {
  const errno = viewOf(message.payload).getInt32(0, true);
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { errno, text: null };
  const offset = message.type === NLMSG_DONE ? 4 : errno === 0 ? 20 : 4 + viewOf(message.payload).getUint32(4, true);
  return { errno, text: Attributes.parse(message.payload, offset)?.string(NLMSGERR_ATTR_MSG) ?? null };
}

const OPERSTATES = ["UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"];

/** `2: eth0 <UP,LOWER_UP> mtu 1500 qdisc mq state UP`, with `Deleted` in front and `link`, `link-netnsid` behind. */
export function linkText(message: NetlinkMessage): string {
  const view = viewOf(message.payload);
  const tb = Attributes.parse(message.payload, IFINFOMSG_LEN);
  if (tb === null) throw new Error("malformed link message");
  const flags = view.getUint32(8, true);
  const shown = [flags & IFF_UP ? "UP" : "", flags & IFF_LOWER_UP ? "LOWER_UP" : ""].filter((flag) => flag !== "");
  const words = [
    `${message.type === RTM_DELLINK ? "Deleted " : ""}${view.getInt32(4, true)}: ${tb.string(IFLA_IFNAME)} <${shown.join()}>`,
    `mtu ${tb.u32(IFLA_MTU)} qdisc ${tb.string(IFLA_QDISC)} state ${OPERSTATES[tb.u8(IFLA_OPERSTATE) ?? 0]}`,
  ];
  if (tb.has(IFLA_LINK)) words.push(`link ${tb.u32(IFLA_LINK)}`);
  if (tb.has(IFLA_LINK_NETNSID)) words.push(`link-netnsid ${tb.s32(IFLA_LINK_NETNSID)}`);
  const kind = tb.nested(IFLA_LINKINFO)?.string(IFLA_INFO_KIND);
  if (kind !== undefined) words.push(kind);
  return words.join(" ");
}
