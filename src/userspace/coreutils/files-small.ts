/** Small programs on files: unlink(1), link(1), mknod(1) for pipes and devices(refused), install(1), chown(1) and chgrp(1) for root, mountpoint(1). */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, type Program, S_IFDIR, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { writeAll } from "../lib/index.ts";
import { readBytes, readSome } from "./input.ts";
import { parseMode, umaskOf } from "./mode.ts";
import { absolute, readMounts } from "./mount-table.ts";
import { sameBytes } from "./pieces.ts";
import { quote } from "./quote.ts";
import { Backups, backupNote } from "./replace.ts";
import { clear, isSameFile, type Move, movesOf } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

export const unlink = utility({ usage: "FILE", short: "" }, async (util) => {
  const [path, extra] = util.operands;
  if (path === undefined) return await util.missingOperand();
  if (extra !== undefined) return await util.misused(`extra operand ${quote(extra)}`);
  const error = await util.process.unlink(path);
  if (error < 0) await util.die(`cannot unlink ${quote(path)}: ${strerror(error)}`);
});

export const link = utility({ usage: "FILE1 FILE2", short: "" }, async (util) => {
  const [from, to, extra] = util.operands;
  if (from === undefined) return await util.missingOperand();
  if (to === undefined) return await util.misused(`missing operand after ${quote(from)}`);
  if (extra !== undefined) return await util.misused(`extra operand ${quote(extra)}`);
  const error = await util.process.link(from, to);
  if (error < 0) await util.die(`cannot create link ${quote(to)} to ${quote(from)}: ${strerror(error)}`);
});

const mknodManual = { usage: "[OPTION]... NAME TYPE [MAJOR MINOR]", short: "m:Z", long: { mode: "m" }, refused: ["Z"] };

export const mknod = utility(mknodManual, async (util) => {
  const [path, type, major, extra] = util.operands;
  if (path === undefined) return await util.missingOperand();
  if (type === undefined) return await util.misused(`missing operand after ${quote(path)}`);
  if ("bcu".includes(type.charAt(0))) return await util.notModelled("making a device node");
  if (!type.startsWith("p")) return await util.misused(`invalid device type ${quote(type)}`);
  if (major !== undefined) return await util.misused(`extra operand ${quote(major)}\nFifos do not have major and minor device numbers.`);
  if (extra !== undefined) return await util.misused(`extra operand ${quote(extra)}`);
  const mode = parseMode(util.value("m") ?? "666", 0o666, { isDirectory: false, umask: umaskOf(util.process) });
  if (mode === null) return await util.die("invalid mode");
  const error = await util.process.mkfifo(path, mode);
  if (error < 0) return await util.die(`${quote(path)}: ${strerror(error)}`);
  if (util.has("m")) await util.process.chmod(path, mode);
});

const installManual = {
  usage: "[OPTION]... SOURCE... DEST",
  short: "bcCDdg:m:o:pst:TvS:Z",
  long: {
    ...{ compare: "C", directory: "d", group: "g", mode: "m", owner: "o", "preserve-timestamps": "p", strip: "s", "target-directory": "t" },
    ...{ "no-target-directory": "T", verbose: "v", suffix: "S", backup: "backup::", "strip-program": "strip-program:" },
  },
  refused: [..."sZ", "strip-program"],
};

export const install = utility(installManual, async (util) => {
  const mode = parseMode(util.value("m") ?? "755", 0, { isDirectory: util.has("d"), umask: 0 });
  if (mode === null) return await util.die(`invalid mode ${quote(util.value("m") ?? "")}`);
  if (util.has("d")) {
    if (util.operands.length === 0) await util.missingOperand("file operand");
    for (const path of util.operands) if (await makeFolders(util, path)) await util.process.chmod(path, mode);
    return;
  }
  const [, target] = util.operands;
  if (util.has("D") && target !== undefined && util.operands.length === 2) await makeFolders(util, target.replace(/\/?[^/]*$/, ""));
  const backups = await Backups.from(util);
  for (const move of await movesOf(util)) await installOne(util, move, mode, backups);
});

/** mkdir -p; whether the folder is there at the end. */
async function makeFolders(util: Utility, path: string): Promise<boolean> {
  for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
    const part = end < 0 ? path : path.slice(0, end);
    if (part !== "" && typeof (await util.process.stat(part)) === "number") {
      const error = await util.process.mkdir(part, 0o755);
      if (error < 0) await util.fail(`cannot create directory ${quote(part)}: ${strerror(error)}`);
      else if (util.has("v")) await util.out(`install: creating directory ${quote(part)}\n`);
    }
    if (end < 0) return typeof (await util.process.stat(path === "" ? "." : path)) !== "number";
  }
}

/** -C: whether the target is a file of its own with the same content and the mode that it is to have. */
async function isInstalled(util: Utility, source: string, target: string, mode: number): Promise<boolean> {
  const there = await util.process.lstat(target);
  if (typeof there === "number" || (there.mode & S_IFMT) !== S_IFREG || (there.mode & 0o7777) !== mode) return false;
  const [wanted, found] = [await readBytes(util.process, source), await readBytes(util.process, target)];
  return typeof wanted !== "number" && typeof found !== "number" && sameBytes(wanted, found);
}

async function installOne(util: Utility, { source, target }: Move, mode: number, backups: Backups): Promise<void> {
  const { process } = util;
  const stat = await process.stat(source);
  if (typeof stat === "number") return await util.fail(`cannot stat ${quote(source)}: ${strerror(stat)}`);
  if ((stat.mode & S_IFMT) === S_IFDIR) return await util.fail(`omitting directory ${quote(source)}`);
  if (await isSameFile(util, source, target)) return await util.fail(`${quote(source)} and ${quote(target)} are the same file`);
  const from = await process.open(source, O_RDONLY);
  if (from < 0) return await util.fail(`cannot open ${quote(source)} for reading: ${strerror(from)}`);
  if (util.has("C") && (await isInstalled(util, source, target, mode))) return;
  const replaced = typeof (await process.lstat(target)) !== "number";
  const backup = await backups.keep(target);
  if (replaced && backup === null && (await clear(util, target)) === 0 && util.has("v")) await util.out(`removed ${quote(target)}\n`);
  const to = await process.open(target, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  if (to < 0) return await util.fail(`cannot create regular file ${quote(target)}: ${strerror(to)}`);
  for (;;) {
    const bytes = await readSome(process, from);
    const error = typeof bytes === "number" ? bytes : await writeAll(process, to, bytes);
    if (error < 0) await util.fail(`error writing ${quote(target)}: ${strerror(error)}`);
    if (error < 0 || typeof bytes === "number" || bytes.length === 0) break;
  }
  for (const fd of [from, to]) await process.close(fd);
  await process.chmod(target, mode);
  if (util.has("p")) await process.utimens(target, stat.mtime);
  if (util.has("v")) await util.out(`${quote(source)} -> ${quote(target)}${backupNote(backup)}\n`);
}

const ownerManual = {
  usage: "[OPTION]... OWNER FILE...",
  short: "cfhHLPRv",
  long: { changes: "c", quiet: "f", silent: "f", "no-dereference": "h", recursive: "R", verbose: "v", reference: "reference:" },
  refused: ["c", "v", "reference"],
};

/** Everything belongs to root, and root is the only one whom it can be given. */
function ownerProgram(what: "user" | "group"): Program {
  return utility(ownerManual, async (util) => {
    const [owner, ...paths] = util.operands;
    if (owner === undefined) return await util.missingOperand();
    if (paths.length === 0) return await util.misused(`missing operand after ${quote(owner)}`);
    const [user = "", group = ""] = what === "user" ? owner.split(/[:.](.*)/s) : ["", owner];
    await checkOwner(util, "user", user, owner);
    await checkOwner(util, "group", group, owner);
    for (const path of paths) {
      const stat = await (util.has("h") ? util.process.lstat(path) : util.process.stat(path));
      if (typeof stat === "number" && !util.has("f")) await util.fail(`cannot access ${quote(path)}: ${strerror(stat)}`);
      else if (typeof stat === "number") util.status = 1;
    }
  });
}

async function checkOwner(util: Utility, kind: "user" | "group", name: string, given: string): Promise<void> {
  if (["", "root", "0"].includes(name)) return;
  if (/^\d+$/.test(name)) await util.notModelled(`${kind} ${quote(name)}`);
  else await util.die(`invalid ${kind}: ${quote(given)}`);
}

export const chown = ownerProgram("user");
export const chgrp = ownerProgram("group");

const NO_MOUNTPOINT = 32;

const mountpointManual = {
  version: "mountpoint from util-linux 2.38.1",
  usage: "[-qd] <path>",
  short: "qdx",
  long: { quiet: "q", "fs-devno": "d", devno: "x", nofollow: "nofollow" },
  refused: ["x"],
};

export const mountpoint = utility(mountpointManual, async (util) => {
  const [path, extra] = util.operands;
  if (path === undefined || extra !== undefined) return await util.misused("bad usage");
  const stat = await util.process.stat(path);
  if (typeof stat === "number") return await (util.has("q") ? util.end(1) : util.die(`${path}: ${strerror(stat)}`));
  const mounts = await readMounts(util.process);
  const target = absolute(util.process, path);
  const is = typeof mounts !== "number" && mounts.some((mount) => mount.target === target);
  if (util.has("d") && is) await util.out(`0:${stat.dev}\n`);
  else if (!util.has("q")) await util.out(`${path} is ${is ? "" : "not "}a mountpoint\n`);
  if (!is) util.status = NO_MOUNTPOINT;
});
