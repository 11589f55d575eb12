/** A generic netlink client for tests: what a tool does on its socket, with the kernel's own functions as system calls. */
import type { Frame } from "../../src/kernel/index.ts";
import {
  Attributes,
  type AttributeWriter,
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_ATTR_MCAST_GROUPS,
  CTRL_ATTR_MCAST_GRP_ID,
  CTRL_CMD_GETFAMILY,
  encodeMessage,
  GENL_HDRLEN,
  GENL_ID_CTRL,
  MSG_DONTWAIT,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GENERIC,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  netlink_bind,
  netlink_create,
  type netlink_net,
  netlink_recvmsg,
  netlink_release,
  netlink_sendmsg,
  netlink_setsockopt,
  type netlink_sock,
  parseMessages,
  SOL_NETLINK,
  viewOf,
  AttributeWriter as Writer,
} from "../../src/netlink/index.ts";

export interface GenlMessage {
  readonly cmd: number;
  readonly attrs: Attributes;
}

export interface GenlAnswer {
  /** 0 or negative, from the acknowledgement or the end of a dump. */
  readonly errno: number;
  readonly text: string | null;
  readonly messages: readonly GenlMessage[];
}

export class GenlClient {
  private readonly sock: netlink_sock;
  private family = 0;
  private seq = 0;
  private group = 0;

  private constructor(sock: netlink_sock) {
    this.sock = sock;
  }

  /** Opens a socket in `net` and asks the controller for the family, as every tool does first. */
  static async open(current: Frame, net: netlink_net, family: string): Promise<GenlClient> {
    const sock = netlink_create(current, net, NETLINK_GENERIC);
    if (typeof sock === "number") throw new Error(`socket: ${sock}`);
    netlink_bind(current, sock, 0, 0);
    netlink_setsockopt(current, sock, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    const client = new GenlClient(sock);
    const { messages } = await client.send(current, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK, (w) =>
      w.string(CTRL_ATTR_FAMILY_NAME, family),
    );
    const info = messages[0]?.attrs;
    client.family = info?.u16(CTRL_ATTR_FAMILY_ID) ?? 0;
    const groups = [...(info?.nested(CTRL_ATTR_MCAST_GROUPS) ?? [])];
    client.group = groups[0] === undefined ? 0 : (Attributes.parse(groups[0].value)?.u32(CTRL_ATTR_MCAST_GRP_ID) ?? 0);
    return client;
  }

  request(current: Frame, cmd: number, fill: (w: AttributeWriter) => void = () => {}): Promise<GenlAnswer> {
    return this.send(current, this.family, cmd, NLM_F_ACK, fill);
  }

  dump(current: Frame, cmd: number, fill: (w: AttributeWriter) => void = () => {}): Promise<GenlAnswer> {
    return this.send(current, this.family, cmd, NLM_F_DUMP, fill);
  }

  /** Joins the family's first multicast group. */
  listen(current: Frame): void {
    netlink_setsockopt(current, this.sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, this.group);
  }

  /** The notifications that have come since. */
  async heard(current: Frame): Promise<GenlMessage[]> {
    const messages: GenlMessage[] = [];
    for (;;) {
      const bytes = await netlink_recvmsg(current, this.sock, MSG_DONTWAIT);
      if (typeof bytes === "number") return messages;
      for (const message of parseMessages(bytes) ?? []) messages.push(parse(message.payload));
    }
  }

  close(current: Frame): Promise<void> {
    return netlink_release(current, this.sock);
  }

  private async send(current: Frame, type: number, cmd: number, flags: number, fill: (w: AttributeWriter) => void): Promise<GenlAnswer> {
    const writer = new Writer().header(Uint8Array.of(cmd, 1, 0, 0));
    fill(writer);
    const payload = writer.finish();
    await netlink_sendmsg(current, this.sock, encodeMessage({ type, flags: NLM_F_REQUEST | flags, seq: ++this.seq, portid: 0, payload }));
    const messages: GenlMessage[] = [];
    for (;;) {
      const bytes = await netlink_recvmsg(current, this.sock, 0);
      if (typeof bytes === "number") return { errno: bytes, text: null, messages };
      for (const message of parseMessages(bytes) ?? []) {
        // What comes behind the end of an answer in parts is the last request's acknowledgement.
        if (message.seq !== this.seq) continue;
        if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) {
          messages.push(parse(message.payload));
          continue;
        }
        return { ...endOf(message, payload.length), messages };
      }
    }
  }
}

/** What an acknowledgement, an error or the end of an answer says. The end of an answer in parts says no errno. */
function endOf({ type, flags, payload }: NetlinkMessage, requestLength: number): { errno: number; text: string | null } {
  const errno = payload.length < 4 ? 0 : viewOf(payload).getInt32(0, true);
  // An error carries the whole request in front of the attributes, an acknowledgement its header alone.
  const request = type === NLMSG_DONE ? 0 : 16 + (errno === 0 ? 0 : requestLength);
  const words = (flags & NLM_F_ACK_TLVS) === 0 ? null : Attributes.parse(payload, 4 + request);
  return { errno, text: words?.string(NLMSGERR_ATTR_MSG) ?? null };
}

function parse(payload: Uint8Array): GenlMessage {
  const attrs = Attributes.parse(payload, GENL_HDRLEN);
  if (attrs === null) throw new Error("malformed generic netlink message");
  return { cmd: payload[0] ?? 0, attrs };
}
