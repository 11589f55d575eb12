/**
 * ls(1), one entry a line, sorted by bytes: -a -A -d -F -h -i -l -n -p -r -R -S -t -1. Left out: columns, colours, other
 * sort orders and time styles.
 */
import { ENOENT, ENOTDIR, strerror } from "../../kernel/index.ts";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, type Stat } from "../../syscall/index.ts";
import { listingTime, modeText, pagesKib } from "./ls-format.ts";
import { quote } from "./quote.ts";
import { humanSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "aAbBcCdDfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1",
  long: {
    all: "a",
    "almost-all": "A",
    directory: "d",
    classify: "F",
    inode: "i",
    "numeric-uid-gid": "n",
    reverse: "r",
    recursive: "R",
    "human-readable": "h",
    "indicator-style": "indicator-style:",
    color: "color::",
    "time-style": "time-style:",
    "full-time": "full-time",
    sort: "sort:",
  },
  refused: [..."bBcCDfgGHIkLmNoqQsTuUvwxXZ", "indicator-style", "time-style", "full-time", "sort"],
  trouble: 2,
};

const TMPFS_MAGIC = 0x0102_1994;

interface Item {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat;
  /** Where a symbolic link points to, with -F what is there. */
  readonly target: string | null;
}

export const ls = utility(manual, async (util) => {
  const operands = util.operands.length === 0 ? ["."] : util.operands;
  const files: Item[] = [];
  const folders: Item[] = [];
  for (const operand of operands) {
    const item = await look(util, operand, operand, !util.has("l", "d", "F"));
    if (typeof item === "number") await util.fail(`cannot access ${quote(operand)}: ${strerror(item)}`);
    else if (isFolder(item) && !util.has("d")) folders.push(item);
    else files.push(item);
  }
  await listItems(util, sort(util, files), null);
  const titled = operands.length > 1 || util.has("R");
  let first = files.length === 0;
  for (const folder of sort(util, folders)) {
    await listFolder(util, folder, titled, first);
    first = false;
  }
});

/** A link that names a directory on the command line is followed, unless the long form is asked for. */
async function look(util: Utility, path: string, name: string, follow: boolean): Promise<Item | number> {
  const { process } = util;
  const own = await process.lstat(path);
  if (typeof own === "number") return own;
  const isLink = (own.mode & S_IFMT) === S_IFLNK;
  const behind = isLink && follow ? await process.stat(path) : own;
  if (typeof behind !== "number" && (behind.mode & S_IFMT) === S_IFDIR) return { name, path, stat: behind, target: null };
  const target = isLink && util.has("l", "n") ? await process.readlink(path) : null;
  if (target === null || typeof target === "number") return { name, path, stat: own, target: null };
  const there = await process.stat(path);
  return { name, path, stat: own, target: typeof there === "number" ? target : target + indicator(util, there) };
}

function isFolder({ stat }: Item): boolean {
  return (stat.mode & S_IFMT) === S_IFDIR;
}

function sort(util: Utility, items: readonly Item[]): readonly Item[] {
  const key = util.lastOf("S", "t");
  const byName = (a: Item, b: Item): number => (a.name < b.name ? -1 : Number(a.name > b.name));
  const sorted = [...items].sort((a, b) => {
    const difference = key === "S" ? b.stat.size - a.stat.size : key === "t" ? b.stat.mtime - a.stat.mtime : 0;
    return difference === 0 ? byName(a, b) : difference;
  });
  return util.has("r") ? sorted.reverse() : sorted;
}

async function listFolder(util: Utility, folder: Item, titled: boolean, first: boolean): Promise<void> {
  const entries = await util.process.readdir(folder.path);
  if (typeof entries === "number") return await util.fail(`cannot open directory ${quote(folder.path)}: ${strerror(entries)}`);
  if (titled) await util.out(`${first ? "" : "\n"}${folder.path}:\n`);
  const names = entries.map(({ name }) => name).filter((name) => util.has("a", "A") || !name.startsWith("."));
  const items: Item[] = [];
  for (const name of util.has("a") && util.lastOf("a", "A") === "a" ? [".", "..", ...names] : names) {
    const path = folder.path.endsWith("/") ? folder.path + name : `${folder.path}/${name}`;
    const item = await look(util, path, name, false);
    if (typeof item !== "number") items.push(item);
    else if (item !== -ENOENT && item !== -ENOTDIR) await util.fail(`cannot access ${quote(path)}: ${strerror(item)}`, 1);
  }
  const sorted = sort(util, items);
  const statfs = await util.process.statfs(folder.path);
  const onDisk = typeof statfs !== "number" && statfs.type === TMPFS_MAGIC;
  await listItems(util, sorted, onDisk ? items.reduce((sum, { stat }) => sum + pagesKib(stat), 0) : 0);
  if (!util.has("R")) return;
  for (const item of sorted) if (isFolder(item) && item.name !== "." && item.name !== "..") await listFolder(util, item, true, false);
}

/** @param kib what the long form shows as the total, if it does */
async function listItems(util: Utility, items: readonly Item[], kib: number | null): Promise<void> {
  const inodes = util.has("i") ? column(items, ({ stat }) => String(stat.ino)).map((text) => `${text} `) : items.map(() => "");
  if (!util.has("l", "n")) {
    for (const [i, item] of items.entries()) await util.out(`${inodes[i]}${item.name}${indicator(util, item.stat)}\n`);
    return;
  }
  if (kib !== null) await util.out(`total ${util.has("h") ? sizeText(util, kib * 1024) : kib}\n`);
  const now = util.process.clockRealtime();
  const links = column(items, ({ stat }) => String(stat.nlink));
  const [owners, groups] = [
    column(items, ({ stat }) => owner(util, stat.uid), "end"),
    column(items, ({ stat }) => owner(util, stat.gid), "end"),
  ];
  const sizes = column(items, ({ stat }) =>
    isDevice(stat) ? `${(stat.rdev >> 8) & 0xfff}, ${stat.rdev & 0xff}` : sizeText(util, stat.size),
  );
  for (const [i, item] of items.entries()) {
    const arrow = item.target === null ? indicator(util, item.stat) : ` -> ${item.target}`;
    const when = listingTime(item.stat.mtime, now);
    await util.out(
      `${inodes[i]}${modeText(item.stat.mode)} ${links[i]} ${owners[i]} ${groups[i]} ${sizes[i]} ${when} ${item.name}${arrow}\n`,
    );
  }
}

/** Texts of equal width. */
function column(items: readonly Item[], textOf: (item: Item) => string, fill: "start" | "end" = "start"): readonly string[] {
  const texts = items.map(textOf);
  const width = Math.max(0, ...texts.map((text) => text.length));
  return texts.map((text) => (fill === "start" ? text.padStart(width) : text.padEnd(width)));
}

function owner(util: Utility, id: number): string {
  return id === 0 && !util.has("n") ? "root" : String(id);
}

function isDevice({ mode }: Stat): boolean {
  return (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK;
}

/** -h: three digits and a unit. */
function sizeText(util: Utility, bytes: number): string {
  return util.has("h") ? humanSize(bytes) : String(bytes);
}

function indicator(util: Utility, { mode }: Stat): string {
  const type = mode & S_IFMT;
  if (type === S_IFDIR && util.has("F", "p")) return "/";
  if (!util.has("F")) return "";
  if (type === S_IFREG) return (mode & 0o111) === 0 ? "" : "*";
  return type === S_IFLNK ? "@" : type === S_IFIFO ? "|" : type === S_IFSOCK ? "=" : "";
}
