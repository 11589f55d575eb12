/**
 * unshare(1) and nsenter(1) of util-linux 2.38: a program with namespaces of its own (mount, net, uts), or in those of
 * another process or of a file. Left out, and refused: ipc, user, pid, cgroup and time namespaces, users, capabilities.
 */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { type Fd, O_CLOEXEC, O_CREAT, O_RDONLY } from "../../syscall/index.ts";
import { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUTS, execvp, MS_BIND, MS_PRIVATE, MS_REC, MS_SHARED, MS_SLAVE } from "../lib/index.ts";
import { type Utility, utility } from "./utility.ts";

const EXEC_FAILED = 126;
const EXEC_NOT_FOUND = 127;

/** Namespaces that are modelled: letter, name below /proc/PID/ns, flag. */
const KINDS = [
  ["u", "uts", CLONE_NEWUTS],
  ["n", "net", CLONE_NEWNET],
  ["m", "mnt", CLONE_NEWNS],
] as const;

const PROPAGATION: Readonly<Record<string, number>> = {
  private: MS_PRIVATE | MS_REC,
  shared: MS_SHARED | MS_REC,
  slave: MS_SLAVE | MS_REC,
  unchanged: 0,
};

const unshareManual = {
  version: "unshare from util-linux 2.38.1",
  usage: "[-mnu] [--propagation private|shared|slave|unchanged] [-f] [PROGRAM [ARGUMENT]...]",
  short: "+hVm::u::i::n::p::C::U::T::frR:w:S:G:c",
  long: {
    ...{ mount: "m::", uts: "u::", ipc: "i::", net: "n::", pid: "p::", cgroup: "C::", user: "U::", time: "T::" },
    ...{ fork: "f", "kill-child": "kill-child::", "mount-proc": "mount-proc::", "map-root-user": "r", propagation: "propagation:" },
    ...{ root: "R:", wd: "w:" },
  },
  refused: ["i", "p", "C", "U", "T", "r", "R", "S", "G", "c", "kill-child", "mount-proc"],
  stopAtOperand: true,
};

export const unshare = utility(unshareManual, async (util) => {
  const { process } = util;
  const wanted = KINDS.filter(([letter]) => util.has(letter));
  const word = util.value("propagation") ?? "private";
  const propagation = PROPAGATION[word];
  if (propagation === undefined) return await util.die(`unsupported propagation mode: ${word}`);
  const made = await process.unshare(wanted.reduce((flags, [, , flag]) => flags | flag, 0));
  if (made < 0) return await util.die(`unshare failed: ${strerror(made)}`);
  if (util.has("m") && propagation !== 0) {
    const changed = await process.mount("none", "/", "", propagation, "");
    if (changed < 0) return await util.die(`cannot change root filesystem propagation: ${strerror(changed)}`);
  }
  await keep(util, wanted);
  if (util.has("f")) return await forkAndRun(util);
  const folder = util.value("w");
  const moved = folder === undefined ? 0 : await process.chdir(folder);
  if (moved < 0) return await util.die(`cannot chdir to '${folder}': ${strerror(moved)}`);
  await runProgram(util);
});

/** --net=FILE and the like: the namespace is mounted on the file, and so outlives the program. */
async function keep(util: Utility, wanted: readonly (typeof KINDS)[number][]): Promise<void> {
  for (const [letter, name] of wanted) {
    const file = util.value(letter) ?? "";
    if (file === "") continue;
    const fd = await util.process.open(file, O_RDONLY | O_CREAT | O_CLOEXEC, 0o600);
    if (fd >= 0) await util.process.close(fd);
    const error = await util.process.mount(`/proc/self/ns/${name}`, file, "", MS_BIND, "");
    if (error < 0) await util.die(`mount /proc/self/ns/${name} on ${file} failed: ${strerror(error)}`);
  }
}

async function forkAndRun(util: Utility): Promise<void> {
  const { process } = util;
  const pid = await process.fork(async (child) => {
    await execProgram(util, child);
    return EXEC_FAILED;
  });
  if (pid < 0) return await util.die(`fork failed: ${strerror(pid)}`);
  const ended = await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") return await util.die("waitpid failed");
  if (ended.signal !== 0) await process.kill(process.pid, ended.signal);
  util.status = ended.exitCode;
}

async function runProgram(util: Utility): Promise<void> {
  await util.flush();
  await execProgram(util, util.process);
}

/** Becomes the program, or a shell if none was named. Returns only by ending the process. */
async function execProgram(util: Utility, process: Utility["process"]): Promise<never> {
  const argv = util.operands.length > 0 ? util.operands : [process.env.get("SHELL") ?? "/bin/sh"];
  const error = await execvp(process, argv);
  const status = error === -ENOENT ? EXEC_NOT_FOUND : EXEC_FAILED;
  await util.say(`failed to execute ${argv[0]}: ${strerror(error)}`);
  return process.exit(status);
}

const nsenterManual = {
  version: "nsenter from util-linux 2.38.1",
  usage: "[-t PID] [-mnu[FILE]] [PROGRAM [ARGUMENT]...]",
  short: "+ahVt:m::u::i::n::p::C::U::T::S:G:r::w::W:eFZ",
  long: {
    ...{ all: "a", target: "t:", mount: "m::", uts: "u::", ipc: "i::", net: "n::", pid: "p::", cgroup: "C::", user: "U::", time: "T::" },
    ...{ root: "r::", wd: "w::", wdns: "W:", "no-fork": "F" },
  },
  refused: ["i", "p", "C", "U", "T", "S", "G", "r", "w", "W", "e", "Z"],
  stopAtOperand: true,
};

export const nsenter = utility(nsenterManual, async (util) => {
  const target = util.value("t");
  if (target !== undefined && !/^\d+$/.test(target)) await util.die(`failed to parse pid: '${target}'`);
  if (util.has("a") && target === undefined) await util.die("no target PID specified for --all");
  const opened: (readonly [Fd, string, number])[] = [];
  for (const [letter, name, flag] of KINDS) {
    if (!util.has(letter, "a")) continue;
    const file = util.value(letter) ?? "";
    if (file === "" && target === undefined) await util.die(`neither filename nor target pid supplied for ns/${name}`);
    const path = file === "" ? `/proc/${target}/ns/${name}` : file;
    const fd = await util.process.open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) await util.die(`cannot open ${path}: ${strerror(fd)}`);
    opened.push([fd, name, flag]);
  }
  for (const [fd, name, flag] of opened) {
    const error = await util.process.setns(fd, flag);
    if (error < 0) await util.die(`reassociate to namespace 'ns/${name}' failed: ${strerror(error)}`);
    await util.process.close(fd);
  }
  await runProgram(util);
});
