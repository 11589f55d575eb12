/** stat(1) with -c or --printf, also of file systems (-f) and behind links (-L). Left out: the forms without a format. */

import { strerror } from "../../kernel/index.ts";
import { S_IFLNK, S_IFMT, type Stat, type StatFs } from "../../syscall/index.ts";
import { momentOf, strftime } from "../lib/index.ts";
import { modeText, typeName } from "./ls-format.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE...",
  short: "c:fLt",
  long: { format: "c", "file-system": "f", dereference: "L", terse: "t", printf: "printf:", cached: "cached:" },
  refused: ["t", "cached"],
};

/** Names of file systems by the magic number that statfs(2) gives. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x0102_1994, "tmpfs"],
  [0x9fa0, "proc"],
  [0x6265_6572, "sysfs"],
  [0x6462_6720, "debugfs"],
  [0x6e73_6673, "nsfs"],
  [0x5049_5045, "pipefs"],
]);

const DIRECTIVE = /%([-0+ #']*)(\d*)(?:\.\d+)?([a-zA-Z%])/g;

export const stat = utility(manual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  const [format, printf] = [util.value("c"), util.value("printf")];
  if (format === undefined && printf === undefined) await util.notModelled("output without -c or --printf");
  const template = printf === undefined ? `${format ?? ""}\n` : printf.replace(/\\n/g, "\n").replace(/\\t/g, "\t").replace(/\\\\/g, "\\");
  for (const path of util.operands) await (util.has("f") ? showFileSystem(util, path, template) : showFile(util, path, template));
});

async function showFile(util: Utility, path: string, template: string): Promise<void> {
  const { process } = util;
  const found = await (util.has("L") ? process.stat(path) : process.lstat(path));
  if (typeof found === "number") return await util.fail(`cannot statx ${quote(path)}: ${strerror(found)}`);
  const target = (found.mode & S_IFMT) === S_IFLNK ? await process.readlink(path) : null;
  await util.out(fill(template, (letter) => fileField(letter, path, found, typeof target === "string" ? target : null)));
}

async function showFileSystem(util: Utility, path: string, template: string): Promise<void> {
  const found = await util.process.statfs(path);
  if (typeof found === "number") return await util.fail(`cannot read file system information for ${quote(path)}: ${strerror(found)}`);
  await util.out(fill(template, (letter) => fileSystemField(letter, path, found)));
}

function fill(template: string, field: (letter: string) => string): string {
  return template.replace(DIRECTIVE, (_all, flags: string, width: string, letter: string) => {
    const text = letter === "%" ? "%" : field(letter);
    return flags.includes("-") ? text.padEnd(Number(width)) : text.padStart(Number(width), flags.includes("0") ? "0" : " ");
  });
}

function fileField(letter: string, path: string, found: Stat, target: string | null): string {
  const time = momentOf(found.mtime);
  const fields: Readonly<Record<string, () => string>> = {
    a: () => (found.mode & 0o7777).toString(8),
    A: () => modeText(found.mode),
    d: () => String(found.dev),
    D: () => found.dev.toString(16),
    f: () => found.mode.toString(16),
    F: () => typeName(found),
    g: () => String(found.gid),
    G: () => (found.gid === 0 ? "root" : "UNKNOWN"),
    h: () => String(found.nlink),
    i: () => String(found.ino),
    n: () => path,
    N: () => (target === null ? quote(path) : `${quote(path)} -> ${quote(target)}`),
    s: () => String(found.size),
    t: () => ((found.rdev >> 8) & 0xfff).toString(16),
    T: () => (found.rdev & 0xff).toString(16),
    u: () => String(found.uid),
    U: () => (found.uid === 0 ? "root" : "UNKNOWN"),
    y: () => strftime("%Y-%m-%d %H:%M:%S.%N %z", time),
    Y: () => String(time.seconds),
  };
  return fields[letter]?.() ?? "?";
}

function fileSystemField(letter: string, path: string, { type }: StatFs): string {
  if (letter === "n") return path;
  if (letter === "t") return type.toString(16);
  return letter === "T" ? (FILE_SYSTEMS.get(type) ?? `UNKNOWN (0x${type.toString(16)})`) : "?";
}
