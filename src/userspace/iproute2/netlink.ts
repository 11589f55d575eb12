/**
 * The client's end of a netlink socket: sends one request and gathers its answers up to the acknowledgement, the end of the
 * dump or the error, with the kernel's extended acknowledgement.
 */
import { EINTR, EPROTO } from "../../kernel/index.ts";
import {
  AF_NETLINK,
  Attributes,
  encodeMessage,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_ROUTE,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
  parseMessages,
  SOL_NETLINK,
  viewOf,
} from "../../netlink/index.ts";
import type { Fd, Process } from "../../syscall/index.ts";
import { SOCK_CLOEXEC, SOCK_RAW } from "../lib/index.ts";

/** sizeof(struct nlmsghdr), which an acknowledgement repeats behind its error number. */
const NLMSG_HDRLEN = 16;

/** What came of a request. */
export interface Answer {
  /** 0 or a negative errno. */
  readonly error: number;
  /** The kernel's own words: an error's reason, or a warning. */
  readonly extack: string | null;
  /** Where in the request the attribute at fault lies, if the kernel said so. */
  readonly offset?: number | undefined;
  readonly messages: readonly NetlinkMessage[];
}

export class NetlinkSocket {
  private readonly process: Process;
  readonly fd: Fd;
  private seq = 0;

  private constructor(process: Process, fd: Fd) {
    this.process = process;
    this.fd = fd;
  }

  /** A bound socket, or a negative errno. The options are requests: an old kernel has not got all. */
  static async open(process: Process, protocol: number): Promise<NetlinkSocket | number> {
    const fd = await process.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0) return fd;
    await process.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    await process.setsockopt(fd, SOL_NETLINK, protocol === NETLINK_ROUTE ? NETLINK_GET_STRICT_CHK : NETLINK_CAP_ACK, 1);
    const error = await process.bindNetlink(fd, 0, 0);
    if (error < 0) {
      await process.close(fd);
      return error;
    }
    return new NetlinkSocket(process, fd);
  }

  close(): Promise<number> {
    return this.process.close(this.fd);
  }

  /** 0 or a negative errno. */
  joinGroup(group: number): Promise<number> {
    return this.process.setsockopt(this.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  }

  /**
   * Sends a request and receives: with NLM_F_ACK until acknowledged, with NLM_F_DUMP until its end, else one message.
   * NLM_F_REQUEST is added. NLM_F_MULTI says, to this function alone, that the answer has an end of its own.
   */
  async request(type: number, flags: number, payload: Uint8Array): Promise<Answer> {
    const { bytes, seq } = this.prepare(type, flags & ~NLM_F_MULTI, payload);
    const sent = await this.process.send(this.fd, bytes);
    if (sent < 0) return { error: sent, extack: null, messages: [] };
    return await this.answer(seq, (flags & (NLM_F_ACK | NLM_F_DUMP | NLM_F_MULTI)) === 0);
  }

  /** A request that somebody else sends, and the number by which answer() finds what it is answered with. */
  prepare(type: number, flags: number, payload: Uint8Array): { readonly bytes: Uint8Array; readonly seq: number } {
    const seq = ++this.seq;
    return { bytes: encodeMessage({ type, flags: NLM_F_REQUEST | flags, seq, portid: 0, payload }), seq };
  }

  /** What comes back for a request, up to its end; or one message of it if that is all there will be. */
  async answer(seq: number, single = false): Promise<Answer> {
    const messages: NetlinkMessage[] = [];
    for (;;) {
      const datagram = await this.receive();
      if (typeof datagram === "number") return { error: datagram, extack: null, messages };
      for (const message of datagram) {
        if (message.seq !== seq) continue;
        const end = endOf(message);
        if (end !== null) return { ...end, messages };
        messages.push(message);
        if (single) return { error: 0, extack: null, messages };
      }
    }
  }

  /** The messages of the next datagram, or a negative errno. */
  async receive(): Promise<readonly NetlinkMessage[] | number> {
    const bytes = await this.process.recv(this.fd, 0);
    if (typeof bytes === "number") return bytes === 0 ? -EINTR : bytes;
    return parseMessages(bytes) ?? -EPROTO;
  }
}

/** The outcome that a message states, if it ends the exchange: an error, an acknowledgement, the end of a dump. */
function endOf(message: NetlinkMessage): { error: number; extack: string | null; offset?: number | undefined } | null {
  const { type, flags, payload } = message;
  if (type !== NLMSG_ERROR && type !== NLMSG_DONE) return null;
  const view = viewOf(payload);
  const error = payload.length >= 4 ? view.getInt32(0, true) : 0;
  if ((flags & NLM_F_ACK_TLVS) === 0) return { error, extack: null };
  let tlvs = 4;
  if (type === NLMSG_ERROR) tlvs += (flags & NLM_F_CAPPED) !== 0 ? NLMSG_HDRLEN : view.getUint32(4, true);
  const words = Attributes.parse(payload, tlvs);
  return { error, extack: words?.string(NLMSGERR_ATTR_MSG) ?? null, offset: words?.u32(NLMSGERR_ATTR_OFFS) };
}

/** How every program of the suite prints the kernel's own words. */
export function extackLine(answer: Answer): string {
  const text = answer.extack ?? "";
  if (text === "") return "";
  return `${answer.error < 0 ? "Error" : "Warning"}: ${text}${text.endsWith(".") ? "" : "."}\n`;
}
