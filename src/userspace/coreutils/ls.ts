/**
 * ls(1) of GNU coreutils 9.1: what is listed, and in which order; ls-print.ts shows it. A file has one time here, that of its
 * last change, and -c and -u mean it too. Left out: -Z, -D, hyperlinks.
 */
import { ENOENT, ENOTDIR, strerror } from "../../kernel/index.ts";
import { S_IFLNK, S_IFMT, type Stat } from "../../syscall/index.ts";
import { chooseWord } from "./choices.ts";
import { globToRegex } from "./glob.ts";
import { pagesKib } from "./ls-format.ts";
import { type Item, isFolder } from "./ls-item.ts";
import { type Layout, layoutOf } from "./ls-layout.ts";
import { Printer } from "./ls-print.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";
import { compareVersions } from "./version-order.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "aAbBcCdDfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1",
  long: {
    ...{ all: "a", "almost-all": "A", directory: "d", inode: "i", "numeric-uid-gid": "n", reverse: "r", recursive: "R", size: "s" },
    ...{ "human-readable": "h", si: "si", kibibytes: "k", "no-group": "G", dereference: "L", "dereference-command-line": "H" },
    ...{ escape: "b", "ignore-backups": "B", ignore: "I", hide: "hide:", literal: "N", "hide-control-chars": "q", "quote-name": "Q" },
    ...{ classify: "classify::", "file-type": "file-type", "indicator-style": "indicator-style:", "quoting-style": "quoting-style:" },
    ...{ color: "color::", "time-style": "time-style:", "full-time": "full-time", sort: "sort:", format: "format:", time: "time:" },
    ...{ tabsize: "T", width: "w", "group-directories-first": "group-directories-first", zero: "zero", context: "Z", dired: "D" },
    ...{ "show-control-chars": "show-control-chars", "block-size": "block-size:", author: "author", hyperlink: "hyperlink::" },
    "dereference-command-line-symlink-to-dir": "to-dir",
  },
  refused: ["Z", "D", "block-size", "author", "hyperlink"],
  trouble: 2,
};

const TMPFS_MAGIC = 0x0102_1994;

export const ls = utility(manual, (util) => list(util, null));

/** ls -C -b */
export const dir = utility(manual, (util) => list(util, "columns"));

/** ls -l -b */
export const vdir = utility(manual, (util) => list(util, "long"));

async function list(util: Utility, format: Layout["format"] | null): Promise<void> {
  const operands = util.operands.length === 0 ? ["."] : util.operands;
  const layout = await layoutOf(util, format);
  const printer = new Printer(util, layout);
  const files: Item[] = [];
  const folders: Item[] = [];
  for (const operand of operands) {
    const item = await look(util, layout, operand, operand, true);
    if (typeof item === "number") await util.fail(`cannot access ${quote(operand)}: ${strerror(item)}`);
    else if (isFolder(item.stat) && !util.has("d")) folders.push(item);
    else files.push(item);
  }
  const order = await orderOf(util, layout);
  await printer.items(order(files), null);
  const titled = operands.length > 1 || util.has("R");
  let first = files.length === 0;
  for (const folder of order(folders)) {
    await listFolder(util, printer, { folder, titled, first, order });
    first = false;
  }
}

/** Links are followed with -L; on the command line with -H too, and to directories unless a form that shows links is asked for. */
async function look(util: Utility, layout: Layout, path: string, name: string, named: boolean): Promise<Item | number> {
  const { process } = util;
  if (path === "") return -ENOENT;
  const own = await process.lstat(path);
  if (typeof own === "number") return own;
  if ((own.mode & S_IFMT) !== S_IFLNK) return { name, path, stat: own, target: null, behind: null };
  const behind = await process.stat(path);
  if (typeof behind === "number" && named && util.has("L")) return behind;
  const there = typeof behind === "number" ? null : behind;
  if (there !== null && follows(util, layout, there, named)) return { name, path, stat: there, target: null, behind: null };
  const target = layout.long || layout.indicators !== "none" || layout.colors !== null ? await process.readlink(path) : null;
  return { name, path, stat: own, target: typeof target === "string" ? target : null, behind: there };
}

function follows(util: Utility, layout: Layout, there: Stat, named: boolean): boolean {
  if (util.has("L")) return true;
  if (!named) return false;
  if (util.has("H")) return true;
  if (util.has("to-dir")) return isFolder(there);
  return isFolder(there) && !util.has("d") && !layout.long && layout.indicators !== "classify";
}

const SORTS: Readonly<Record<string, string>> = { none: "U", time: "t", size: "S", extension: "X", version: "v", width: "width" };

const SORT_WORDS = Object.keys(SORTS).map((word) => [word] as const);

type Order = (items: readonly Item[]) => readonly Item[];

/** By what -S, -t, -X, -v, -U and --sort say, the last of them; names decide what is equal. */
async function orderOf(util: Utility, layout: Layout): Promise<Order> {
  const last = util.given.findLast(({ letter }) => /^([StXvUf]|sort)$/.test(letter));
  const word = last?.letter === "sort" ? SORTS[await chooseWord(util, last.argument, "--sort", SORT_WORDS)] : last?.letter;
  const timed = util.has("c", "u", "time") && !layout.long;
  const key = word ?? (timed ? "t" : "name");
  const byName = (a: Item, b: Item): number => (a.name < b.name ? -1 : Number(a.name > b.name));
  const extension = ({ name }: Item): string => (name.includes(".") ? name.slice(name.lastIndexOf(".")) : "");
  const by: Readonly<Record<string, (a: Item, b: Item) => number>> = {
    S: (a, b) => b.stat.size - a.stat.size,
    t: (a, b) => b.stat.mtime - a.stat.mtime,
    X: (a, b) => (extension(a) < extension(b) ? -1 : Number(extension(a) > extension(b))),
    v: (a, b) => compareVersions(a.name, b.name),
    width: (a, b) => Array.from(a.name).length - Array.from(b.name).length,
    name: byName,
  };
  const compare = by[key];
  const folderFirst = util.has("group-directories-first");
  const rank = (item: Item): number => (folderFirst && !isFolder(item.behind ?? item.stat) ? 1 : 0);
  const direction = util.has("r") ? -1 : 1;
  if (compare === undefined) return (items) => items;
  return (items) => [...items].sort((a, b) => rank(a) - rank(b) || direction * (compare(a, b) || byName(a, b)));
}

interface Listing {
  readonly folder: Item;
  readonly titled: boolean;
  readonly first: boolean;
  readonly order: Order;
}

async function listFolder(util: Utility, printer: Printer, { folder, titled, first, order }: Listing): Promise<void> {
  const entries = await util.process.readdir(folder.path);
  if (typeof entries === "number") return await util.fail(`cannot open directory ${quote(folder.path)}: ${strerror(entries)}`);
  if (titled) await printer.title(folder.path, first);
  const names = entries.map(({ name }) => name).filter((name) => isShown(util, name));
  const items: Item[] = [];
  for (const name of util.lastOf("a", "A", "f") !== "A" && util.has("a", "f") ? [".", "..", ...names] : names) {
    const path = folder.path.endsWith("/") ? folder.path + name : `${folder.path}/${name}`;
    const item = await look(util, printer.layout, path, name, false);
    if (typeof item !== "number") items.push(item);
    else if (item !== -ENOENT && item !== -ENOTDIR) await util.fail(`cannot access ${quote(path)}: ${strerror(item)}`, 1);
  }
  const sorted = order(items);
  const statfs = await util.process.statfs(folder.path);
  const onDisk = typeof statfs !== "number" && statfs.type === TMPFS_MAGIC;
  await printer.items(sorted, onDisk ? items.reduce((sum, { stat }) => sum + pagesKib(stat), 0) : 0);
  if (!util.has("R")) return;
  for (const item of sorted) {
    if (isFolder(item.stat) && item.name !== "." && item.name !== "..")
      await listFolder(util, printer, { folder: item, titled: true, first: false, order });
  }
}

/** -a, -A, -B, -I and --hide. */
function isShown(util: Utility, name: string): boolean {
  const all = util.has("a", "A", "f");
  const matches = (letter: string): boolean =>
    util.given.some((option) => option.letter === letter && globToRegex(option.argument, false).test(name));
  if (!all && (name.startsWith(".") || matches("hide"))) return false;
  return !(util.has("B") && name.endsWith("~")) && !matches("I");
}
