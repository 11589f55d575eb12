/** ln(1): -f, -n, -s, -t, -T, -v, hard links too; readlink(1): -e, -f, -m, -n. */
import { EEXIST, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../syscall/index.ts";
import { canonical } from "./canonical.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
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
  refused: [..."bdFiLPrS", "backup"],
};

export const ln = utility(lnManual, async (util) => {
  for (const { source, target } of await linksOf(util)) await makeLink(util, source, target);
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

async function makeLink(util: Utility, source: string, target: string): Promise<void> {
  const { process } = util;
  const symbolic = util.has("s");
  if (!symbolic) {
    const stat = await process.lstat(source);
    if (typeof stat === "number") return await util.fail(`failed to access ${quote(source)}: ${strerror(stat)}`);
    if ((stat.mode & S_IFMT) === S_IFDIR) return await util.fail(`${quoteIfNeeded(source)}: hard link not allowed for directory`);
  }
  const create = (): Promise<number> => (symbolic ? process.symlink(source, target) : process.link(source, target));
  let error = await create();
  if (error === -EEXIST && util.has("f") && (await clear(util, target)) === 0) error = await create();
  const kind = symbolic ? "symbolic" : "hard";
  if (error < 0) return await util.fail(`failed to create ${kind} link ${quote(target)}: ${strerror(error)}`);
  if (util.has("v")) await util.out(`${quote(target)} ${symbolic ? "->" : "=>"} ${quote(source)}\n`);
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
  refused: ["z"],
};

export const readlink = utility(readlinkManual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  const mode = util.lastOf("e", "f", "m");
  const newline = util.has("n") && util.operands.length === 1 ? "" : "\n";
  for (const path of util.operands) {
    const found = mode === undefined ? await util.process.readlink(path) : await canonical(util, path, mode);
    if (typeof found !== "number") await util.out(found + newline);
    else if (util.has("v")) await util.fail(`${quoteIfNeeded(path)}: ${strerror(found)}`);
    else util.status = 1;
  }
});
