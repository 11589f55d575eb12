/** rm(1): -d, -f, -r, -v. Left out: asking (-i, -I). */
import { EISDIR, ENOENT, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
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
  refused: ["i", "I", "interactive", "one-file-system"],
};

export const rm = utility(manual, async (util) => {
  if (util.operands.length === 0 && !util.has("f")) await util.missingOperand();
  const recursive = util.has("r", "R");
  for (const path of util.operands) {
    if (recursive && /^\/+$/.test(path) && !util.has("no-preserve-root")) {
      await util.fail(`it is dangerous to operate recursively on ${quote(path)}`);
      await util.fail("use --no-preserve-root to override this failsafe");
    } else if (recursive && /(^|\/)\.\.?\/*$/.test(path)) {
      await util.fail(`refusing to remove '.' or '..' directory: skipping ${quote(path)}`);
    } else {
      await remove(util, path, recursive);
    }
  }
});

async function remove(util: Utility, path: string, recursive: boolean): Promise<void> {
  const stat = await util.process.lstat(path);
  if (typeof stat === "number") return await complainAbout(util, path, stat);
  if ((stat.mode & S_IFMT) !== S_IFDIR) return await unlink(util, path);
  if (!recursive && !util.has("d")) return await complainAbout(util, path, -EISDIR);
  if (recursive) {
    const entries = await util.process.readdir(path);
    if (typeof entries === "number") return await complainAbout(util, path, entries);
    for (const { name } of entries) await remove(util, path.endsWith("/") ? path + name : `${path}/${name}`, true);
  }
  const error = await util.process.rmdir(path);
  if (error < 0) return await complainAbout(util, path, error);
  if (util.has("v")) await util.out(`removed directory ${quote(path)}\n`);
}

async function unlink(util: Utility, path: string): Promise<void> {
  const error = await util.process.unlink(path);
  if (error < 0) return await complainAbout(util, path, error);
  if (util.has("v")) await util.out(`removed ${quote(path)}\n`);
}

async function complainAbout(util: Utility, path: string, error: number): Promise<void> {
  if (error === -ENOENT && util.has("f")) return;
  await util.fail(`cannot remove ${quote(path)}: ${strerror(error)}`);
}
