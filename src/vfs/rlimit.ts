/**
 * Models the resource limits of a task (struct rlimit, kernel/sys.c do_prlimit, include/asm-generic/resource.h) as far as they bite or may
 * be set without biting: open files and file size are enforced; core, locked memory and processes only kept, because no core is written
 * and root is above the other two. Left out: setting the limits of what is not counted here (memory, processor time, stack, ...).
 */
import { EINVAL, EPERM, type Frame, type Task, taskSlot } from "../kernel/index.ts";

export type Resource = "RLIMIT_CORE" | "RLIMIT_FSIZE" | "RLIMIT_MEMLOCK" | "RLIMIT_NOFILE" | "RLIMIT_NPROC";

/** Bytes for sizes, else a count; Infinity is RLIM_INFINITY. */
export interface rlimit {
  readonly rlim_cur: number;
  readonly rlim_max: number;
}

/** fs.nr_open: what nobody can raise RLIMIT_NOFILE above. */
const NR_OPEN = 1_048_576;

const INIT_RLIMITS: Readonly<Record<Resource, rlimit>> = {
  RLIMIT_CORE: { rlim_cur: 0, rlim_max: Number.POSITIVE_INFINITY },
  RLIMIT_FSIZE: { rlim_cur: Number.POSITIVE_INFINITY, rlim_max: Number.POSITIVE_INFINITY },
  RLIMIT_MEMLOCK: { rlim_cur: 65_536, rlim_max: 65_536 },
  RLIMIT_NOFILE: { rlim_cur: 1024, rlim_max: 4096 },
  RLIMIT_NPROC: { rlim_cur: Number.POSITIVE_INFINITY, rlim_max: Number.POSITIVE_INFINITY },
};

/** What a task, or a forebear of it, has set; absent means the values of boot. */
const task_rlimits = taskSlot<Readonly<Record<Resource, rlimit>>>();

/** task_rlimit() and task_rlimit_max(). RLIMIT_NPROC is half of what there may be at all (set_max_threads), until it is set. */
export function task_rlimit(task: Task, resource: Resource): rlimit {
  const set = task_rlimits.get(task)?.[resource];
  if (set !== undefined) return set;
  const half = Math.floor(task.kernel.limits.tasks / 2);
  return resource === "RLIMIT_NPROC" ? { rlim_cur: half, rlim_max: half } : INIT_RLIMITS[resource];
}

/** do_prlimit() for the current task, which may raise its hard limits as root. -EINVAL, -EPERM. */
export function do_prlimit(current: Frame, resource: Resource, wanted: rlimit): number {
  if (wanted.rlim_cur > wanted.rlim_max) return -EINVAL;
  if (resource === "RLIMIT_NOFILE" && wanted.rlim_max > NR_OPEN) return -EPERM;
  const { task } = current;
  const now = task_rlimits.get(task) ?? { ...INIT_RLIMITS, RLIMIT_NPROC: task_rlimit(task, "RLIMIT_NPROC") };
  task_rlimits.set(task, { ...now, [resource]: wanted });
  return 0;
}

/** The limits that a forked child has. */
export function copy_rlimits(current: Frame, child: Task): void {
  task_rlimits.set(child, task_rlimits.get(current.task));
}
