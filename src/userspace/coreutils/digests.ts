/** md5sum(1), sha1sum(1), sha224sum(1), sha256sum(1), sha384sum(1), sha512sum(1), b2sum(1): all options. The digests are those of @noble/hashes. */

import { blake2b } from "@noble/hashes/blake2.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { strerror } from "../../kernel/index.ts";
import type { Fd, Program } from "../../syscall/index.ts";
import { decode } from "../lib/index.ts";
import { closeOperand, openOperand, readOperand, readSome, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "bctwz",
  long: {
    ...{ binary: "b", check: "c", text: "t", warn: "w", zero: "z", tag: "tag", quiet: "quiet", status: "status" },
    ...{ "ignore-missing": "ignore-missing", strict: "strict" },
  },
};

/** A digest that is fed piece by piece. */
interface Digest {
  create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
}

function digestProgram(name: string, digest: Digest): Program {
  return utility(manual, async (util) => {
    const operands = util.operands.length === 0 ? ["-"] : util.operands;
    for (const operand of operands) {
      if (util.has("c")) await check(util, operand, digest, name);
      else await show(util, operand, digest, name);
    }
  });
}

async function hexOf(util: Utility, operand: string, digest: Digest): Promise<string | null> {
  const fd = await openOperand(util, operand);
  const found = fd < 0 ? fd : await digestOf(util, fd, digest);
  if (fd >= 0) await closeOperand(util, fd);
  if (typeof found !== "number") return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
  await util.fail(`${quoteIfNeeded(operand)}: ${strerror(found)}`);
  return null;
}

async function digestOf(util: Utility, fd: Fd, digest: Digest): Promise<Uint8Array | number> {
  const hash = digest.create();
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return hash.digest();
    hash.update(bytes);
  }
}

async function show(util: Utility, operand: string, digest: Digest, name: string): Promise<void> {
  const hex = await hexOf(util, operand, digest);
  if (hex === null) return;
  const end = util.has("z") ? "\0" : "\n";
  await util.out(
    (util.has("tag") ? `${name} (${operand}) = ${hex}` : `${hex} ${util.lastOf("b", "t") === "b" ? "*" : " "}${operand}`) + end,
  );
}

/** What became of the lines of a list. */
interface Tally {
  bad: number;
  unreadable: number;
  malformed: number;
  proper: number;
  matched: number;
}

async function check(util: Utility, list: string, digest: Digest, name: string): Promise<void> {
  const bytes = await readOperand(util, list);
  const shown = list === "-" ? quote("standard input") : quoteIfNeeded(list);
  if (typeof bytes === "number") return await util.fail(`${shown}: ${strerror(bytes)}`);
  const tally: Tally = { bad: 0, unreadable: 0, malformed: 0, proper: 0, matched: 0 };
  for (const [i, line] of splitLines(decode(bytes)).entries()) {
    const entry = entryOf(line, name);
    if (entry !== null) await checkOne(util, entry, digest, tally);
    else {
      tally.malformed++;
      if (util.has("w")) await util.say(`${shown}: ${i + 1}: improperly formatted ${name} checksum line`);
    }
  }
  if (tally.proper === 0) return await util.fail(`${shown}: no properly formatted checksum lines found`);
  await sumUp(util, shown, tally);
}

/** `DIGEST  NAME` or `MD5 (NAME) = DIGEST`. */
function entryOf(line: string, name: string): { readonly wanted: string; readonly file: string } | null {
  const tagged = /^\\?([A-Za-z0-9-]+) \((.*)\) = ([0-9a-fA-F]+)$/.exec(line);
  if (tagged !== null) return tagged[1] === name ? { wanted: tagged[3] ?? "", file: tagged[2] ?? "" } : null;
  const match = /^\\?([0-9a-fA-F]+) [ *](.+)$/.exec(line);
  return match === null ? null : { wanted: match[1] ?? "", file: match[2] ?? "" };
}

async function checkOne(util: Utility, { wanted, file }: { wanted: string; file: string }, digest: Digest, tally: Tally): Promise<void> {
  tally.proper++;
  if (util.has("ignore-missing") && typeof (await util.process.stat(file)) === "number") return;
  const hex = await hexOf(util, file, digest);
  const verdict = hex === null ? "FAILED open or read" : hex === wanted.toLowerCase() ? "OK" : "FAILED";
  if (verdict === "OK") tally.matched++;
  else if (hex === null) tally.unreadable++;
  else tally.bad++;
  if (!util.has("status") && !(verdict === "OK" && util.has("quiet"))) await util.out(`${file}: ${verdict}\n`);
}

async function sumUp(util: Utility, list: string, { bad, unreadable, malformed, matched }: Tally): Promise<void> {
  const lines = (count: number, one: string, many: string): string => `WARNING: ${count} ${count === 1 ? one : many}`;
  if (malformed > 0 && !util.has("status"))
    await util.say(lines(malformed, "line is improperly formatted", "lines are improperly formatted"));
  if (malformed > 0 && util.has("strict")) util.status = 1;
  if (unreadable > 0) await util.fail(lines(unreadable, "listed file could not be read", "listed files could not be read"));
  if (bad > 0 && util.has("status")) util.status = 1;
  else if (bad > 0) await util.fail(lines(bad, "computed checksum did NOT match", "computed checksums did NOT match"));
  if (util.has("ignore-missing") && matched === 0) await util.fail(`${list}: no file was verified`);
}

export const md5sum = digestProgram("MD5", md5);
export const sha1sum = digestProgram("SHA1", sha1);
export const sha256sum = digestProgram("SHA256", sha256);
export const sha512sum = digestProgram("SHA512", sha512);
export const sha224sum = digestProgram("SHA224", sha224);
export const sha384sum = digestProgram("SHA384", sha384);
export const b2sum = digestProgram("BLAKE2b", blake2b);
