/** mv(1) within one file system: -f, -n, -t, -T, -v. Left out: asking, backups, and moving between file systems. */
import { EINVAL, EXDEV, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
import { isSameFile, movesOf } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... SOURCE... DEST",
  short: "bfinS:t:TuvZ",
  long: {
    force: "f",
    "no-clobber": "n",
    "target-directory": "t",
    "no-target-directory": "T",
    verbose: "v",
    ...{ interactive: "i", suffix: "S", update: "u", context: "Z", backup: "backup::", "strip-trailing-slashes": "strip-trailing-slashes" },
  },
  refused: [..."biSuZ", "backup", "strip-trailing-slashes"],
};

export const mv = utility(manual, async (util) => {
  for (const { source, target } of await movesOf(util)) await move(util, source, target);
});

async function move(util: Utility, source: string, target: string): Promise<void> {
  const { process } = util;
  const [from, to] = [await process.lstat(source), await process.lstat(target)];
  if (typeof from === "number") return await util.fail(`cannot stat ${quote(source)}: ${strerror(from)}`);
  if (typeof to !== "number") {
    if (await isSameFile(util, source, target)) return await util.fail(`${quote(source)} and ${quote(target)} are the same file`);
    if (util.has("n")) return;
    const [isFolder, overFolder] = [(from.mode & S_IFMT) === S_IFDIR, (to.mode & S_IFMT) === S_IFDIR];
    if (overFolder && !isFolder) return await util.fail(`cannot overwrite directory ${quote(target)} with non-directory`);
    if (isFolder && !overFolder) return await util.fail(`cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`);
  }
  const error = await process.rename(source, target);
  if (error === -EINVAL) return await util.fail(`cannot move ${quote(source)} to a subdirectory of itself, ${quote(target)}`);
  if (error === -EXDEV) return await util.fail(`moving ${quote(source)} to another file system is not modelled by this emulator`);
  if (error < 0) return await util.fail(`cannot move ${quote(source)} to ${quote(target)}: ${strerror(error)}`);
  if (util.has("v")) await util.out(`renamed ${quote(source)} -> ${quote(target)}\n`);
}
