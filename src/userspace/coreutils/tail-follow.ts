/**
 * tail -f and -F: goes on printing what is written to the files. Told by inotify, on file systems that know it (tmpfs), else by looking
 * again every -s seconds. Left out: --max-unchanged-stats.
 */
import { ENOENT, ESRCH, SIGPIPE, strerror } from "../../kernel/index.ts";
import { type Fd, O_RDONLY, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { STDOUT, writeAll } from "../lib/index.ts";
import { parent } from "./copy.ts";
import { parseDuration } from "./duration.ts";
import { readSome } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import type { Utility } from "./utility.ts";

const IN_MODIFY = 0x2;
const IN_NAMES = 0x40 | 0x80 | 0x100 | 0x200;
const POLLIN = 1;
const EVENTS = 65_536;
const TMPFS_MAGIC = 0x0102_1994;

/** A file that is followed. */
export interface Followed {
  readonly name: string;
  /** -1 while there is no such file. */
  fd: Fd;
  /** Device and inode. */
  identity: string;
}

interface Follow {
  readonly util: Utility;
  readonly files: Followed[];
  /** By name: what takes its place is followed instead. */
  readonly byName: boolean;
  readonly titled: boolean;
  /** The file whose title stands above what was printed last. */
  last: Followed | null;
  readonly inotify: Fd;
  /** Files on file systems that do not tell. */
  readonly looks: boolean;
}

/** How often to look, and whose end is the end. */
export interface Pace {
  /** ns */
  readonly interval: number;
  readonly pid: number | null;
}

export async function paceOf(util: Utility): Promise<Pace> {
  const interval = parseDuration(util.value("s") ?? "1");
  if (interval === null) return await util.die(`invalid number of seconds: ${quote(util.value("s") ?? "")}`);
  const pid = util.value("pid");
  if (pid !== undefined && !/^\d+$/.test(pid)) return await util.die(`invalid PID: ${quote(pid)}`);
  return { interval, pid: pid === undefined ? null : Number(pid) };
}

export async function follow(util: Utility, files: Followed[], titled: boolean, { interval, pid }: Pace): Promise<void> {
  const { process } = util;
  const byName = util.has("F") || util.value("follow") === "name";
  const told = await isTold(util, files);
  const inotify = told ? await process.inotifyInit() : -1;
  const run: Follow = { util, files, byName, titled, last: files.at(-1) ?? null, inotify, looks: !told || pid !== null };
  for (const file of files) await watch(run, file);
  for (;;) {
    const ended = pid !== null && (await process.kill(pid, 0)) === -ESRCH;
    for (const file of [...files]) await catchUp(run, file);
    await util.flush();
    if (ended) return;
    if (files.every(({ fd }) => fd < 0) && !byName) return await util.die("no files remaining");
    await wait(run, interval);
  }
}

/** Whether inotify does: not if no file is there yet, or one of them is a link, no regular file, or on another file system. */
async function isTold(util: Utility, files: readonly Followed[]): Promise<boolean> {
  let any = false;
  for (const { name, fd } of files) {
    if (fd < 0) continue;
    const [stat, statfs] = [await util.process.lstat(name), await util.process.statfs(name)];
    if (typeof stat === "number" || (stat.mode & S_IFMT) !== S_IFREG) return false;
    if (typeof statfs === "number" || statfs.type !== TMPFS_MAGIC) return false;
    any = true;
  }
  return any;
}

async function watch({ util, byName, inotify }: Follow, { name }: Followed): Promise<void> {
  if (inotify < 0) return;
  await util.process.inotifyAddWatch(inotify, name, IN_MODIFY);
  if (byName) await util.process.inotifyAddWatch(inotify, parent(name), IN_NAMES);
}

/** Until something happens to a file, or the time to look has come. Nobody who reads is the end, as SIGPIPE is. */
async function wait({ util, inotify, looks }: Follow, interval: number): Promise<void> {
  const { process } = util;
  const output = { fd: STDOUT, events: 0 };
  const ready = await process.poll(inotify < 0 ? [output] : [{ fd: inotify, events: POLLIN }, output], looks ? interval : null);
  if (typeof ready === "number") return;
  if (ready.includes(STDOUT)) await process.kill(process.pid, SIGPIPE);
  if (ready.includes(inotify)) await process.read(inotify, EVENTS);
}

/** Prints what is new in a file, and in what has taken its place. */
async function catchUp(run: Follow, file: Followed): Promise<void> {
  const { util } = run;
  if (file.fd >= 0) await drain(run, file);
  if (!run.byName) return;
  const stat = await util.process.stat(file.name);
  const identity = typeof stat === "number" ? "" : `${stat.dev}:${stat.ino}`;
  if (identity === file.identity) return;
  if (identity === "") await util.fail(`${quote(file.name)} has become inaccessible: ${strerror(-ENOENT)}`);
  else await util.say(`${quote(file.name)} has ${file.identity === "" ? "appeared" : "been replaced"};  following new file`);
  if (file.fd >= 0) await util.process.close(file.fd);
  file.fd = identity === "" ? -1 : await util.process.open(file.name, O_RDONLY);
  file.identity = identity;
  if (file.fd < 0) return;
  await watch(run, file);
  await drain(run, file);
}

async function drain(run: Follow, file: Followed): Promise<void> {
  const { util } = run;
  const { process } = util;
  const [stat, position] = [await process.fstat(file.fd), await process.lseek(file.fd, 0, 1)];
  if (typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFREG && stat.size < position) {
    await util.say(`${quoteIfNeeded(file.name)}: file truncated`);
    await process.lseek(file.fd, 0, 0);
  }
  for (;;) {
    const bytes = await readSome(process, file.fd);
    if (typeof bytes === "number") return await util.fail(`error reading ${quote(file.name)}: ${strerror(bytes)}`);
    if (bytes.length === 0) return;
    if (run.titled && run.last !== file) await util.out(`\n==> ${file.name} <==\n`);
    run.last = file;
    await util.flush();
    const error = await writeAll(process, STDOUT, bytes);
    if (error < 0) return await util.die(`write error: ${strerror(error)}`);
  }
}
