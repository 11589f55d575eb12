/**
 * Netlink messages as bytes (include/uapi/linux/netlink.h), on two levels: a checked view of bytes (`parseMessages`,
 * `Attributes`) and a builder (`encodeMessage`, `AttributeWriter`). Host byte order is little endian, as on x86-64.
 */
const NLMSG_HDRLEN = 16;
const NLA_HDRLEN = 4;
const NLA_F_NESTED = 1 << 15;
const NLA_TYPE_MASK = 0x3fff;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_MIN_TYPE = 0x10;

export const NLM_F_REQUEST = 0x01;
export const NLM_F_MULTI = 0x02;
export const NLM_F_ACK = 0x04;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_ROOT = 0x100;
export const NLM_F_MATCH = 0x200;
export const NLM_F_DUMP = NLM_F_ROOT | NLM_F_MATCH;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
export const NLM_F_CAPPED = 0x100;
export const NLM_F_ACK_TLVS = 0x200;

export const NETLINK_ROUTE = 0;
export const NETLINK_GENERIC = 16;
export const NETLINK_RDMA = 20;

/** Attributes of an extended acknowledgement. */
export const NLMSGERR_ATTR_MSG = 1;
export const NLMSGERR_ATTR_OFFS = 2;

/** One message: struct nlmsghdr and what follows it. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly portid: number;
  readonly payload: Uint8Array;
}

const text = new TextEncoder();
const utf8 = new TextDecoder();

export function align4(length: number): number {
  return (length + 3) & ~3;
}

/** Splits a datagram into its messages; null if a length in it is impossible. */
export function parseMessages(bytes: Uint8Array): NetlinkMessage[] | null {
  const view = viewOf(bytes);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + NLMSG_HDRLEN <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < NLMSG_HDRLEN || at + length > bytes.length) return null;
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      seq: view.getUint32(at + 8, true),
      portid: view.getUint32(at + 12, true),
      payload: bytes.subarray(at + NLMSG_HDRLEN, at + length),
    });
    at += align4(length);
  }
  return messages;
}

export function encodeMessage(message: NetlinkMessage): Uint8Array {
  const length = NLMSG_HDRLEN + message.payload.length;
  const bytes = new Uint8Array(align4(length));
  const view = viewOf(bytes);
  view.setUint32(0, length, true);
  view.setUint16(4, message.type, true);
  view.setUint16(6, message.flags, true);
  view.setUint32(8, message.seq, true);
  view.setUint32(12, message.portid, true);
  bytes.set(message.payload, NLMSG_HDRLEN);
  return bytes;
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const FIRST_BYTES = 256;
const ASCII_MAX = 0x7f;

/** Writes attributes (struct nlattr) one after the other, into one buffer. */
export class AttributeWriter {
  private buffer = new Uint8Array(FIRST_BYTES);
  private end = 0;

  /** Bytes of a fixed header in front of the attributes (struct genlmsghdr, struct ifinfomsg). */
  header(bytes: Uint8Array): this {
    const at = this.reserve(align4(bytes.length));
    this.buffer.set(bytes, at);
    return this;
  }

  bytes(type: number, value: Uint8Array): this {
    const at = this.attribute(type, value.length);
    this.buffer.set(value, at);
    return this;
  }

  u8(type: number, value: number): this {
    const at = this.attribute(type, 1);
    this.buffer[at] = value;
    return this;
  }

  u16(type: number, value: number): this {
    const at = this.attribute(type, 2);
    this.put16(at, value);
    return this;
  }

  u32(type: number, value: number): this {
    const at = this.attribute(type, 4);
    this.put16(at, value);
    this.put16(at + 2, value >>> 16);
    return this;
  }

  s32(type: number, value: number): this {
    return this.u32(type, value);
  }

  u64(type: number, value: bigint): this {
    const at = this.attribute(type, 8);
    viewOf(this.buffer).setBigUint64(at, BigInt.asUintN(64, value), true);
    return this;
  }

  /** NUL-terminated. */
  string(type: number, value: string): this {
    const before = this.end;
    const at = this.attribute(type, value.length + 1);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > ASCII_MAX) return this.encoded(before, type, value);
      this.buffer[at + i] = code;
    }
    return this;
  }

  /** A string that is not ASCII, in the place of what was begun at `at`. */
  private encoded(at: number, type: number, value: string): this {
    this.buffer.fill(0, at, this.end);
    this.end = at;
    const bytes = text.encode(value);
    this.buffer.set(bytes, this.attribute(type, bytes.length + 1));
    return this;
  }

  flag(type: number): this {
    this.attribute(type, 0);
    return this;
  }

  /** A nested attribute; `nested` says whether NLA_F_NESTED is set, which older families leave out. */
  nest(type: number, fill: (inner: AttributeWriter) => void, nested = false): this {
    const start = this.attribute(nested ? type | NLA_F_NESTED : type, 0) - NLA_HDRLEN;
    fill(this);
    this.put16(start, this.end - start);
    return this;
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.end);
  }

  /** The head of an attribute with room for its value. @returns where the value goes */
  private attribute(type: number, length: number): number {
    const at = this.reserve(align4(NLA_HDRLEN + length));
    this.put16(at, NLA_HDRLEN + length);
    this.put16(at + 2, type);
    return at + NLA_HDRLEN;
  }

  /** The lower 16 bits, in the byte order of x86. */
  private put16(at: number, value: number): void {
    this.buffer[at] = value;
    this.buffer[at + 1] = value >>> 8;
  }

  /** Makes room, filled with zeros, at the end. @returns where it begins */
  private reserve(length: number): number {
    const at = this.end;
    this.end += length;
    if (this.end > this.buffer.length) {
      const wider = new Uint8Array(Math.max(this.buffer.length * 2, this.end));
      wider.set(this.buffer);
      this.buffer = wider;
    }
    return at;
  }
}

/** Where the attribute with this value, a part of the message's own bytes, begins in the message: its header is counted. */
export function attributeOffset(message: NetlinkMessage, value: Uint8Array): number {
  return NLMSG_HDRLEN + (value.byteOffset - message.payload.byteOffset) - NLA_HDRLEN;
}

/** One attribute: its type without flags, and its value. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A checked view of a run of attributes. A getter returns undefined if the attribute is absent or too short. */
export class Attributes implements Iterable<Attribute> {
  private readonly list: readonly Attribute[];

  private constructor(list: readonly Attribute[]) {
    this.list = list;
  }

  /** Parses `bytes` from `offset` on (behind a fixed header); null if a length is impossible. */
  static parse(bytes: Uint8Array, offset = 0): Attributes | null {
    const view = viewOf(bytes);
    const list: Attribute[] = [];
    for (let at = align4(offset); at + NLA_HDRLEN <= bytes.length; ) {
      const length = view.getUint16(at, true);
      if (length < NLA_HDRLEN || at + length > bytes.length) return null;
      list.push({ type: view.getUint16(at + 2, true) & NLA_TYPE_MASK, value: bytes.subarray(at + NLA_HDRLEN, at + length) });
      at += align4(length);
    }
    return new Attributes(list);
  }

  [Symbol.iterator](): Iterator<Attribute> {
    return this.list[Symbol.iterator]();
  }

  has(type: number): boolean {
    return this.list.some((a) => a.type === type);
  }

  bytes(type: number): Uint8Array | undefined {
    return this.list.findLast((a) => a.type === type)?.value;
  }

  all(type: number): Uint8Array[] {
    return this.list.filter((a) => a.type === type).map((a) => a.value);
  }

  u8(type: number): number | undefined {
    return this.bytes(type)?.[0];
  }

  u16(type: number): number | undefined {
    const value = this.bytes(type);
    return value === undefined || value.length < 2 ? undefined : viewOf(value).getUint16(0, true);
  }

  u32(type: number): number | undefined {
    const value = this.bytes(type);
    return value === undefined || value.length < 4 ? undefined : viewOf(value).getUint32(0, true);
  }

  s32(type: number): number | undefined {
    const value = this.u32(type);
    return value === undefined ? undefined : value | 0;
  }

  u64(type: number): bigint | undefined {
    const value = this.bytes(type);
    return value === undefined || value.length < 8 ? undefined : viewOf(value).getBigUint64(0, true);
  }

  /** Up to the first NUL. */
  string(type: number): string | undefined {
    const value = this.bytes(type);
    if (value === undefined) return undefined;
    const end = value.indexOf(0);
    return utf8.decode(end < 0 ? value : value.subarray(0, end));
  }

  nested(type: number): Attributes | undefined {
    const value = this.bytes(type);
    return value === undefined ? undefined : (Attributes.parse(value) ?? undefined);
  }
}
