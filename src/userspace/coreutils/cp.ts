/** cp(1): -a, -d, -f, -n, -p, -P, -r, -t, -T, -v. Left out: asking, backups, attributes other than mode and time. */
import { strerror } from "../../kernel/index.ts";
import { type Fd, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, type Stat } from "../../syscall/index.ts";
import { writeAll } from "../lib/index.ts";
import { readSome } from "./input.ts";
import { quote } from "./quote.ts";
import { clear, isSameFile, joinPath, movesOf } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... SOURCE... DEST",
  short: "abdfHilLnpPrRsS:t:TuvxZ",
  long: {
    archive: "a",
    force: "f",
    "no-clobber": "n",
    "no-dereference": "P",
    recursive: "r",
    "target-directory": "t",
    "no-target-directory": "T",
    verbose: "v",
    ...{
      dereference: "L",
      interactive: "i",
      link: "l",
      "symbolic-link": "s",
      suffix: "S",
      update: "u",
      "one-file-system": "x",
      backup: "backup::",
    },
    ...{ preserve: "preserve::", "no-preserve": "no-preserve:", parents: "parents", reflink: "reflink::", sparse: "sparse:" },
  },
  refused: [..."bHilLsSuxZ", "backup", "preserve", "no-preserve", "parents", "reflink", "sparse"],
};

export const cp = utility(manual, async (util) => {
  for (const { source, target } of await movesOf(util)) await copy(util, source, target, true);
});

async function copy(util: Utility, source: string, target: string, top: boolean): Promise<void> {
  const { process } = util;
  const recursive = util.has("r", "R", "a");
  const keepLinks = util.has("a", "d", "P") || (recursive && !util.has("L"));
  const stat = await (keepLinks ? process.lstat(source) : process.stat(source));
  if (typeof stat === "number") return await util.fail(`cannot stat ${quote(source)}: ${strerror(stat)}`);
  const type = stat.mode & S_IFMT;
  if (type === S_IFDIR) {
    if (!recursive) return await util.fail(`-r not specified; omitting directory ${quote(source)}`);
    return await copyFolder(util, source, target, stat, top);
  }
  if (await isSameFile(util, source, target)) return await util.fail(`${quote(source)} and ${quote(target)} are the same file`);
  const over = await process.stat(target);
  if (typeof over !== "number" && (over.mode & S_IFMT) === S_IFDIR)
    return await util.fail(`cannot overwrite directory ${quote(target)} with non-directory`);
  if (util.has("n") && typeof (await process.lstat(target)) !== "number") return;
  if (type === S_IFLNK) await copyLink(util, source, target);
  else if (type === S_IFIFO && recursive) await util.fail(`copying the pipe ${quote(source)} is not modelled by this emulator`);
  else await copyFile(util, source, target, stat);
}

async function copyFolder(util: Utility, source: string, target: string, stat: Stat, top: boolean): Promise<void> {
  const { process } = util;
  if (top && (await isInside(util, source, target))) {
    return await util.fail(`cannot copy a directory, ${quote(source)}, into itself, ${quote(target)}`);
  }
  const there = await process.stat(target);
  if (typeof there !== "number" && (there.mode & S_IFMT) !== S_IFDIR) {
    return await util.fail(`cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`);
  }
  const entries = await process.readdir(source);
  if (typeof entries === "number") return await util.fail(`cannot access ${quote(source)}: ${strerror(entries)}`);
  if (typeof there === "number") {
    const error = await process.mkdir(target, stat.mode & 0o7777);
    if (error < 0) return await util.fail(`cannot create directory ${quote(target)}: ${strerror(error)}`);
    await report(util, source, target);
  }
  for (const { name } of entries) await copy(util, joinPath(source, name), joinPath(target, name), false);
  await keepAttributes(util, target, stat);
}

/** Whether one of the directories above `target` is `source`. */
async function isInside(util: Utility, source: string, target: string): Promise<boolean> {
  for (let above = parent(target); ; above = parent(above)) {
    if (await isSameFile(util, source, above)) return true;
    if (above === "/" || above === ".") return false;
  }
}

function parent(path: string): string {
  const cut = path.replace(/\/+$/, "").replace(/\/*[^/]*$/, "");
  return cut === "" ? (path.startsWith("/") ? "/" : ".") : cut;
}

async function copyLink(util: Utility, source: string, target: string): Promise<void> {
  const { process } = util;
  const text = await process.readlink(source);
  if (typeof text === "number") return await util.fail(`cannot read symbolic link ${quote(source)}: ${strerror(text)}`);
  await clear(util, target);
  const error = await process.symlink(text, target);
  if (error < 0) return await util.fail(`cannot create symbolic link ${quote(target)}: ${strerror(error)}`);
  await report(util, source, target);
}

async function copyFile(util: Utility, source: string, target: string, stat: Stat): Promise<void> {
  const { process } = util;
  const from = await process.open(source, O_RDONLY);
  if (from < 0) return await util.fail(`cannot open ${quote(source)} for reading: ${strerror(from)}`);
  let to = await process.open(target, O_WRONLY | O_CREAT | O_TRUNC, stat.mode & 0o777);
  if (to < 0 && util.has("f") && (await clear(util, target)) === 0) to = await process.open(target, O_WRONLY | O_CREAT, stat.mode & 0o777);
  if (to < 0) {
    await process.close(from);
    return await util.fail(`cannot create regular file ${quote(target)}: ${strerror(to)}`);
  }
  await pump(util, from, to, source, target);
  await process.close(from);
  await process.close(to);
  await keepAttributes(util, target, stat);
  await report(util, source, target);
}

async function pump(util: Utility, from: Fd, to: Fd, source: string, target: string): Promise<void> {
  for (;;) {
    const bytes = await readSome(util.process, from);
    if (typeof bytes === "number") return await util.fail(`error reading ${quote(source)}: ${strerror(bytes)}`);
    if (bytes.length === 0) return;
    const error = await writeAll(util.process, to, bytes);
    if (error < 0) return await util.fail(`error writing ${quote(target)}: ${strerror(error)}`);
  }
}

async function keepAttributes(util: Utility, target: string, stat: Stat): Promise<void> {
  if (!util.has("p", "a")) return;
  await util.process.chmod(target, stat.mode & 0o7777);
  await util.process.utimens(target, stat.mtime);
}

async function report(util: Utility, source: string, target: string): Promise<void> {
  if (util.has("v")) await util.out(`${quote(source)} -> ${quote(target)}\n`);
}
