/** rm(1): all options. */
import { EISDIR, ENOENT, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, type Stat } from "../../syscall/index.ts";
import { chooseWord } from "./choices.ts";
import { quote } from "./quote.ts";
import { Asker } from "./replace.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "dfiIrRv",
  long: {
    dir: "d",
    force: "f",
    interactive: "interactive::",
    "one-file-system": "one-file-system",
    "no-preserve-root": "no-preserve-root",
    "preserve-root": "preserve-root::",
    recursive: "r",
    verbose: "v",
  },
};

/** Many files: with -I it is asked once about more of them. */
const FEW = 3;

export const rm = utility(manual, async (util) => {
  if (util.operands.length === 0 && !util.has("f")) await util.missingOperand();
  const recursive = util.has("r", "R");
  const when = await whenToAsk(util);
  const asker = when === "never" ? null : new Asker(util);
  if (asker !== null && when === "once" && !(await agreed(util, asker, recursive))) return;
  for (const path of util.operands) {
    if (recursive && /^\/+$/.test(path) && !util.has("no-preserve-root")) {
      await util.fail(`it is dangerous to operate recursively on ${quote(path)}`);
      await util.fail("use --no-preserve-root to override this failsafe");
    } else if (recursive && /(^|\/)\.\.?\/*$/.test(path)) {
      await util.fail(`refusing to remove '.' or '..' directory: skipping ${quote(path)}`);
    } else {
      await remove(util, path, recursive, when === "always" ? asker : null);
    }
  }
});

/** The one question of -I. */
async function agreed(util: Utility, asker: Asker, recursive: boolean): Promise<boolean> {
  const count = util.operands.length;
  if (count === 0 || (!recursive && count <= FEW)) return true;
  return await asker.yes(`remove ${count} argument${count === 1 ? "" : "s"}${recursive ? " recursively" : ""}`);
}

async function whenToAsk(util: Utility): Promise<"never" | "once" | "always"> {
  const last = util.given.findLast(({ letter }) => /^(f|i|I|interactive)$/.test(letter));
  if (last === undefined || last.letter === "f") return "never";
  if (last.letter !== "interactive") return last.letter === "i" ? "always" : "once";
  return await chooseWord(util, last.argument || "always", "--interactive", [["never", "no", "none"], ["once"], ["always", "yes"]]);
}

/** Removes a file or a directory with all that it holds, without asking. */
export async function removeTree(util: Utility, path: string): Promise<void> {
  await remove(util, path, true, null);
}

async function remove(util: Utility, path: string, recursive: boolean, asker: Asker | null): Promise<boolean> {
  const stat = await util.process.lstat(path);
  if (typeof stat === "number") return await complainAbout(util, path, stat);
  if ((stat.mode & S_IFMT) !== S_IFDIR) return await unlink(util, path, stat, asker);
  if (!recursive && !util.has("d")) return await complainAbout(util, path, -EISDIR);
  if (recursive) {
    const entries = await util.process.readdir(path);
    if (typeof entries === "number") return await complainAbout(util, path, entries);
    if (asker !== null && entries.length > 0 && !(await asker.yes(`descend into directory ${quote(path)}`))) return false;
    let all = true;
    for (const { name } of entries) all = (await remove(util, path.endsWith("/") ? path + name : `${path}/${name}`, true, asker)) && all;
    // What was kept keeps its directory.
    if (!all) return false;
  }
  if (asker !== null && !(await asker.yes(`remove directory ${quote(path)}`))) return false;
  const error = await util.process.rmdir(path);
  if (error < 0) return await complainAbout(util, path, error);
  if (util.has("v")) await util.out(`removed directory ${quote(path)}\n`);
  return true;
}

async function unlink(util: Utility, path: string, stat: Stat, asker: Asker | null): Promise<boolean> {
  if (asker !== null && !(await asker.yes(`remove ${kindOf(stat)} ${quote(path)}`))) return false;
  const error = await util.process.unlink(path);
  if (error < 0) return await complainAbout(util, path, error);
  if (util.has("v")) await util.out(`removed ${quote(path)}\n`);
  return true;
}

function kindOf({ mode, size }: Stat): string {
  const type = mode & S_IFMT;
  return type === S_IFLNK ? "symbolic link" : type === S_IFIFO ? "fifo" : size === 0 ? "regular empty file" : "regular file";
}

async function complainAbout(util: Utility, path: string, error: number): Promise<boolean> {
  if (error === -ENOENT && util.has("f")) return true;
  await util.fail(`cannot remove ${quote(path)}: ${strerror(error)}`);
  return false;
}
