/**
 * The format of tar archives as GNU tar writes it: blocks of 512 bytes, names of more than 100 bytes in a block of their own before the
 * header. Read are the headers of POSIX (ustar, pax) too. Left out: sparse files, devices, sizes from 8 GiB on.
 */
import { byteString, decode, encode, fromByteString, joinBytes } from "../../lib/index.ts";

export const BLOCK = 512;
/** An archive is filled up to a multiple of this: 20 blocks. */
export const RECORD = 20 * BLOCK;

const NAME_BYTES = 100;
const LONG_NAME = "././@LongLink";

/** What a member is. */
export type MemberKind = "file" | "folder" | "symbolic link" | "hard link" | "pipe";

export interface Member {
  readonly name: string;
  readonly kind: MemberKind;
  readonly mode: number;
  /** Bytes of content; 0 for what has none. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Where a link leads. */
  readonly target: string;
}

const TYPE_FLAGS: Readonly<Record<MemberKind, string>> = {
  ...{ file: "0", "hard link": "1", "symbolic link": "2", folder: "5", pipe: "6" },
};

/** The header of a member, with what has to stand before it for the sake of long names. */
export function headerOf(member: Member): Uint8Array {
  return joinBytes([...longName(member.target, "K"), ...longName(member.name, "L"), header(member.name, TYPE_FLAGS[member.kind], member)]);
}

function longName(name: string, flag: string): Uint8Array[] {
  const bytes = encode(`${name}\0`);
  if (bytes.length <= NAME_BYTES + 1 && byteString(encode(name)).length <= NAME_BYTES) return [];
  const own = { mode: 0o644, size: bytes.length, mtime: 0, target: "" };
  return [header(LONG_NAME, flag, own), filledUp(bytes, BLOCK)];
}

/** Bytes and as many zeros as are missing to whole blocks. */
export function filledUp(bytes: Uint8Array, block: number): Uint8Array {
  const filled = new Uint8Array(Math.ceil(bytes.length / block) * block);
  filled.set(bytes);
  return filled;
}

function header(name: string, flag: string, { mode, size, mtime, target }: Pick<Member, "mode" | "size" | "mtime" | "target">): Uint8Array {
  const octal = (value: number, digits: number): string => Math.max(0, Math.floor(value)).toString(8).padStart(digits, "0").slice(-digits);
  const field = (text: string, width: number): string => byteString(encode(text)).slice(0, width).padEnd(width, "\0");
  const before = `${field(name, NAME_BYTES)}${octal(mode, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(mtime, 11)}\0`;
  const after = `${flag}${field(target, NAME_BYTES)}ustar  \0${field("root", 32)}${field("root", 32)}`.padEnd(BLOCK - 156, "\0");
  const sum = Array.from(`${before}        ${after}`).reduce((total, char) => total + char.charCodeAt(0), 0);
  return fromByteString(`${before}${octal(sum, 6)}\0 ${after}`);
}

/** A header as it is read: a member, the end, or what is no header. */
export type Header = Member | "end" | "broken" | { readonly extra: string; readonly size: number };

export function parseHeader(block: Uint8Array): Header {
  if (block.every((byte) => byte === 0)) return "end";
  const text = byteString(block);
  const part = (from: number, length: number): string => decode(block.subarray(from, from + length)).split("\0")[0] ?? "";
  const number = (from: number, length: number): number =>
    Number.parseInt(text.slice(from, from + length).replace(/[^0-7]/g, "") || "0", 8);
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  if (number(148, 8) !== sum) return "broken";
  const flag = text.charAt(156);
  const size = number(124, 12);
  if ("LKxg".includes(flag)) return { extra: flag, size };
  const prefix = text.slice(257, 263) === "ustar\0" ? part(345, 155) : "";
  const name = (prefix === "" ? "" : `${prefix}/`) + part(0, NAME_BYTES);
  const kinds = Object.entries(TYPE_FLAGS) as [MemberKind, string][];
  const kind = kinds.find(([, known]) => known === flag)?.[0] ?? (name.endsWith("/") ? "folder" : "file");
  return {
    name,
    kind,
    mode: number(100, 8) & 0o7777,
    size: kind === "file" ? size : 0,
    mtime: number(136, 12),
    target: part(157, NAME_BYTES),
  };
}

/** What pax headers say of the next member: `path`, `linkpath`, `size`, `mtime`. */
export function parsePax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const length = Number(/^(\d+) /.exec(byteString(bytes.subarray(at, at + 20)))?.[1] ?? 0);
    if (length === 0) break;
    const [, name = "", value = ""] = /^\d+ ([^=]*)=(.*)\n$/s.exec(decode(bytes.subarray(at, at + length))) ?? [];
    found.set(name, value);
    at += length;
  }
  return found;
}
