/** cksum(1) of coreutils 9.1: the CRC of POSIX, and -a with the others; sum(1): -r, -s. Left out: -a blake2b with a length, -a sm3, --debug. */
import { strerror } from "../../kernel/index.ts";
import { execvp } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const POLYNOMIAL = 0x04c1_1db7;
const BSD_BLOCK = 1024;
const SYSV_BLOCK = 512;

/** The checksum and how many blocks it covers, as text. */
type Checksum = (bytes: Uint8Array) => readonly [sum: string, size: string];

/** CRC-32 of the bytes and of their number, highest bit first. */
const crc: Checksum = (bytes) => {
  let remainder = 0;
  const feed = (byte: number): void => {
    remainder ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) remainder = remainder < 0 ? (remainder << 1) ^ POLYNOMIAL : remainder << 1;
  };
  for (const byte of bytes) feed(byte);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) feed(length & 255);
  return [String(~remainder >>> 0), String(bytes.length)];
};

const bsd: Checksum = (bytes) => {
  let sum = 0;
  for (const byte of bytes) sum = (((sum >> 1) | ((sum & 1) << 15)) + byte) & 0xffff;
  return [String(sum).padStart(5, "0"), String(Math.ceil(bytes.length / BSD_BLOCK)).padStart(5)];
};

const sysv: Checksum = (bytes) => {
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  const folded = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return [String((folded & 0xffff) + (folded >>> 16)), String(Math.ceil(bytes.length / SYSV_BLOCK))];
};

async function show(util: Utility, checksum: Checksum): Promise<void> {
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const bytes = await readOperand(util, operand);
    if (typeof bytes === "number") await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
    else await util.out(`${checksum(bytes).join(" ")}${util.operands.length === 0 ? "" : ` ${operand}`}\n`);
  }
}

export const sum = utility({ usage: "[OPTION]... [FILE]...", short: "rs", long: { sysv: "s" } }, (util) =>
  show(util, util.lastOf("r", "s") === "s" ? sysv : bsd),
);

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "a:cl:wz",
  long: {
    ...{ algorithm: "a", check: "c", length: "l", warn: "w", zero: "z", untagged: "untagged", tag: "tag", debug: "debug" },
    ...{ "ignore-missing": "ignore-missing", quiet: "quiet", status: "status", strict: "strict" },
  },
  refused: ["l", "debug"],
};

const DIGESTS: Readonly<Record<string, string>> = {
  ...{
    md5: "md5sum",
    sha1: "sha1sum",
    sha224: "sha224sum",
    sha256: "sha256sum",
    sha384: "sha384sum",
    sha512: "sha512sum",
    blake2b: "b2sum",
  },
};

export const cksum = utility(manual, async (util) => {
  const algorithm = util.value("a") ?? "crc";
  const own = { crc, bsd, sysv }[algorithm];
  if (own !== undefined && util.has("c")) await util.die("--check is not supported with --algorithm={bsd,sysv,crc}");
  if (own !== undefined) return await show(util, own);
  const program = DIGESTS[algorithm];
  if (program === undefined) {
    return await (algorithm === "sm3"
      ? util.notModelled("algorithm 'sm3'")
      : util.misused(`invalid argument ${quote(algorithm)} for ${quote("--algorithm")}`));
  }
  // The other algorithms are programs of their own, which tag their lines only if asked to.
  const passed = util.given
    .filter(({ letter }) => !/^(a|untagged|tag)$/.test(letter))
    .map(({ letter }) => (letter.length > 1 ? `--${letter}` : `-${letter}`));
  const tag = util.has("c") || util.lastOf("untagged", "tag") === "untagged" ? [] : ["--tag"];
  const error = await execvp(util.process, [program, ...passed, ...tag, "--", ...util.operands]);
  await util.die(`${program}: ${strerror(error)}`);
});
