/**
 * mount(8) of util-linux 2.38: lists mounts, makes one, binds, remounts, and changes how events of mounts spread. Left out:
 * /etc/fstab (there is none), images and loop devices, helpers of file systems, --move.
 */
import { EBUSY, EINVAL, ENODEV, ENOENT, ENOTDIR, EROFS, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import * as posix from "../lib/index.ts";
import { absolute, readMounts } from "./mount-table.ts";
import { type Utility, utility } from "./utility.ts";

const PROPAGATION = ["shared", "slave", "private", "unbindable"] as const;
const propagation = Object.fromEntries(PROPAGATION.flatMap((kind) => [kind, `r${kind}`]).map((kind) => [`make-${kind}`, `make-${kind}`]));
const ALL_OPTIONS = { all: "a", fork: "F", fake: "f", "internal-only": "i", verbose: "v", read: "r", write: "w", move: "M" };

const manual = {
  usage: "[-lhV]\n       mount [-t TYPE] [-o OPTION,...] SOURCE DIRECTORY\n       mount --bind|--rbind FROM DIRECTORY",
  short: "aBcfFilL:Mno:rRsST:t:U:vw",
  long: {
    ...ALL_OPTIONS,
    ...{ bind: "B", rbind: "R", options: "o:", "read-only": "r", rw: "w", types: "t:", "no-mtab": "n", "show-labels": "l" },
    ...{ target: "target:", source: "source:", "no-canonicalize": "c", ...propagation },
  },
  refused: ["a", "F", "f", "i", "M", "L", "U", "T", "s", "S"],
};

/** Statuses of mount(8): wrong usage, and a mount that failed. */
const MOUNT_FAILED = 32;

const FLAGS: Readonly<Record<string, readonly [flag: number, on: boolean]>> = {
  ...{ ro: [posix.MS_RDONLY, true], rw: [posix.MS_RDONLY, false], nosuid: [posix.MS_NOSUID, true], suid: [posix.MS_NOSUID, false] },
  ...{ nodev: [posix.MS_NODEV, true], dev: [posix.MS_NODEV, false], noexec: [posix.MS_NOEXEC, true], exec: [posix.MS_NOEXEC, false] },
  ...{ noatime: [posix.MS_NOATIME, true], relatime: [posix.MS_NOATIME, false], defaults: [0, true], remount: [posix.MS_REMOUNT, true] },
  ...{ bind: [posix.MS_BIND, true], rbind: [posix.MS_BIND | posix.MS_REC, true] },
};
const KINDS: Readonly<Record<(typeof PROPAGATION)[number], number>> = {
  shared: posix.MS_SHARED,
  slave: posix.MS_SLAVE,
  private: posix.MS_PRIVATE,
  unbindable: posix.MS_UNBINDABLE,
};

interface Request {
  flags: number;
  /** What the file system itself is told. */
  readonly data: string[];
  /** Changes of propagation, made one after the other when the mount is there. */
  readonly propagation: number[];
}

export const mount = utility(manual, async (util) => {
  const request: Request = { flags: 0, data: [], propagation: [] };
  for (const { letter, argument } of util.given) takeOption(request, letter, argument);
  const words = [util.value("source"), util.value("target")].filter((word) => word !== undefined).concat(util.operands);
  const type = util.value("t");
  const plain = request.flags === 0 && request.data.length === 0 && request.propagation.length === 0;
  if (words.length === 0) return plain ? await list(util, type) : await util.misused("bad usage");
  if (words.length > 2) return await util.misused("bad usage");
  const [first = "", second] = words;
  const existing = request.propagation.length > 0 || (request.flags & posix.MS_REMOUNT) !== 0;
  if (second === undefined && !existing) return await util.die(`${first}: can't find in /etc/fstab.`, 1);
  const target = absolute(util.process, second ?? first);
  const source = second === undefined ? "none" : (request.flags & posix.MS_BIND) === 0 ? first : absolute(util.process, first);
  if (second !== undefined || request.propagation.length === 0) await attach(util, source, target, type ?? null, request);
  for (const flag of request.propagation) await change(util, target, flag);
});

function takeOption(request: Request, letter: string, argument: string): void {
  if (letter === "B" || letter === "R") request.flags |= posix.MS_BIND | (letter === "R" ? posix.MS_REC : 0);
  else if (letter === "r") request.flags |= posix.MS_RDONLY;
  else if (letter === "w") request.flags &= ~posix.MS_RDONLY;
  else if (letter.startsWith("make-")) takePropagation(request, letter.slice("make-".length));
  else if (letter === "o") for (const word of argument.split(",")) takeMountOption(request, word);
}

function takePropagation(request: Request, word: string): boolean {
  const kind = PROPAGATION.find((name) => word === name || word === `r${name}`);
  if (kind === undefined) return false;
  request.propagation.push(KINDS[kind] | (word === kind ? 0 : posix.MS_REC));
  return true;
}

function takeMountOption(request: Request, word: string): void {
  const flag = FLAGS[word];
  if (flag !== undefined) request.flags = flag[1] ? request.flags | flag[0] : request.flags & ~flag[0];
  else if (word !== "" && !takePropagation(request, word)) request.data.push(word);
}

async function list(util: Utility, type: string | undefined): Promise<void> {
  const mounts = await readMounts(util.process);
  if (typeof mounts === "number") return await util.die("failed to read mtab: No such file or directory", 1);
  const wanted = type?.split(",");
  for (const entry of mounts) {
    if (wanted?.includes(entry.type) === false) continue;
    await util.out(`${entry.source} on ${entry.target} type ${entry.type} (${entry.options})\n`);
  }
}

async function attach(util: Utility, source: string, target: string, type: string | null, request: Request): Promise<void> {
  const { process } = util;
  const ready = await process.stat(target);
  if (typeof ready === "number") return await failed(util, target, "mount point does not exist.", false);
  const needsType = (request.flags & (posix.MS_BIND | posix.MS_REMOUNT)) === 0;
  if (needsType && type === null) return await withoutType(util, source, target);
  const error = await process.mount(source, target, type ?? "none", request.flags, request.data.join(","));
  if (error < 0) return await complain(util, error, source, target, type ?? "none", (ready.mode & S_IFMT) === S_IFDIR);
  if ((request.flags & posix.MS_BIND) === 0 || (request.flags & (posix.MS_RDONLY | posix.MS_NOSUID)) === 0) return;
  await process.mount("none", target, "none", posix.MS_REMOUNT | request.flags, "");
}

/** Without -t the type is read off the source, which has to be a block device; this machine has none. */
async function withoutType(util: Utility, source: string, target: string): Promise<void> {
  const known = await util.process.stat(source);
  if (typeof known !== "number") return await failed(util, target, `${source} is not a block device.`, false);
  return await failed(
    util,
    target,
    source.includes("/") ? `special device ${source} does not exist.` : "no filesystem type specified.",
    false,
  );
}

async function complain(util: Utility, error: number, source: string, target: string, type: string, directory: boolean): Promise<void> {
  const texts: Readonly<Record<number, string>> = {
    [-EBUSY]: `${source} already mounted or mount point busy.`,
    [-EINVAL]: `wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.`,
    [-ENODEV]: `unknown filesystem type '${type}'.`,
    [-ENOENT]: `special device ${source} does not exist.`,
    [-ENOTDIR]: directory ? `mount(2) system call failed: ${strerror(error)}.` : "mount point is not a directory.",
    [-EROFS]: `WARNING: source write-protected, mounted read-only.`,
  };
  await failed(util, target, texts[error] ?? `mount(2) system call failed: ${strerror(error)}.`, true);
}

async function change(util: Utility, target: string, flags: number): Promise<void> {
  const error = await util.process.mount("none", target, "", flags, "");
  if (error === -EINVAL) return await failed(util, target, "not mount point or bad option.", true);
  if (error === -ENOENT) return await failed(util, target, "mount point does not exist.", false);
  if (error < 0) await failed(util, target, `mount(2) system call failed: ${strerror(error)}.`, true);
}

/** Says what went wrong; where the kernel was asked, its log may know more. */
async function failed(util: Utility, target: string, text: string, asked: boolean): Promise<void> {
  const hint = asked ? "\n       dmesg(1) may have more information after failed mount system call." : "";
  await util.die(`${target}: ${text}${hint}`, MOUNT_FAILED);
}
