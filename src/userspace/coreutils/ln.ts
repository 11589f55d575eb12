/** ln(1): all options but -d; readlink(1). */
import { EEXIST, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../syscall/index.ts";
import { canonical } from "./canonical.ts";
import { parent } from "./copy.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { relativeTo } from "./realpath.ts";
import { Asker, Backups, backupNote } from "./replace.ts";
import { clear, joinPath, lastPart, type Move, movesOf } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const lnManual = {
  usage: "[OPTION]... TARGET... LINK_NAME",
  short: "bdfFiLnPrsS:t:Tv",
  long: {
    force: "f",
    "no-dereference": "n",
    symbolic: "s",
    "target-directory": "t",
    "no-target-directory": "T",
    verbose: "v",
    ...{ directory: "d", interactive: "i", logical: "L", physical: "P", relative: "r", suffix: "S", backup: "backup::" },
  },
  refused: [..."dF"],
};

export const ln = utility(lnManual, async (util) => {
  const means = { backups: await Backups.from(util), asker: new Asker(util) };
  for (const { source, target } of await linksOf(util)) await makeLink(util, source, target, means);
});

/** A single operand is linked into the current directory; with -n a link to a directory is a name like any other. */
async function linksOf(util: Utility): Promise<readonly Move[]> {
  const [source, target] = util.operands;
  if (source !== undefined && util.operands.length === 1 && util.value("t") === undefined)
    return [{ source, target: joinPath(".", lastPart(source)) }];
  if (source !== undefined && target !== undefined && util.operands.length === 2 && util.has("n")) {
    const stat = await util.process.lstat(target);
    if (typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFLNK) return [{ source, target }];
  }
  return await movesOf(util);
}

interface Means {
  readonly backups: Backups;
  readonly asker: Asker;
}

async function makeLink(util: Utility, operand: string, target: string, { backups, asker }: Means): Promise<void> {
  const { process } = util;
  const symbolic = util.has("s");
  let source = operand;
  if (!symbolic) {
    const stat = await process.lstat(source);
    if (typeof stat === "number") return await util.fail(`failed to access ${quote(source)}: ${strerror(stat)}`);
    if ((stat.mode & S_IFMT) === S_IFDIR) return await util.fail(`${quoteIfNeeded(source)}: hard link not allowed for directory`);
    if (util.lastOf("L", "P") === "L") source = await resolved(util, source);
  } else if (util.has("r")) source = await relativeSource(util, source, target);
  const there = await process.lstat(target);
  if (typeof there !== "number" && util.has("f", "i") && (await sameEntry(util, operand, target))) {
    return await util.fail(`${quote(operand)} and ${quote(target)} are the same file`);
  }
  let backup: string | null = null;
  if (typeof there !== "number") {
    if (util.lastOf("f", "i") === "i") {
      if (!(await asker.yes(`replace ${quote(target)}`))) return;
      await clear(util, target);
    }
    backup = await backups.keep(target);
  }
  const create = (): Promise<number> => (symbolic ? process.symlink(source, target) : process.link(source, target));
  let error = await create();
  if (error === -EEXIST && util.has("f") && (await clear(util, target)) === 0) error = await create();
  const kind = symbolic ? "symbolic" : "hard";
  if (error < 0) return await util.fail(`failed to create ${kind} link ${quote(target)}: ${strerror(error)}`);
  if (util.has("v")) await util.out(`${quote(target)} ${symbolic ? "->" : "=>"} ${quote(source)}${backupNote(backup)}\n`);
}

/** Whether two paths are one entry of one directory. */
async function sameEntry(util: Utility, one: string, other: string): Promise<boolean> {
  if (lastPart(one) !== lastPart(other)) return false;
  const [a, b] = [await canonical(util, parent(one), "e"), await canonical(util, parent(other), "e")];
  return typeof a === "string" && a === b;
}

async function resolved(util: Utility, path: string): Promise<string> {
  const real = await canonical(util, path, "e");
  return typeof real === "string" ? real : path;
}

/** -r: how the source is called from the link's directory. */
async function relativeSource(util: Utility, source: string, target: string): Promise<string> {
  const [from, to] = [await canonical(util, parent(target), "m"), await canonical(util, source, "m")];
  return typeof from === "string" && typeof to === "string" ? relativeTo(to, from) : source;
}

const readlinkManual = {
  usage: "[OPTION]... FILE...",
  short: "efmnqsvz",
  long: {
    "canonicalize-existing": "e",
    canonicalize: "f",
    "canonicalize-missing": "m",
    "no-newline": "n",
    quiet: "q",
    silent: "s",
    verbose: "v",
    zero: "z",
  },
};

export const readlink = utility(readlinkManual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  const mode = util.lastOf("e", "f", "m");
  if (util.has("n") && util.operands.length > 1) await util.say("ignoring --no-newline with multiple arguments");
  const newline = util.has("n") && util.operands.length === 1 ? "" : util.has("z") ? "\0" : "\n";
  for (const path of util.operands) {
    const found = mode === undefined ? await util.process.readlink(path) : await canonical(util, path, mode);
    if (typeof found !== "number") await util.out(found + newline);
    else if (util.has("v")) await util.fail(`${quoteIfNeeded(path)}: ${strerror(found)}`);
    else util.status = 1;
  }
});
