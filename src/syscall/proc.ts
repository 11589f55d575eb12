/** What /proc says of tasks beyond the vfs room's own (fs/proc/array.c, base.c): stat, status, cmdline, environ, exe; and the host name. */
import { ENOENT, type Frame, type Kernel, stateLetter, type Task } from "../kernel/index.ts";
import { current_fs, path_lookup, proc_create, proc_ns_entry, proc_pid_entry, proc_pid_link, task_fs } from "../vfs/index.ts";
import { user_state } from "./user-state.ts";
import { set_nodename, uts_ns } from "./uts.ts";

/** The priority of a task whose nice value is 0, as /proc/<pid>/stat counts it. */
const DEFAULT_PRIO = 20;
/** The first task of user space, and the first of the kernel. */
const [INIT, KTHREADD] = [1, 2];
/** USER_HZ: the unit of times in /proc. */
const NS_PER_TICK = 1e7;
/** Fields of /proc/<pid>/stat after the start time, all of them things that are not modelled. */
const STAT_FIELDS_AFTER_START = 30;
const HIGHEST_SIGNAL = 31;

const STATE_WORDS: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "disk sleep",
  T: "stopped",
  Z: "zombie",
  X: "dead",
  I: "idle",
};

/** Registers the entries. */
export function proc_task_init(kernel: Kernel): void {
  proc_pid_entry(kernel, "stat", { show: (_current, task) => statText(task) });
  proc_pid_entry(kernel, "status", { show: (_current, task) => statusText(task) });
  proc_pid_entry(kernel, "cmdline", { show: (_current, task) => terminated(user_state.get(task)?.argv ?? []) });
  proc_pid_entry(kernel, "environ", {
    mode: 0o400,
    show: (_current, task) => terminated([...(user_state.get(task)?.env ?? [])].map(([name, value]) => `${name}=${value}`)),
  });
  proc_pid_link(kernel, "exe", (current, task) => {
    const exe = user_state.get(task)?.exe ?? "";
    const at = exe === "" ? -ENOENT : path_lookup(current, exe);
    return typeof at === "number" ? at : { text: exe, target: at };
  });
  proc_ns_entry(kernel, "uts", (task) => (task.alive ? uts_ns(task) : null));
  proc_create(kernel, "sys/kernel/hostname", {
    show: (current) => `${uts_ns(current.task).nodename}\n`,
    write: (current: Frame, text) => {
      set_nodename(current, text.split("\n")[0] ?? "");
      return 0;
    },
  });
}

function terminated(words: readonly string[]): string {
  return words.map((word) => `${word}\0`).join("");
}

/** task_ppid_nr() as seen from user space: kernel threads are children of kthreadd, orphans of init. */
function parentPid(task: Task): number {
  if (task.kthread) return task.pid > KTHREADD ? KTHREADD : 0;
  return task.parent?.pid ?? (task.pid === INIT ? 0 : INIT);
}

function statText(task: Task): string {
  const state = user_state.get(task);
  const ids = [parentPid(task), state?.pgid ?? 0, state?.sid ?? 0];
  const ticks = Math.floor(task.startTime / NS_PER_TICK);
  const after = Array<number>(STAT_FIELDS_AFTER_START).fill(0).join(" ");
  const terminal = `${state?.tty?.device ?? 0} ${state?.tty?.pgrp ?? -1}`;
  const nice = state?.nice ?? 0;
  return `${task.pid} (${task.displayName}) ${stateLetter(task)} ${ids.join(" ")} ${terminal} 0 0 0 0 0 0 0 0 0 ${DEFAULT_PRIO + nice} ${nice} 1 0 ${ticks} ${after}\n`;
}

function statusText(task: Task): string {
  const letter = stateLetter(task);
  const umask = (task_fs.get(task) ?? current_fs(task.root)).umask.toString(8).padStart(4, "0");
  const lines = [
    ["Name", task.displayName],
    ["Umask", umask],
    ["State", `${letter} (${STATE_WORDS[letter]})`],
    ["Tgid", task.pid],
    ["Pid", task.pid],
    ["PPid", parentPid(task)],
    ["Uid", "0\t0\t0\t0"],
    ["Gid", "0\t0\t0\t0"],
    ["Threads", 1],
    ["SigPnd", signalMask((signal) => task.pending.has(signal))],
    ["SigIgn", signalMask((signal) => user_state.get(task)?.handlers.get(signal) === "ignore")],
    ["SigCgt", signalMask((signal) => typeof user_state.get(task)?.handlers.get(signal) === "function")],
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join("");
}

function signalMask(has: (signal: number) => boolean): string {
  let mask = 0;
  for (let signal = 1; signal <= HIGHEST_SIGNAL; signal++) if (has(signal)) mask |= 1 << (signal - 1);
  return (mask >>> 0).toString(16).padStart(16, "0");
}
