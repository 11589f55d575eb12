/** chmod(1): -R, -v, -f; octal modes and changes. */
import { strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../syscall/index.ts";
import { modeText } from "./ls-format.ts";
import { parseMode } from "./mode.ts";
import { quote } from "./quote.ts";
import { joinPath } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... MODE[,MODE]... FILE...",
  short: "cfRv",
  long: { changes: "c", quiet: "f", silent: "f", recursive: "R", verbose: "v", reference: "reference:", "preserve-root": "preserve-root" },
  refused: ["c", "v", "reference"],
  /** `-x` and the like are modes, not options. */
  modernise: (words: readonly string[]): readonly string[] => {
    const at = words.findIndex((word) => /^-[rwxXst]+$/.test(word));
    return at < 0 ? words : [...words.slice(0, at), "--", ...words.slice(at)];
  },
};

export const chmod = utility(manual, async (util) => {
  const [text, ...paths] = util.operands;
  if (text === undefined) return await util.missingOperand();
  if (paths.length === 0) return await util.misused(`missing operand after ${quote(text)}`);
  if (parseMode(text, 0, false) === null) return await util.misused(`invalid mode: ${quote(text)}`);
  for (const path of paths) await change(util, path, text, true);
});

async function change(util: Utility, path: string, text: string, named: boolean): Promise<void> {
  const { process } = util;
  const stat = await (named ? process.stat(path) : process.lstat(path));
  if (typeof stat === "number") return await util.fail(`cannot access ${quote(path)}: ${strerror(stat)}`);
  if ((stat.mode & S_IFMT) === S_IFLNK) return;
  const mode = parseMode(text, stat.mode & 0o7777, (stat.mode & S_IFMT) === S_IFDIR) ?? 0;
  const error = await process.chmod(path, mode);
  if (error < 0) return await util.fail(`changing permissions of ${quote(path)}: ${strerror(error)} (${modeText(mode).slice(1)})`);
  if (!util.has("R") || (stat.mode & S_IFMT) !== S_IFDIR) return;
  const entries = await process.readdir(path);
  if (typeof entries === "number") return await util.fail(`cannot read directory ${quote(path)}: ${strerror(entries)}`);
  for (const { name } of entries) await change(util, joinPath(path, name), text, false);
}
