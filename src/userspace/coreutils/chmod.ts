/** chmod(1): -R, -v, -c, -f, --reference; octal modes and changes. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../syscall/index.ts";
import { modeText } from "./ls-format.ts";
import { parseMode, umaskOf } from "./mode.ts";
import { quote } from "./quote.ts";
import { joinPath } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

/** A word that is a mode although it begins like an option. */
const MODE_OPTION = /^-[rwxXstugo0-7,=+-]+$/;

const manual = {
  usage: "[OPTION]... MODE[,MODE]... FILE...",
  short: "cfRv",
  long: {
    ...{ changes: "c", quiet: "f", silent: "f", recursive: "R", verbose: "v", reference: "reference:" },
    ...{ "preserve-root": "preserve-root", "no-preserve-root": "no-preserve-root" },
  },
  modernise: (words: readonly string[]): readonly string[] => {
    const at = words.findIndex((word) => word === "--" || (MODE_OPTION.test(word) && word !== "-"));
    return at < 0 || words[at] === "--" ? words : [...words.slice(0, at), "--", ...words.slice(at)];
  },
};

/** What is done to every file. */
interface Change {
  /** The new mode, from the old one. */
  readonly apply: (mode: number, isDirectory: boolean) => number;
  /** What somebody may expect who does not think of the umask; null where nobody can be surprised. */
  readonly expected: ((mode: number, isDirectory: boolean) => number) | null;
}

export const chmod = utility(manual, async (util) => {
  const reference = util.value("reference");
  const [text, ...rest] = util.operands;
  if (text === undefined) return await util.missingOperand();
  const paths = reference === undefined ? rest : util.operands;
  if (paths.length === 0) return await util.misused(`missing operand after ${quote(text)}`);
  const change = reference === undefined ? await changeOf(util, text) : await copied(util, reference);
  for (const path of paths) await changeFile(util, path, change, true);
});

async function changeOf(util: Utility, text: string): Promise<Change> {
  const umask = umaskOf(util.process);
  if (parseMode(text, 0, { isDirectory: false, umask }) === null) return await util.misused(`invalid mode: ${quote(text)}`);
  const withMask =
    (mask: number) =>
    (mode: number, isDirectory: boolean): number =>
      parseMode(text, mode, { isDirectory, umask: mask }) ?? mode;
  return { apply: withMask(umask), expected: text.startsWith("-") ? withMask(0) : null };
}

async function copied(util: Utility, reference: string): Promise<Change> {
  const stat = await util.process.stat(reference);
  if (typeof stat === "number") return await util.die(`failed to get attributes of ${quote(reference)}: ${strerror(stat)}`);
  return { apply: () => stat.mode & 0o7777, expected: null };
}

async function changeFile(util: Utility, path: string, change: Change, named: boolean): Promise<void> {
  const { process } = util;
  const complain = async (message: string): Promise<void> => {
    util.status = 1;
    if (!util.has("f")) await util.fail(message);
  };
  const stat = await (named ? process.stat(path) : process.lstat(path));
  if (typeof stat === "number") {
    if (util.has("v")) await util.out(`${quote(path)} could not be accessed\n`);
    const dangling = stat === -ENOENT && typeof (await process.lstat(path)) !== "number";
    return await complain(
      dangling ? `cannot operate on dangling symlink ${quote(path)}` : `cannot access ${quote(path)}: ${strerror(stat)}`,
    );
  }
  if ((stat.mode & S_IFMT) === S_IFLNK) return;
  const isDirectory = (stat.mode & S_IFMT) === S_IFDIR;
  const before = stat.mode & 0o7777;
  const mode = change.apply(before, isDirectory);
  const error = await process.chmod(path, mode);
  if (error < 0) return await complain(`changing permissions of ${quote(path)}: ${strerror(error)}`);
  await tell(util, path, before, mode);
  const expected = change.expected?.(before, isDirectory) ?? mode;
  if ((mode & ~expected) !== 0) {
    await util.fail(`${path}: new permissions are ${letters(mode)}, not ${letters(expected)}`);
  }
  if (!util.has("R") || !isDirectory) return;
  const entries = await process.readdir(path);
  if (typeof entries === "number") return await complain(`cannot read directory ${quote(path)}: ${strerror(entries)}`);
  for (const { name } of entries) await changeFile(util, joinPath(path, name), change, false);
}

function letters(mode: number): string {
  return modeText(mode).slice(1);
}

/** -v tells of every file, -c of those that changed. */
async function tell(util: Utility, path: string, before: number, after: number): Promise<void> {
  const shown = (mode: number): string => `${mode.toString(8).padStart(4, "0")} (${letters(mode)})`;
  if (before !== after && util.has("v", "c")) await util.out(`mode of ${quote(path)} changed from ${shown(before)} to ${shown(after)}\n`);
  if (before === after && util.has("v")) await util.out(`mode of ${quote(path)} retained as ${shown(after)}\n`);
}
