/** cksum(1) of coreutils 9.1: the CRC of POSIX, and -a with the others; sum(1): -r, -s. Left out: -a blake2b with a length, -a sm3, --debug. */
import { strerror } from "../../kernel/index.ts";
import type { Fd } from "../../syscall/index.ts";
import { execvp } from "../lib/index.ts";
import { closeOperand, openOperand, readSome } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const POLYNOMIAL = 0x04c1_1db7;
const BSD_BLOCK = 1024;
const SYSV_BLOCK = 512;

/** A checksum that is made as the bytes arrive. */
interface Checksum {
  take(bytes: Uint8Array): void;
  /** The checksum and how many blocks it covers, as text. */
  end(): readonly [sum: string, size: string];
}

/** CRC-32 of the bytes and of their number, highest bit first. */
function crc(): Checksum {
  let [remainder, length] = [0, 0];
  const feed = (byte: number): void => {
    remainder ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) remainder = remainder < 0 ? (remainder << 1) ^ POLYNOMIAL : remainder << 1;
  };
  return {
    take(bytes) {
      for (const byte of bytes) feed(byte);
      length += bytes.length;
    },
    end() {
      for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) feed(rest & 255);
      return [String(~remainder >>> 0), String(length)];
    },
  };
}

function bsd(): Checksum {
  let [sum, length] = [0, 0];
  return {
    take(bytes) {
      for (const byte of bytes) sum = (((sum >> 1) | ((sum & 1) << 15)) + byte) & 0xffff;
      length += bytes.length;
    },
    end: () => [String(sum).padStart(5, "0"), String(Math.ceil(length / BSD_BLOCK)).padStart(5)],
  };
}

function sysv(): Checksum {
  let [sum, length] = [0, 0];
  return {
    take(bytes) {
      for (const byte of bytes) sum += byte;
      length += bytes.length;
    },
    end() {
      const folded = (sum & 0xffff) + Math.floor((sum % 2 ** 32) / 0x1_0000);
      return [String((folded & 0xffff) + (folded >>> 16)), String(Math.ceil(length / SYSV_BLOCK))];
    },
  };
}

async function show(util: Utility, begin: () => Checksum): Promise<void> {
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const fd = await openOperand(util, operand);
    const checksum = begin();
    const error = fd < 0 ? fd : await feed(util, fd, checksum);
    if (fd >= 0) await closeOperand(util, fd);
    if (error < 0) await util.fail(`${quoteIfNeeded(operand)}: ${strerror(error)}`);
    else await util.out(`${checksum.end().join(" ")}${util.operands.length === 0 ? "" : ` ${operand}`}\n`);
  }
}

async function feed(util: Utility, fd: Fd, checksum: Checksum): Promise<number> {
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return 0;
    checksum.take(bytes);
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
