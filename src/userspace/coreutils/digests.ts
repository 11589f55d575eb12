/** md5sum(1), sha1sum(1), sha224sum(1), sha256sum(1), sha384sum(1), sha512sum(1), b2sum(1): -c, --quiet, --status, --tag. The digests are those of @noble/hashes. */

import { blake2b } from "@noble/hashes/blake2.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { strerror } from "../../kernel/index.ts";
import type { Program } from "../../syscall/index.ts";
import { decode } from "../lib/index.ts";
import { readOperand, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "bctwz",
  long: {
    ...{ binary: "b", check: "c", text: "t", warn: "w", zero: "z", tag: "tag", quiet: "quiet", status: "status" },
    ...{ "ignore-missing": "ignore-missing", strict: "strict" },
  },
  refused: ["w", "z", "ignore-missing", "strict"],
};

type Digest = (bytes: Uint8Array) => Uint8Array;

function digestProgram(name: string, digest: Digest): Program {
  return utility(manual, async (util) => {
    const operands = util.operands.length === 0 ? ["-"] : util.operands;
    for (const operand of operands) {
      if (util.has("c")) await check(util, operand, digest);
      else await show(util, operand, digest, name);
    }
  });
}

async function hexOf(util: Utility, operand: string, digest: Digest): Promise<string | null> {
  const bytes = await readOperand(util, operand);
  if (typeof bytes !== "number") return Array.from(digest(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
  return null;
}

async function show(util: Utility, operand: string, digest: Digest, name: string): Promise<void> {
  const hex = await hexOf(util, operand, digest);
  if (hex === null) return;
  await util.out(util.has("tag") ? `${name} (${operand}) = ${hex}\n` : `${hex} ${util.lastOf("b", "t") === "b" ? "*" : " "}${operand}\n`);
}

async function check(util: Utility, list: string, digest: Digest): Promise<void> {
  const bytes = await readOperand(util, list);
  if (typeof bytes === "number") return await util.fail(`${quoteIfNeeded(list)}: ${strerror(bytes)}`);
  let [bad, unreadable, malformed, proper] = [0, 0, 0, 0];
  for (const line of splitLines(decode(bytes))) {
    const match = /^\\?([0-9a-fA-F]+) [ *](.+)$/.exec(line);
    if (match === null) {
      malformed++;
      continue;
    }
    proper++;
    const [, wanted = "", file = ""] = match;
    const hex = await hexOf(util, file, digest);
    const verdict = hex === null ? "FAILED open or read" : hex === wanted.toLowerCase() ? "OK" : "FAILED";
    if (hex === null) unreadable++;
    else if (verdict === "FAILED") bad++;
    if (!util.has("status") && !(verdict === "OK" && util.has("quiet"))) await util.out(`${file}: ${verdict}\n`);
  }
  if (proper === 0)
    return await util.fail(`${list === "-" ? quote("standard input") : quoteIfNeeded(list)}: no properly formatted checksum lines found`);
  const lines = (count: number, one: string, many: string): string => `WARNING: ${count} ${count === 1 ? one : many}`;
  if (malformed > 0) await util.say(lines(malformed, "line is improperly formatted", "lines are improperly formatted"));
  if (unreadable > 0) await util.fail(lines(unreadable, "listed file could not be read", "listed files could not be read"));
  if (bad > 0 && util.has("status")) util.status = 1;
  else if (bad > 0) await util.fail(lines(bad, "computed checksum did NOT match", "computed checksums did NOT match"));
}

export const md5sum = digestProgram("MD5", md5);
export const sha1sum = digestProgram("SHA1", sha1);
export const sha256sum = digestProgram("SHA256", sha256);
export const sha512sum = digestProgram("SHA512", sha512);
export const sha224sum = digestProgram("SHA224", sha224);
export const sha384sum = digestProgram("SHA384", sha384);
export const b2sum = digestProgram("BLAKE2b", blake2b);
