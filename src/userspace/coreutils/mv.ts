/** mv(1): all options but -Z. Between file systems the tree is copied and removed. */
import { EINVAL, EXDEV, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT, type Stat } from "../../syscall/index.ts";
import { Copier } from "./copy.ts";
import { quote } from "./quote.ts";
import { Asker, Backups, backupNote, withoutSlashes } from "./replace.ts";
import { removeTree } from "./rm.ts";
import { isSameFile, movesOf } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... SOURCE... DEST",
  short: "bfinS:t:TuvZ",
  long: {
    ...{ force: "f", "no-clobber": "n", "target-directory": "t", "no-target-directory": "T", verbose: "v", interactive: "i" },
    ...{ suffix: "S", update: "u", context: "Z", backup: "backup::", "strip-trailing-slashes": "strip-trailing-slashes" },
  },
  refused: ["Z"],
};

interface Means {
  readonly backups: Backups;
  readonly asker: Asker;
}

export const mv = utility(manual, async (util) => {
  const means = { backups: await Backups.from(util), asker: new Asker(util) };
  for (const { source, target } of await movesOf(util)) {
    await move(util, util.has("strip-trailing-slashes") ? withoutSlashes(source) : source, target, means);
  }
});

async function move(util: Utility, source: string, target: string, means: Means): Promise<void> {
  const { process } = util;
  const [from, to] = [await process.lstat(source), await process.lstat(target)];
  if (typeof from === "number") return await util.fail(`cannot stat ${quote(source)}: ${strerror(from)}`);
  let backup: string | null = null;
  if (typeof to !== "number") {
    if (!(await mayReplace(util, { source, from, target, to }, means))) return;
    backup = await means.backups.keep(target);
  }
  const error = await process.rename(source, target);
  if (error === -EINVAL) return await util.fail(`cannot move ${quote(source)} to a subdirectory of itself, ${quote(target)}`);
  if (error === -EXDEV) return await carry(util, source, target, means);
  if (error < 0) return await util.fail(`cannot move ${quote(source)} to ${quote(target)}: ${strerror(error)}`);
  if (util.has("v")) await util.out(`renamed ${quote(source)} -> ${quote(target)}${backupNote(backup)}\n`);
}

interface Meeting {
  readonly source: string;
  readonly from: Stat;
  readonly target: string;
  readonly to: Stat;
}

/** Whether what is at the target may go; tells why not where that is an error. */
async function mayReplace(util: Utility, { source, from, target, to }: Meeting, { asker }: Means): Promise<boolean> {
  if ((await isSameFile(util, source, target)) && from.ino === to.ino) {
    await util.fail(`${quote(source)} and ${quote(target)} are the same file`);
    return false;
  }
  const last = util.lastOf("f", "i", "n");
  if (last === "n" || (util.has("u") && to.mtime >= from.mtime)) return false;
  const [isFolder, overFolder] = [(from.mode & S_IFMT) === S_IFDIR, (to.mode & S_IFMT) === S_IFDIR];
  if (isFolder !== overFolder) {
    const clash = overFolder
      ? `directory ${quote(target)} with non-directory`
      : `non-directory ${quote(target)} with directory ${quote(source)}`;
    await util.fail(`cannot overwrite ${clash}`);
    return false;
  }
  return last !== "i" || (await asker.yes(`overwrite ${quote(target)}`));
}

/** To another file system. */
async function carry(util: Utility, source: string, target: string, means: Means): Promise<void> {
  const copier = new Copier(util, {
    ...{ recursive: true, follow: "none", keepMode: true, keepTime: true, keepLinks: true, make: "copies", update: false },
    ...{ overwrite: "always", force: true, removeFirst: true, withoutData: false, verbose: false, ...means },
  });
  if (!(await copier.copy(source, target))) return;
  if (util.has("v")) await util.out(`copied ${quote(source)} -> ${quote(target)}\n`);
  await removeTree(util, source);
}
