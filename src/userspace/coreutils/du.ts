/** du(1): -a -b -c -d -h -k -m -s -S -x -0 -B, --apparent-size, --max-depth, --exclude. Files take whole pages, directories take none (tmpfs). */
import { strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT, type Stat } from "../../syscall/index.ts";
import { globToRegex } from "./glob.ts";
import { pagesKib } from "./ls-format.ts";
import { quote } from "./quote.ts";
import { humanSize, parseSize } from "./size.ts";
import { joinPath, lastPart } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "0abcd:B:DhHklLmPsSt:xX:",
  long: {
    ...{ null: "0", all: "a", bytes: "b", total: "c", "max-depth": "d", "block-size": "B", "human-readable": "h", "count-links": "l" },
    ...{ dereference: "L", "no-dereference": "P", summarize: "s", "separate-dirs": "S", "one-file-system": "x", "exclude-from": "X" },
    ...{ "apparent-size": "apparent-size", exclude: "exclude:", si: "si", time: "time::", threshold: "t", inodes: "inodes" },
  },
  refused: [..."DHLtX", "time", "inodes"],
};

const KIB = 1024;

interface Walk {
  readonly util: Utility;
  readonly deepest: number;
  readonly excluded: readonly RegExp[];
  readonly show: (bytes: number) => string;
  /** Files with several names count once. */
  readonly seen: Set<string>;
}

export const du = utility(manual, async (util) => {
  const depth = util.value("d");
  if (depth !== undefined && !/^\d+$/.test(depth)) await util.misused(`invalid maximum depth ${quote(depth)}`);
  if (util.has("s") && util.has("a")) await util.misused("cannot both summarize and show all entries");
  if (util.has("s") && depth !== undefined && depth !== "0") await util.misused(`warning: summarizing conflicts with --max-depth=${depth}`);
  const walk: Walk = {
    util,
    deepest: util.has("s") ? 0 : Number(depth ?? Number.POSITIVE_INFINITY),
    excluded: util.given.filter(({ letter }) => letter === "exclude").map(({ argument }) => globToRegex(argument, false)),
    show: await unitOf(util),
    seen: new Set(),
  };
  let total = 0;
  for (const path of util.operands.length === 0 ? ["."] : util.operands) total += (await measure(walk, path, 0, null)) ?? 0;
  if (util.has("c")) await put(walk, total, "total");
});

async function unitOf(util: Utility): Promise<(bytes: number) => string> {
  const last = util.lastOf("b", "B", "h", "k", "m", "si");
  if (last === "h") return (bytes) => humanSize(bytes);
  if (last === "si") return (bytes) => humanSize(bytes, 1000);
  const text = util.value("B") ?? "1K";
  const size = last === "b" ? 1 : last === "m" ? KIB ** 2 : last === "B" ? parseSize(text.replace(/^(?=[A-Z])/, "1")) : KIB;
  if (size === null || size === 0) return await util.die(`invalid -B argument ${quote(text)}`);
  return (bytes) => String(Math.ceil(bytes / size));
}

/** The bytes of a tree; null if there is nothing to count. */
async function measure(walk: Walk, path: string, depth: number, dev: number | null): Promise<number | null> {
  const { util, seen } = walk;
  if (walk.excluded.some((pattern) => pattern.test(path) || pattern.test(lastPart(path)))) return null;
  const stat = await util.process.lstat(path);
  if (typeof stat === "number") {
    await util.fail(`cannot access ${quote(path)}: ${strerror(stat)}`);
    return null;
  }
  if (util.has("x") && dev !== null && stat.dev !== dev) return null;
  const key = `${stat.dev}:${stat.ino}`;
  const isFolder = (stat.mode & S_IFMT) === S_IFDIR;
  if (depth === 0 || stat.nlink > 1 || isFolder) {
    if (!util.has("l") && seen.has(key)) return null;
    seen.add(key);
  }
  let size = sizeOf(util, stat);
  if (!isFolder) {
    if (depth === 0 || (util.has("a") && depth <= walk.deepest)) await put(walk, size, path);
    return size;
  }
  const entries = await util.process.readdir(path);
  if (typeof entries === "number") await util.fail(`cannot read directory ${quote(path)}: ${strerror(entries)}`);
  let below = 0;
  for (const { name, type } of typeof entries === "number" ? [] : entries) {
    const found = (await measure(walk, joinPath(path, name), depth + 1, stat.dev)) ?? 0;
    if (type === S_IFDIR) below += found;
    else size += found;
  }
  if (depth <= walk.deepest) await put(walk, util.has("S") ? size : size + below, path);
  return size + below;
}

function sizeOf(util: Utility, stat: Stat): number {
  return util.has("b", "apparent-size") ? stat.size : pagesKib(stat) * KIB;
}

async function put({ util, show }: Walk, bytes: number, name: string): Promise<void> {
  await util.out(`${show(bytes)}\t${name}${util.has("0") ? "\0" : "\n"}`);
}
