/** rtnetlink as libnetlink of iproute2 talks it: requests with the errors printed its way, and the map of link names. */
import { strerror } from "../../kernel/index.ts";
import {
  Attributes,
  AttributeWriter,
  IFINFOMSG_LEN,
  IFLA_EXT_MASK,
  IFLA_IFNAME,
  IFLA_INFO_KIND,
  IFLA_LINKINFO,
  NETLINK_ROUTE,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  RTEXT_FILTER_SKIP_STATS,
  RTEXT_FILTER_VF,
  RTM_GETLINK,
  viewOf,
} from "../../netlink/index.ts";
import { type Answer, extackLine, NetlinkSocket } from "./netlink.ts";
import type { Tool } from "./tool.ts";

/** The status of a command that the kernel refused. */
export const EXIT_KERNEL_REFUSED = 2;

/** A message with struct ifinfomsg, taken apart. */
export interface LinkMessage {
  readonly family: number;
  readonly type: number;
  readonly index: number;
  readonly flags: number;
  readonly attributes: Attributes;
}

export class Rtnl {
  private readonly tool: Tool;
  private readonly socket: NetlinkSocket;

  private constructor(tool: Tool, socket: NetlinkSocket) {
    this.tool = tool;
    this.socket = socket;
  }

  /** null, with the reason said, if there is no rtnetlink. */
  static async open(tool: Tool): Promise<Rtnl | null> {
    const socket = await NetlinkSocket.open(tool.process, NETLINK_ROUTE);
    if (typeof socket !== "number") return new Rtnl(tool, socket);
    await tool.err(`Cannot open netlink socket: ${strerror(socket)}\n`);
    return null;
  }

  /** A request that answers with an acknowledgement only. True if the kernel did it; else the error is said. */
  async talk(type: number, flags: number, payload: Uint8Array): Promise<boolean> {
    const answer = await this.socket.request(type, NLM_F_ACK | flags, payload);
    await this.complain(answer);
    return answer.error === 0;
  }

  /** As talk(), but an error is not said. */
  async talkQuietly(type: number, flags: number, payload: Uint8Array): Promise<boolean> {
    return (await this.socket.request(type, NLM_F_ACK | flags, payload)).error === 0;
  }

  /** A request that answers with one message; null after an error, which is said. */
  async get(type: number, payload: Uint8Array): Promise<NetlinkMessage | null> {
    const answer = await this.socket.request(type, 0, payload);
    await this.complain(answer);
    return answer.messages[0] ?? null;
  }

  /** As get(), but an error is not said. */
  async lookUp(type: number, payload: Uint8Array): Promise<NetlinkMessage | null> {
    const answer = await this.socket.request(type, 0, payload);
    return answer.messages[0] ?? null;
  }

  /** All messages of a dump; null after an error, which is said. */
  async dump(type: number, payload: Uint8Array): Promise<readonly NetlinkMessage[] | null> {
    const answer = await this.socket.request(type, NLM_F_DUMP, payload);
    await this.complain(answer);
    if (answer.error === 0) return answer.messages;
    await this.tool.err("Dump terminated\n");
    return null;
  }

  /** ll_name_to_index(): the index of a link, or 0. */
  async indexOf(name: string): Promise<number> {
    const message = await this.lookUp(RTM_GETLINK, linkRequest({ name, extMask: RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS }));
    return message === null ? 0 : (parseLink(message)?.index ?? 0);
  }

  /** ll_index_to_name() and ll_index_to_flags(): a link by its index, or null. */
  async linkAt(index: number): Promise<LinkMessage | null> {
    const message = await this.lookUp(RTM_GETLINK, linkRequest({ index, extMask: RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS }));
    return message === null ? null : parseLink(message);
  }

  private async complain(answer: Answer): Promise<void> {
    const line = extackLine(answer);
    if (line !== "") await this.tool.err(line);
    else if (answer.error < 0) await this.tool.err(`RTNETLINK answers: ${strerror(answer.error)}\n`);
  }
}

/** RTM_GETLINK of one link or, without name and index, of all. */
export function linkRequest(filter: {
  readonly name?: string;
  readonly index?: number;
  readonly family?: number;
  readonly extMask?: number;
}): Uint8Array {
  const header = ifinfomsg({ family: filter.family ?? 0, index: filter.index ?? 0, flags: 0, change: 0 });
  const writer = new AttributeWriter().header(header);
  if (filter.extMask !== undefined) writer.u32(IFLA_EXT_MASK, filter.extMask);
  if (filter.name !== undefined) writer.string(IFLA_IFNAME, filter.name);
  return writer.finish();
}

/** struct ifinfomsg */
export function ifinfomsg(fields: { family: number; index: number; flags: number; change: number }): Uint8Array {
  const bytes = new Uint8Array(IFINFOMSG_LEN);
  const view = viewOf(bytes);
  view.setUint8(0, fields.family);
  view.setInt32(4, fields.index, true);
  view.setUint32(8, fields.flags, true);
  view.setUint32(12, fields.change, true);
  return bytes;
}

/** null if the message is too short or broken. */
export function parseLink(message: NetlinkMessage): LinkMessage | null {
  const { payload } = message;
  if (payload.length < IFINFOMSG_LEN) return null;
  const attributes = Attributes.parse(payload, IFINFOMSG_LEN);
  if (attributes === null) return null;
  const view = viewOf(payload);
  return {
    family: view.getUint8(0),
    type: view.getUint16(2, true),
    index: view.getInt32(4, true),
    flags: view.getUint32(8, true),
    attributes,
  };
}

export function linkName(link: LinkMessage): string {
  return link.attributes.string(IFLA_IFNAME) ?? `if${link.index}`;
}

/** The kind of a virtual link, or undefined. */
export function linkKind(link: LinkMessage): string | undefined {
  return link.attributes.nested(IFLA_LINKINFO)?.string(IFLA_INFO_KIND);
}
