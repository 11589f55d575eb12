/** The kernel room: tasks, scheduler, virtual clock, locks, waits, workqueues, notifier chains, log, events. */

export { refcount_t, WARN_ON, warn } from "./bug.ts";
export { Clock, type Timer } from "./clock.ts";
export {
  complete,
  complete_all,
  completion,
  wait_for_completion,
  wait_for_completion_interruptible,
  wait_for_completion_killable,
} from "./completion.ts";
export * from "./errno.ts";
export {
  type AccessKind,
  EVENT_TYPES,
  EventStream,
  type FootprintReader,
  type KernelBug,
  type KernelEvent,
  type KernelObserver,
  type LockReader,
  type LockRequest,
} from "./events.ts";
export {
  do_notify_parent_cldstop,
  FORK_FAILED,
  find_task_by_pid,
  kthread_run,
  type SpawnOptions,
  spawnTask,
  type WaitResult,
  wait4,
} from "./fork.ts";
export { Frame, stackNames } from "./frame.ts";
export { HostTurns } from "./host-turns.ts";
export { type ExitHook, Kernel, type KernelOptions, staticData, taskSlot } from "./kernel.ts";
export { request_module } from "./kmod.ts";
export { kstrtobool, kstrtouint, kstrtoull } from "./kstrtox.ts";
export { DEFAULT_LIMITS, type LimitReached, type Limits } from "./limits.ts";
export {
  debug_check_no_locks_freed,
  lock_class_key,
  lock_map_acquire,
  lock_map_release,
  lockdep_map,
  lockdep_no_validate,
  lockdep_set_class,
  lockdep_set_novalidate_class,
} from "./lockdep-map.ts";
export {
  __do_sys_delete_module,
  __do_sys_finit_module,
  declaredModules,
  declareModule,
  find_module,
  type LoadableModule,
  loadedModules,
  type ModuleSysfs,
  module,
  module_put,
  param_attr_store,
  setModuleSysfs,
  try_module_get,
} from "./module.ts";
export type { ModuleParameter } from "./module-param.ts";
export {
  mutex,
  mutex_init,
  mutex_lock,
  mutex_lock_interruptible,
  mutex_lock_killable,
  mutex_lock_nest_lock,
  mutex_lock_nested,
  mutex_trylock,
  mutex_unlock,
} from "./mutex.ts";
export {
  blocking_notifier_call_chain,
  blocking_notifier_chain_register,
  blocking_notifier_chain_unregister,
  blocking_notifier_head,
  NOTIFY_BAD,
  NOTIFY_DONE,
  NOTIFY_OK,
  NOTIFY_STOP,
  NOTIFY_STOP_MASK,
  type notifier_block,
  notifier_from_errno,
  notifier_to_errno,
  raw_notifier_call_chain,
  raw_notifier_chain_register,
  raw_notifier_chain_unregister,
  raw_notifier_head,
} from "./notifier.ts";
export { fifoPolicy, type SchedulingPolicy } from "./policy.ts";
export { KERN_ERR, KERN_INFO, KERN_WARNING, type LogLine, PrintkRing, pr_emerg, pr_err, pr_info, pr_warn, printk } from "./printk.ts";
export { get_random_bytes } from "./random.ts";
export { randomPolicy } from "./random-policy.ts";
export {
  down_read,
  down_read_interruptible,
  down_read_killable,
  down_read_nested,
  down_read_trylock,
  down_write,
  down_write_killable,
  down_write_nested,
  down_write_trylock,
  downgrade_write,
  init_rwsem,
  rw_semaphore,
  up_read,
  up_write,
} from "./rwsem.ts";
export { formatSchedule, parseSchedule, replayPolicy, StaleSchedule } from "./schedule.ts";
export { EmulatorBug, Scheduler } from "./scheduler.ts";
export {
  fatal_signal_pending,
  SIGALRM,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGNAL_NAMES,
  SIGPIPE,
  SIGQUIT,
  SIGSEGV,
  SIGSTOP,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
  SIGXFSZ,
  send_sig,
  signal_pending,
} from "./signal.ts";
export { andThen, type Soon } from "./soon.ts";
export {
  dump_stack,
  type StackStyle,
  setStackStyle,
  show_stack,
  stackFunctions,
  stacksOf5_10,
  stacksOf6_1,
  stackText,
  type WaitFunction,
  waitingStack,
} from "./stack.ts";
export { hashText, moduleOfSymbol, registerSymbols, symbolText } from "./symbol.ts";
export { add_taint, print_tainted, type Taint } from "./taint.ts";
export { type Pid, type SignalActions, stateLetter, Task, type TaskBody, type TaskSlot, type TaskState, type Wait } from "./task.ts";
export { msleep, rcu_barrier, schedule_timeout, synchronize_rcu } from "./timer.ts";
export { call_usermodehelper_exec, type HelperStarter, setHelperStarter, type subprocess_info } from "./umh.ts";
export type { HeldLock, Lock, Waitable, WaitKind, WaitMode } from "./wait.ts";
export { type WaitQueueOptions, wait_event, wait_once, wait_queue_head } from "./wait-queue.ts";
export {
  alloc_ordered_workqueue,
  alloc_workqueue,
  cancel_delayed_work_sync,
  delayed_work,
  flush_work,
  flush_workqueue_map,
  queue_delayed_work,
  queue_work,
  schedule_delayed_work,
  system_wq,
  work_struct,
  workqueue_struct,
} from "./workqueue.ts";
