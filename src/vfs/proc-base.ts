/**
 * What procfs has of its own (fs/proc/base.c, array.c, fd.c, version.c, uptime.c): comm, stack, mounts, cwd, root,
 * fd and ns/mnt of each task, and the machine's version, uptime, filesystems. What needs signals, process groups or the
 * program (cmdline, stat, status, exe, environ) is added by the syscall room.
 */
import { EINVAL, ENOENT, type Frame, type Kernel, stackNames, type Task, waitingStack } from "../kernel/index.ts";
import { openDescriptors, task_files } from "./fdtable.ts";
import type { path } from "./fs.ts";
import { task_fs, task_mnt_ns } from "./fs-struct.ts";
import { d_path } from "./namei.ts";
import { mountLines } from "./namespace.ts";
import { type ProcLink, proc_create, proc_ns_entry, proc_pid_entry, proc_pid_link, proc_pid_links, proc_symlink } from "./proc.ts";
import { filesystemTypes } from "./super.ts";

const HZ_NS = 1e9;

/** proc_root_init(): registers the entries. */
export function proc_root_init(kernel: Kernel): void {
  proc_create(kernel, "version", { show: () => `${versionText(kernel)}\n` });
  proc_create(kernel, "uptime", { show: () => `${seconds(kernel)} ${seconds(kernel)}\n` });
  proc_create(kernel, "filesystems", {
    show: () =>
      filesystemTypes(kernel)
        .map((type) => `nodev\t${type.name}\n`)
        .join(""),
  });
  proc_create(kernel, "cmdline", { show: () => "console=ttyS0 quiet\n" });
  proc_create(kernel, "sys/kernel/osrelease", { show: () => `${kernel.release}\n` });
  proc_create(kernel, "sys/kernel/ostype", { show: () => "Linux\n" });
  proc_symlink(kernel, "mounts", "self/mounts");
  proc_pid_entry(kernel, "comm", { show: (_current, task) => `${task.displayName}\n`, write: setComm });
  proc_pid_entry(kernel, "wchan", { show: (_current, task) => stackNames(task.wait?.frame ?? null).at(-1) ?? "0" });
  proc_pid_entry(kernel, "stack", { mode: 0o400, show: (_current, task) => stackText(task) });
  proc_pid_entry(kernel, "mounts", { show: (current) => mountLines(current) });
  proc_pid_link(kernel, "cwd", (current, task) => placeLink(current, task_fs.get(task)?.pwd));
  proc_pid_link(kernel, "root", (current, task) => placeLink(current, task_fs.get(task)?.root));
  proc_pid_links(kernel, "fd", {
    list: (_current, task) => descriptors(task).map(({ fd }) => String(fd)),
    link: (current, task, name) => {
      const found = descriptors(task).find(({ fd }) => String(fd) === name);
      return found === undefined ? null : { text: d_path(current, found.file.f_path), target: found.file.f_path };
    },
  });
  proc_ns_entry(kernel, "mnt", (task) => task_mnt_ns.get(task) ?? null);
}

function versionText(kernel: Kernel): string {
  return `Linux version ${kernel.release} (emulated) #1 SMP`;
}

function seconds(kernel: Kernel): string {
  return (kernel.clock.now / HZ_NS).toFixed(2);
}

function descriptors(task: Task): ReturnType<typeof openDescriptors> {
  const files = task_files.get(task);
  return files === undefined ? [] : openDescriptors(files);
}

function placeLink(current: Frame, place: path | undefined): ProcLink | number {
  return place === undefined ? -ENOENT : { text: d_path(current, place), target: place };
}

function setComm(current: Frame, task: Task, text: string): number {
  if (task !== current.task) return -EINVAL;
  task.comm = text.replace(/\n$/, "").slice(0, 15);
  return 0;
}

/** proc_pid_stack(): where a task waits, innermost function first. */
function stackText(task: Task): string {
  return waitingStack(task)
    .map((text) => `[<0>] ${text}\n`)
    .join("");
}
