/**
 * Puts the kernel's own detectors on a machine: lockdep before anything is locked, the hung-task detector, and the files
 * through which scripts reach them.
 */
import {
  attachLockdep,
  type DetectorStyle,
  HungTaskDetector,
  handleSysrq,
  type LockdepLog,
  lockdepChainsText,
  lockdepStatsText,
  lockdepText,
  lockStatText,
} from "./analysis/index.ts";
import { EINVAL, type Kernel, registerSymbols, setStackStyle } from "./kernel/index.ts";
import { proc_create } from "./vfs/index.ts";

/** Off; as the kernel does, off after the first report; or on all the time. */
export type LockdepMode = "off" | "once" | "all";

export const LOCKDEP_MODES: readonly LockdepMode[] = ["off", "once", "all"];

export interface DetectorOptions {
  readonly style: DetectorStyle;
  readonly lockdep: LockdepMode;
  readonly completions?: boolean;
}

/** The modules whose symbols are marked as theirs, by what these begin with. */
const MODULE_SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  mlx5_core: ["mlx5", "init_one", "remove_one"],
  mlx5_ib: ["mlx5_ib", "__mlx5_ib", "mlx5_remove_netdev_notifier", "mlx5_add_netdev_notifier", "mlx5_netdev_event"],
  ib_core: ["ib_", "__ib_", "rdma_", "nldev_", "roce_", "gid_", "enum_all_gids"],
  netdevsim: ["nsim_", "new_device_store", "del_device_store", "new_port_store", "del_port_store"],
};

/** Call first thing after the kernel is made. @returns null with lockdep off */
export function attachDetectors(kernel: Kernel, options: DetectorOptions): LockdepLog | null {
  setStackStyle(kernel, options.style.stacks);
  for (const [module, prefixes] of Object.entries(MODULE_SYMBOLS)) registerSymbols(kernel, module, prefixes);
  if (options.lockdep === "off") return null;
  return attachLockdep(kernel, { mode: options.lockdep, completions: options.completions ?? false });
}

/** Call when procfs is there: starts khungtaskd's clock and makes the files below /proc. */
export function detectors_init(kernel: Kernel, options: DetectorOptions, log: LockdepLog | null): void {
  const lockdep = log?.lockdep ?? null;
  const detector = new HungTaskDetector(kernel, options.style.hung_task, lockdep);
  hungTaskSysctls(kernel, detector);
  proc_create(kernel, "sysrq-trigger", {
    mode: 0o200,
    write: (current, text) => {
      handleSysrq(current.kernel, text.slice(0, 1), { style: options.style.hung_task.task, lockdep });
      return 0;
    },
  });
  if (lockdep === null) return;
  proc_create(kernel, "lockdep", { mode: 0o400, show: () => lockdepText(lockdep) });
  proc_create(kernel, "lockdep_chains", { mode: 0o400, show: () => lockdepChainsText(lockdep) });
  proc_create(kernel, "lockdep_stats", { mode: 0o444, show: () => lockdepStatsText(lockdep) });
  proc_create(kernel, "lock_stat", { mode: 0o400, show: () => lockStatText(lockdep) });
}

function hungTaskSysctls(kernel: Kernel, detector: HungTaskDetector): void {
  number(kernel, "hung_task_timeout_secs", { min: 0, get: () => detector.timeout_secs, set: (value) => (detector.timeout_secs = value) });
  number(kernel, "hung_task_check_interval_secs", {
    min: 0,
    get: () => detector.check_interval_secs,
    set: (value) => (detector.check_interval_secs = value),
  });
  number(kernel, "hung_task_warnings", { min: -1, get: () => detector.warnings, set: (value) => (detector.warnings = value) });
  number(kernel, "hung_task_check_count", { min: 0, get: () => detector.check_count, set: (value) => (detector.check_count = value) });
  // There is no panic to ask for.
  number(kernel, "hung_task_panic", { min: 0, max: 0, get: () => 0, set: () => 0 });

  function number(on: Kernel, name: string, value: Sysctl): void {
    proc_create(on, `sys/kernel/${name}`, {
      mode: 0o644,
      show: () => `${value.get()}\n`,
      write: (_current, text) => {
        const given = Number(text.trim());
        if (!/^\s*-?\d+\s*$/.test(text) || given < value.min || given > (value.max ?? Number.MAX_SAFE_INTEGER)) return -EINVAL;
        value.set(given);
        detector.schedule();
        return 0;
      },
    });
  }
}

interface Sysctl {
  readonly min: number;
  readonly max?: number;
  get(): number;
  set(value: number): unknown;
}
