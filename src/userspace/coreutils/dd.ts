/**
 * dd(1): if of bs ibs obs cbs(refused) count skip seek conv iflag oflag status. conv: notrunc sync noerror ucase lcase swab excl nocreat
 * fsync fdatasync; flags: fullblock append and those that change nothing here. The speed that it tells is that of virtual time.
 */
import { EINTR, strerror } from "../../kernel/index.ts";
import { type Fd, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { complain, joinBytes, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const UNITS = { c: 1, w: 2, b: 512 };
const CONVERSIONS = ["notrunc", "sync", "noerror", "ucase", "lcase", "swab", "excl", "nocreat", "fsync", "fdatasync", "sparse"];
const FLAGS = ["append", "fullblock", "direct", "dsync", "sync", "nonblock", "noatime", "nocache", "noctty", "nofollow", "directory"];
const COUNT_FLAGS = ["count_bytes", "skip_bytes", "seek_bytes"];
const SIZES = ["bs", "ibs", "obs", "count", "skip", "seek"];

interface Request {
  readonly words: ReadonlyMap<string, string>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly conv: ReadonlySet<string>;
  readonly iflag: ReadonlySet<string>;
  readonly oflag: ReadonlySet<string>;
}

interface Counts {
  fullIn: number;
  partIn: number;
  fullOut: number;
  partOut: number;
  bytes: number;
}

export const dd = utility({ usage: "[OPERAND]...", short: "", stopAtOperand: true }, async (util) => {
  const request = await parse(util);
  const { process } = util;
  const start = process.clockMonotonic();
  const from = await openInput(util, request);
  const to = await openOutput(util, request);
  const counts: Counts = { fullIn: 0, partIn: 0, fullOut: 0, partOut: 0, bytes: 0 };
  await copy(util, request, from, to, counts);
  await report(util, request, counts, (process.clockMonotonic() - start) / 1e9);
});

async function parse(util: Utility): Promise<Request> {
  const words = new Map<string, string>();
  const sizes = new Map<string, number>();
  const lists = new Map<string, Set<string>>(["conv", "iflag", "oflag"].map((name) => [name, new Set<string>()]));
  const known: Readonly<Record<string, readonly string[]>> = {
    conv: CONVERSIONS,
    iflag: [...FLAGS, ...COUNT_FLAGS],
    oflag: [...FLAGS, ...COUNT_FLAGS],
  };
  const titles: Readonly<Record<string, string>> = { conv: "conversion", iflag: "input flag", oflag: "output flag" };
  for (const word of util.operands) {
    const [, name = "", value = ""] = /^([a-z]+)=(.*)$/s.exec(word) ?? [];
    if (SIZES.includes(name)) sizes.set(name, await sizeOf(util, name, value));
    else if (name === "if" || name === "of") words.set(name, value);
    else if (name === "status") {
      if (!["none", "noxfer", "progress"].includes(value)) await util.misused(`invalid status level: ${quote(value)}`);
      words.set(name, value);
    } else if (lists.has(name)) {
      for (const item of value.split(",")) {
        if (known[name]?.includes(item) !== true) await util.misused(`invalid ${titles[name]}: ${quote(item)}`);
        lists.get(name)?.add(item);
      }
    } else if (["cbs", "files"].includes(name)) await util.notModelled(`operand ${quote(word)}`);
    else await util.misused(`unrecognized operand ${quote(word)}`);
  }
  const list = (name: string): ReadonlySet<string> => lists.get(name) ?? new Set();
  return { words, sizes, conv: list("conv"), iflag: list("iflag"), oflag: list("oflag") };
}

/** A number with a unit, or several with an x between them. */
async function sizeOf(util: Utility, name: string, text: string): Promise<number> {
  let product = 1;
  for (const factor of text.replace(/B$/, "").split("x")) {
    const size = parseSize(factor, UNITS);
    if (size === null) return await util.die(`invalid number: ${quote(text)}`);
    product *= size;
  }
  if (product === 0 && name.endsWith("bs")) return await util.die(`invalid number: ${quote(text)}`);
  return product;
}

async function openInput(util: Utility, { words }: Request): Promise<Fd> {
  const path = words.get("if");
  if (path === undefined) return STDIN;
  const fd = await util.process.open(path, O_RDONLY);
  return fd < 0 ? await util.die(`failed to open ${quote(path)}: ${strerror(fd)}`) : fd;
}

async function openOutput(util: Utility, { words, sizes, conv, oflag }: Request): Promise<Fd> {
  const { process } = util;
  const path = words.get("of");
  const seek = (sizes.get("seek") ?? 0) * (oflag.has("seek_bytes") ? 1 : blockSizes(sizes).out);
  const cuts = !conv.has("notrunc");
  let fd: Fd = STDOUT;
  if (path !== undefined) {
    const create = (conv.has("nocreat") ? 0 : O_CREAT) | (conv.has("excl") ? O_EXCL : 0);
    fd = await process.open(path, O_WRONLY | create | (cuts && seek === 0 ? O_TRUNC : 0) | (oflag.has("append") ? O_APPEND : 0), 0o666);
    if (fd < 0) return await util.die(`failed to open ${quote(path)}: ${strerror(fd)}`);
    if (cuts && seek > 0) await process.ftruncate(fd, seek);
  }
  if (seek === 0) return fd;
  const position = await process.lseek(fd, seek, 1);
  return position < 0 ? await util.die(`${quote(path ?? "standard output")}: cannot seek: ${strerror(position)}`) : fd;
}

function blockSizes(sizes: ReadonlyMap<string, number>): { readonly in: number; readonly out: number } {
  const both = sizes.get("bs");
  return { in: both ?? sizes.get("ibs") ?? 512, out: both ?? sizes.get("obs") ?? 512 };
}

async function copy(util: Utility, request: Request, from: Fd, to: Fd, counts: Counts): Promise<void> {
  const { sizes, conv, iflag } = request;
  const size = blockSizes(sizes);
  await skipInput(util, request, from, size.in);
  // Blocks are written as they are read where both have one size, else gathered.
  const direct = sizes.has("bs") && !["swab", "ucase", "lcase"].some((name) => conv.has(name));
  let gathered: Uint8Array = new Uint8Array(0);
  const inBytes = iflag.has("count_bytes");
  let left = sizes.get("count") ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const block = await readBlock(util, from, inBytes ? Math.min(size.in, left) : size.in, iflag.has("fullblock"));
    if (typeof block === "number") {
      await util.fail(`error reading ${quote(request.words.get("if") ?? "standard input")}: ${strerror(block)}`);
      break;
    }
    if (block.length === 0) break;
    left -= inBytes ? block.length : 1;
    if (block.length === size.in) counts.fullIn++;
    else counts.partIn++;
    const converted = convert(block, conv, size.in);
    if (direct) await put(util, request, to, converted, size.out, counts);
    else {
      gathered = joinBytes([gathered, converted]);
      while (gathered.length >= size.out) {
        await put(util, request, to, gathered.subarray(0, size.out), size.out, counts);
        gathered = gathered.subarray(size.out);
      }
    }
  }
  if (gathered.length > 0) await put(util, request, to, gathered, size.out, counts);
}

async function skipInput(util: Utility, { sizes, iflag }: Request, from: Fd, block: number): Promise<void> {
  const bytes = (sizes.get("skip") ?? 0) * (iflag.has("skip_bytes") ? 1 : block);
  if (bytes === 0) return;
  if ((await util.process.lseek(from, bytes, 1)) >= 0) return;
  for (let left = bytes; left > 0; ) {
    const piece = await readBlock(util, from, Math.min(left, block), false);
    if (typeof piece === "number" || piece.length === 0) return;
    left -= piece.length;
  }
}

async function readBlock(util: Utility, fd: Fd, size: number, full: boolean): Promise<Uint8Array | number> {
  const pieces: Uint8Array[] = [];
  let have = 0;
  while (have < size) {
    const piece = await util.process.read(fd, size - have);
    if (piece === -EINTR) continue;
    if (typeof piece === "number") return piece;
    pieces.push(piece);
    have += piece.length;
    if (!full || piece.length === 0) break;
  }
  return joinBytes(pieces);
}

function convert(block: Uint8Array, conv: ReadonlySet<string>, size: number): Uint8Array {
  let bytes = block;
  if (conv.has("sync") && block.length < size) {
    bytes = new Uint8Array(size);
    bytes.set(block);
  }
  if (conv.has("swab")) {
    bytes = bytes.slice();
    for (let i = 0; i + 1 < bytes.length; i += 2) [bytes[i], bytes[i + 1]] = [bytes[i + 1] ?? 0, bytes[i] ?? 0];
  }
  const isLetter = (byte: number, first: number): boolean => byte >= first && byte < first + 26;
  if (conv.has("ucase")) bytes = bytes.map((byte) => (isLetter(byte, 97) ? byte - 32 : byte));
  if (conv.has("lcase")) bytes = bytes.map((byte) => (isLetter(byte, 65) ? byte + 32 : byte));
  return bytes;
}

async function put(util: Utility, request: Request, to: Fd, bytes: Uint8Array, size: number, counts: Counts): Promise<void> {
  const error = await writeAll(util.process, to, bytes);
  if (error < 0) {
    await util.say(`error writing ${quote(request.words.get("of") ?? "standard output")}: ${strerror(error)}`);
    await report(util, request, counts, 0);
    await util.end(1);
  }
  if (bytes.length === size) counts.fullOut++;
  else counts.partOut++;
  counts.bytes += bytes.length;
}

async function report(util: Utility, { words }: Request, counts: Counts, seconds: number): Promise<void> {
  const status = words.get("status");
  if (status === "none") return;
  await util.flush();
  await complain(util.process, `${counts.fullIn}+${counts.partIn} records in\n${counts.fullOut}+${counts.partOut} records out\n`);
  if (status === "noxfer") return;
  const { bytes } = counts;
  const units = [bytes >= 1000 ? decimal(bytes, 1000) : null, bytes >= 1024 ? decimal(bytes, 1024) : null].filter((text) => text !== null);
  const shown = `${bytes} byte${bytes === 1 ? "" : "s"}${units.length > 0 ? ` (${units.join(", ")})` : ""} copied`;
  const rate = seconds > 0 ? `${decimal(bytes / seconds, 1000)}/s` : "Infinity B/s";
  await complain(util.process, `${shown}, ${Number(seconds.toPrecision(6))} s, ${rate}\n`);
}

/** "1.5 kB", "2.0 KiB" */
function decimal(bytes: number, base: 1000 | 1024): string {
  const units = base === 1000 ? ["B", "kB", "MB", "GB", "TB"] : ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
