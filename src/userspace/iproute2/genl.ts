/** A generic netlink family as a client sees it: found by name at the controller, then addressed by its number. */
import { ENOENT } from "../../kernel/index.ts";
import {
  Attributes,
  AttributeWriter,
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_ATTR_MCAST_GROUPS,
  CTRL_ATTR_MCAST_GRP_ID,
  CTRL_ATTR_MCAST_GRP_NAME,
  CTRL_CMD_GETFAMILY,
  GENL_HDRLEN,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  type NetlinkMessage,
  NLM_F_ACK,
} from "../../netlink/index.ts";
import type { Process } from "../../syscall/index.ts";
import { type Answer, NetlinkSocket } from "./netlink.ts";

/** The controller's own version of its messages. */
const CTRL_VERSION = 1;

/** A message of a family: its command and attributes. */
export interface GenlMessage {
  readonly cmd: number;
  readonly attributes: Attributes;
}

export class GenlFamily {
  readonly socket: NetlinkSocket;
  private readonly id: number;
  private readonly version: number;
  private readonly groups: ReadonlyMap<string, number>;

  private constructor(socket: NetlinkSocket, id: number, version: number, groups: ReadonlyMap<string, number>) {
    this.socket = socket;
    this.id = id;
    this.version = version;
    this.groups = groups;
  }

  /** Opens a socket and asks the controller for the family. Or a negative errno. */
  static async open(process: Process, name: string, version: number): Promise<GenlFamily | number> {
    const socket = await NetlinkSocket.open(process, NETLINK_GENERIC);
    if (typeof socket === "number") return socket;
    const query = genlRequest(CTRL_CMD_GETFAMILY, CTRL_VERSION, (w) =>
      w.u16(CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL).string(CTRL_ATTR_FAMILY_NAME, name),
    );
    const answer = await socket.request(GENL_ID_CTRL, NLM_F_ACK, query);
    const family = answer.error < 0 ? null : answer.messages.map(parseGenl).find((message) => message !== null);
    const id = family?.attributes.u16(CTRL_ATTR_FAMILY_ID);
    if (family === null || family === undefined || id === undefined) {
      await socket.close();
      return answer.error < 0 ? answer.error : -ENOENT;
    }
    return new GenlFamily(socket, id, version, groupsOf(family.attributes));
  }

  /** Sends a command; `flags` as of NetlinkSocket.request(). */
  request(cmd: number, flags: number, fill: (writer: AttributeWriter) => void): Promise<Answer> {
    return this.socket.request(this.id, flags, genlRequest(cmd, this.version, fill));
  }

  /** A command to be sent by somebody else, such as a child; its answer is read with socket.answer(). */
  prepare(cmd: number, flags: number, fill: (writer: AttributeWriter) => void): { readonly bytes: Uint8Array; readonly seq: number } {
    return this.socket.prepare(this.id, flags, genlRequest(cmd, this.version, fill));
  }

  /** 0 or a negative errno. */
  async joinGroup(name: string): Promise<number> {
    const group = this.groups.get(name);
    return group === undefined ? -ENOENT : await this.socket.joinGroup(group);
  }
}

/** struct genlmsghdr and attributes. */
function genlRequest(cmd: number, version: number, fill: (writer: AttributeWriter) => void): Uint8Array {
  const writer = new AttributeWriter().header(Uint8Array.of(cmd, version, 0, 0));
  fill(writer);
  return writer.finish();
}

/** null if the message is broken. */
export function parseGenl(message: NetlinkMessage): GenlMessage | null {
  const attributes = message.payload.length < GENL_HDRLEN ? null : Attributes.parse(message.payload, GENL_HDRLEN);
  return attributes === null ? null : { cmd: message.payload[0] ?? 0, attributes };
}

function groupsOf(family: Attributes): Map<string, number> {
  const groups = new Map<string, number>();
  for (const { value } of family.nested(CTRL_ATTR_MCAST_GROUPS) ?? []) {
    const group = Attributes.parse(value);
    const name = group?.string(CTRL_ATTR_MCAST_GRP_NAME);
    const id = group?.u32(CTRL_ATTR_MCAST_GRP_ID);
    if (name !== undefined && id !== undefined) groups.set(name, id);
  }
  return groups;
}
