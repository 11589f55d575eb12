/** flock(1): -c -e -E -F -n -o -s -u -w -x, on a file, a directory or a descriptor's number. Left out: --verbose. */
import { EAGAIN, EINTR, strerror } from "../../kernel/index.ts";
import { type Fd, O_CREAT, O_RDONLY } from "../../syscall/index.ts";
import { complain, execvp } from "../lib/index.ts";
import { parseDuration } from "./duration.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const [LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN] = [1, 2, 4, 8];
const [EX_USAGE, EX_NOINPUT, EX_UNAVAILABLE] = [64, 66, 69];
/** How often a lock is asked for again while -w has not run out, virtual ns. The real one waits with an alarm. */
const RETRY_NS = 1e6;

const manual = {
  version: "flock from util-linux 2.38.1",
  usage: "[options] <file>|<directory> <command> [<argument>...]",
  short: "c:eE:Fnosuw:x",
  long: {
    ...{ shared: "s", exclusive: "x", unlock: "u", nonblock: "n", nb: "n", timeout: "w", wait: "w", close: "o", "conflict-exit-code": "E" },
    ...{ command: "c", "no-fork": "F", verbose: "verbose" },
  },
  refused: ["verbose"],
  stopAtOperand: true,
  trouble: EX_USAGE,
};

export const flock = utility(manual, async (util) => {
  const [target, ...words] = util.operands;
  if (target === undefined) {
    return await (util.given.length === 0 ? util.misused("not enough arguments") : util.die("requires file descriptor, file or directory"));
  }
  const shell = words[0] === "-c" || words[0] === "--command" ? words[1] : util.value("c");
  const command = shell === undefined ? words : ["/bin/sh", "-c", shell];
  if (command.length === 0 && !/^\d+$/.test(target)) await util.die(`bad file descriptor: ${quote(target)}`);
  const fd = command.length === 0 ? Number(target) : await openLock(util, target);
  const locked = await acquire(util, fd, target);
  if (!locked) util.status = Number(util.value("E") ?? 1);
  else if (command.length > 0) util.status = await runCommand(util, command, fd);
});

async function openLock(util: Utility, path: string): Promise<Fd> {
  let fd = await util.process.open(path, O_RDONLY | O_CREAT, 0o666);
  if (fd === -21) fd = await util.process.open(path, O_RDONLY);
  return fd < 0 ? await util.die(`cannot open lock file ${path}: ${strerror(fd)}`, EX_NOINPUT) : fd;
}

/** False if the lock is held by somebody else. */
async function acquire(util: Utility, fd: Fd, name: string): Promise<boolean> {
  const { process } = util;
  const kind = util.lastOf("s", "e", "x", "u");
  const operation = kind === "s" ? LOCK_SH : kind === "u" ? LOCK_UN : LOCK_EX;
  const limit = util.value("w");
  const wait = limit === undefined ? null : parseDuration(limit);
  if (limit !== undefined && wait === null) return await util.die(`invalid timeout value: ${quote(limit)}`, EX_USAGE);
  const deadline = wait === null ? null : process.clockMonotonic() + wait;
  const block = util.has("n") || deadline !== null ? LOCK_NB : 0;
  for (;;) {
    const error = await process.flock(fd, operation | block);
    if (error === 0) return true;
    if (error === -EINTR) continue;
    if (error !== -EAGAIN) return await util.die(`${name}: ${strerror(error)}`, EX_NOINPUT);
    if (util.has("n") || deadline === null || process.clockMonotonic() >= deadline) return false;
    await process.nanosleep(RETRY_NS);
  }
}

async function runCommand(util: Utility, command: readonly string[], fd: Fd): Promise<number> {
  const { process } = util;
  const become = async (child: typeof process): Promise<number> => {
    const error = await execvp(child, command);
    await complain(child, `flock: failed to execute ${command[0]}: ${strerror(error)}\n`);
    return EX_UNAVAILABLE;
  };
  if (util.has("F")) return await become(process);
  const pid = await process.fork(async (child) => {
    if (util.has("o")) await child.close(fd);
    return await become(child);
  });
  for (;;) {
    const ended = pid < 0 ? pid : await process.wait4(pid, 0);
    if (ended === -EINTR) continue;
    if (ended === null || typeof ended === "number") return EX_UNAVAILABLE;
    return ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
  }
}
