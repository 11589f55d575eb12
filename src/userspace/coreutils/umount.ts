/** umount(8) of util-linux 2.38: by mount point or by source; -R with everything below. Left out: -a, /etc/fstab, loop devices. */
import { EBUSY, EINVAL, ENOENT, strerror } from "../../kernel/index.ts";
import { MNT_DETACH, MNT_FORCE } from "../lib/index.ts";
import { absolute, type MountEntry, readMounts } from "./mount-table.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[-flnqR] DIRECTORY|SOURCE...",
  short: "aAcdfilnqrRO:t:v",
  long: { all: "a", force: "f", lazy: "l", "no-mtab": "n", quiet: "q", recursive: "R", verbose: "v", types: "t:" },
  refused: ["a", "A", "d", "i", "r", "O", "t"],
};

const UMOUNT_FAILED = 32;

export const umount = utility(manual, async (util) => {
  if (util.operands.length === 0) return await util.misused("bad usage");
  const flags = (util.has("l") ? MNT_DETACH : 0) | (util.has("f") ? MNT_FORCE : 0);
  for (const word of util.operands) {
    if (util.has("R")) await umountTree(util, word, flags);
    else await umountOne(util, word, flags);
  }
});

async function table(util: Utility): Promise<readonly MountEntry[]> {
  const mounts = await readMounts(util.process);
  return typeof mounts === "number" ? [] : mounts;
}

/** The mount point that a word means: itself, or where the source of that name is mounted last. */
async function targetOf(util: Utility, word: string): Promise<string> {
  const path = absolute(util.process, word);
  const mounts = await table(util);
  if (mounts.some((entry) => entry.target === path)) return path;
  return mounts.findLast((entry) => entry.source === word)?.target ?? path;
}

async function umountOne(util: Utility, word: string, flags: number): Promise<boolean> {
  const target = await targetOf(util, word);
  const error = await util.process.umount2(target, flags);
  if (error === 0) return true;
  const text =
    error === -EINVAL
      ? "not mounted."
      : error === -ENOENT
        ? "no mount point specified."
        : error === -EBUSY
          ? "target is busy."
          : `umount failed: ${strerror(error)}.`;
  if (util.has("q") && error === -EINVAL) util.status = UMOUNT_FAILED;
  else await util.fail(`${target}: ${text}`, UMOUNT_FAILED);
  return false;
}

/** What is mounted below goes first, the latest before the earlier ones. */
async function umountTree(util: Utility, word: string, flags: number): Promise<void> {
  const top = absolute(util.process, word);
  const mounts = await table(util);
  const root = mounts.findLastIndex((entry) => entry.target === top);
  if (root < 0) return await util.fail(`${top}: not found`, UMOUNT_FAILED);
  const below = mounts.slice(root + 1).filter((entry) => entry.target.startsWith(`${top}/`));
  for (const { target } of [...below].reverse()) if (!(await umountOne(util, target, flags))) return;
  await umountOne(util, top, flags);
}
