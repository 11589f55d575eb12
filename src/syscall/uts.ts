/** Models struct uts_namespace (kernel/utsname.c): the host name. Left out: the domain name. */
import { type Frame, type Kernel, refcount_t, staticData, type Task, taskSlot } from "../kernel/index.ts";
import { type ns_common, proc_alloc_inum } from "../vfs/index.ts";

/** PROC_UTS_INIT_INO of include/linux/proc_ns.h */
const PROC_UTS_INIT_INO = 0xeffffffe;
/** __NEW_UTS_LEN: longest host name. */
const NEW_UTS_LEN = 64;

export class uts_namespace implements ns_common {
  readonly type = "uts";
  readonly inum: number;
  nodename: string;
  private readonly count = new refcount_t("uts_namespace");

  constructor(inum: number, nodename: string) {
    this.inum = inum;
    this.nodename = nodename;
  }

  get(current: Frame): void {
    this.count.inc(current);
  }

  put(current: Frame): void {
    this.count.dec_and_test(current);
  }
}

/** The uts namespace of a task that has left init's; each such task holds a reference. */
export const task_uts_ns = taskSlot<uts_namespace>();

const init_uts_ns = staticData(() => new uts_namespace(PROC_UTS_INIT_INO, "(none)"));

export function uts_ns(task: Task): uts_namespace {
  return task_uts_ns.get(task) ?? init_uts_ns(task.kernel);
}

/** copy_utsname() with CLONE_NEWUTS: one reference for the caller. */
export function copy_utsname(current: Frame): uts_namespace {
  return new uts_namespace(proc_alloc_inum(current.kernel), uts_ns(current.task).nodename);
}

/** sethostname(2), and a write to /proc/sys/kernel/hostname. */
export function set_nodename(current: Frame, name: string): void {
  const ns = uts_ns(current.task);
  current.writes(ns);
  ns.nodename = name.slice(0, NEW_UTS_LEN);
}

/** uname(2) without the host name. */
export function utsname(kernel: Kernel): { sysname: string; release: string; version: string; machine: string } {
  return { sysname: "Linux", release: kernel.release, version: "#1 SMP", machine: "x86_64" };
}
