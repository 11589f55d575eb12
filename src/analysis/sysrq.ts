/**
 * Models drivers/tty/sysrq.c for the keys that print what tasks wait for: d (locks held), t (all tasks), w (blocked tasks).
 * Other keys print the help line, which names these.
 */
import { KERN_INFO, type Kernel } from "../kernel/index.ts";
import type { Lockdep } from "./lockdep/index.ts";
import { debug_show_all_locks, showAllTasks, showBlockedTasks, type TaskTextStyle } from "./task-text.ts";

export interface SysrqOptions {
  readonly style: TaskTextStyle;
  readonly lockdep: Lockdep | null;
}

/** write_sysrq_trigger(): one key; d is there only where lockdep is. */
export function handleSysrq(kernel: Kernel, key: string, { style, lockdep }: SysrqOptions): void {
  const say = (text: string): void => kernel.log.append(KERN_INFO, `sysrq: ${text}`);
  if (key === "d" && lockdep !== null) {
    say("Show Locks Held");
    debug_show_all_locks(kernel, lockdep);
  } else if (key === "t") {
    say("Show State");
    showAllTasks(kernel, style, lockdep);
  } else if (key === "w") {
    say("Show Blocked State");
    showBlockedTasks(kernel, style);
  } else {
    say(`HELP : ${lockdep === null ? "" : "show-all-locks(d) "}show-task-states(t) show-blocked-tasks(w)`);
  }
}
