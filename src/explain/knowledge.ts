/**
 * What kernel functions tell by standing on a stack: which lock a function takes, and which it holds while it calls
 * others. Facts of v4.17 to v6.12 for net namespaces, netdev notifiers, generic netlink, devlink, mlx5, ib_core and the
 * driver core; a function that is not here is named in the explanation instead of its lock.
 */

export type LockMode = "exclusive" | "read" | "write";

/** How a task sleeps: the kind of thing that the innermost functions of its stack wait for. */
export type SleepKind = "mutex" | "rwsem" | "semaphore" | "completion" | "work" | "rcu" | "reference" | "child" | "other";

export interface Primitive {
  readonly kind: SleepKind;
  readonly mode: LockMode | null;
}

const MUTEX: Primitive = { kind: "mutex", mode: "exclusive" };
const READ: Primitive = { kind: "rwsem", mode: "read" };
const WRITE: Primitive = { kind: "rwsem", mode: "write" };
const COMPLETION: Primitive = { kind: "completion", mode: null };
const WORK: Primitive = { kind: "work", mode: null };
const RCU: Primitive = { kind: "rcu", mode: null };
const OTHER: Primitive = { kind: "other", mode: null };

/** Functions that wait themselves, by pattern; the first that fits. */
const PRIMITIVES: readonly (readonly [RegExp, Primitive])[] = [
  [/^_{0,2}mutex_lock|^__ww_mutex_lock|^rt_mutex_|^__rt_mutex_/, MUTEX],
  [/^rwsem_down_write|^call_rwsem_down_write|^_{0,2}down_write|^percpu_down_write/, WRITE],
  [/^rwsem_down_read|^call_rwsem_down_read|^_{0,2}down_read|^_{0,2}percpu_down_read/, READ],
  [/^_{0,2}down(?:_killable|_interruptible|_timeout|_common)?$/, { kind: "semaphore", mode: "exclusive" }],
  [/^(?:do_|__)?wait_for_common|^wait_for_completion|^__wait_for_common/, COMPLETION],
  [/^_{0,2}flush_work|^_{0,2}flush_workqueue|^drain_workqueue|^_{0,2}cancel_work_sync|^_{0,2}cancel_delayed_work_sync/, WORK],
  [/^synchronize_(?:s?rcu|net|rcu_)|^__synchronize_srcu|^_{0,2}wait_rcu_gp|^rcu_barrier|^wait_rcu_exp_gp/, RCU],
  [/^do_wait$|^kernel_wait4$|^__do_wait$/, { kind: "child", mode: null }],
];

/** Sleeping and scheduling as such: passed over on the way to the function that wanted to sleep. */
const SLEEPERS =
  /^(?:__schedule|schedule|schedule_timeout.*|schedule_preempt_disabled|io_schedule.*|__switch_to|context_switch|preempt_schedule.*|__refrigerator)$/;

export function isSleeper(name: string): boolean {
  return SLEEPERS.test(name);
}

export function primitiveOf(name: string): Primitive | null {
  return PRIMITIVES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Waits of another kind, by the function that waits. */
export const OTHER_WAITS: ReadonlyMap<string, { readonly kind: SleepKind; readonly what: string }> = new Map([
  ["call_usermodehelper_exec", { kind: "completion", what: "the end of a user-mode helper" }],
  ["kernfs_drain", { kind: "reference", what: "kernfs active reference" }],
  ["__kernfs_remove", { kind: "reference", what: "kernfs active reference" }],
  ["netdev_run_todo", { kind: "reference", what: "net_device references" }],
  ["netdev_wait_allrefs", { kind: "reference", what: "net_device references" }],
  ["netdev_wait_allrefs_any", { kind: "reference", what: "net_device references" }],
]);

export const NO_PRIMITIVE = OTHER;

/** A kernel version as two numbers. */
export type Version = readonly [number, number];

export interface Rule {
  /** The function, or the beginning and end of its name around a `*`. */
  readonly fn: string;
  readonly lock: string;
  readonly mode: LockMode;
  /** First version it holds for. */
  readonly since?: Version;
  /** First version it no longer holds for. */
  readonly until?: Version;
  /** The lock has an instance for each object, so two tasks may mean two different ones. */
  readonly perObject?: boolean;
  /** Held only while one of these is called, however deep. */
  readonly calling?: readonly string[];
  /** Only taken, never held while other functions stand above this one. */
  readonly takesOnly?: boolean;
}

const V4_17: Version = [4, 17];
const V6_0: Version = [6, 0];

function rules(lock: string, mode: LockMode, fns: readonly string[], more: Omit<Rule, "fn" | "lock" | "mode"> = {}): readonly Rule[] {
  return fns.map((fn) => ({ fn, lock, mode, ...more }));
}

/** Functions that take a lock in their own body, and hold it while they call others. */
const RULES: readonly Rule[] = [
  ...rules("pernet_ops_rwsem", "read", ["cleanup_net", "copy_net_ns"], { since: V4_17 }),
  ...rules("net_mutex", "exclusive", ["cleanup_net", "copy_net_ns", "register_pernet_subsys", "register_pernet_device"], { until: V4_17 }),
  ...rules("net_rwsem", "write", ["setup_net", "cleanup_net"], { since: V4_17, takesOnly: true }),
  ...rules(
    "pernet_ops_rwsem",
    "write",
    [
      "register_pernet_subsys",
      "register_pernet_device",
      "unregister_pernet_subsys",
      "unregister_pernet_device",
      "register_netdevice_notifier",
      "unregister_netdevice_notifier",
      "rtnl_link_unregister",
      "net_ns_barrier",
      "dummy_init_module",
      "ifb_init_module",
    ],
    { since: V4_17 },
  ),
  ...rules("rtnl_mutex", "exclusive", [
    "register_netdevice_notifier",
    "unregister_netdevice_notifier",
    "register_netdevice_notifier_net",
    "unregister_netdevice_notifier_net",
    "default_device_exit_net",
    "default_device_exit_batch",
    "default_device_exit",
    "unregister_netdev",
    "register_netdev",
    "dev_ioctl",
    "devinet_ioctl",
    "linkwatch_event",
    "addrconf_dad_work",
    "addrconf_verify_work",
    "netdev_run_todo",
  ]),
  ...rules("rtnl_mutex", "exclusive", ["rtnl_lock", "rtnl_lock_killable", "rtnl_lock_interruptible"], { takesOnly: true }),
  ...rules("rtnl_mutex", "exclusive", ["rtnetlink_rcv_msg"], {
    calling: [
      "rtnl_newlink",
      "__rtnl_newlink",
      "rtnl_setlink",
      "rtnl_dellink",
      "rtnl_dump_all",
      "rtnl_dump_ifinfo",
      "inet_rtm_*",
      "inet6_rtm_*",
    ],
  }),
  ...rules("cb_lock", "read", ["genl_rcv"]),
  ...rules("cb_lock", "write", ["genl_lock_all", "genl_register_family", "genl_unregister_family"]),
  ...rules("genl_mutex", "exclusive", ["genl_lock", "genl_lock_all"], { takesOnly: true }),
  ...rules("genl_mutex", "exclusive", ["genl_lock_dumpit", "genl_lock_done"]),
  ...rules("genl_mutex", "exclusive", ["genl_rcv_msg"], { calling: ["devlink_nl_*", "ctrl_getfamily"], until: V6_0 }),
  ...rules("genl_mutex", "exclusive", ["genl_rcv_msg"], { takesOnly: true }),
  ...rules(
    "devlink_mutex",
    "exclusive",
    [
      "devlink_pernet_pre_exit",
      "devlink_nl_cmd_*",
      "devlink_register",
      "devlink_unregister",
      "devlink_reload_enable",
      "devlink_reload_disable",
    ],
    { until: V6_0 },
  ),
  ...rules("devlink_mutex", "exclusive", ["devlink_nl_pre_doit"], { until: V6_0, takesOnly: true }),
  ...rules("&devlink->lock", "exclusive", ["devl_lock", "devlink_nl_pre_doit", "devlink_get_from_attrs_lock"], {
    since: V6_0,
    perObject: true,
    takesOnly: true,
  }),
  ...rules("&devlink->lock", "exclusive", ["devlink_pernet_pre_exit", "devlink_nl_cmd_*", "devlink_nl_*_doit"], {
    since: V6_0,
    perObject: true,
    calling: ["devlink_reload", "devlink_nl_*"],
  }),
  ...rules(
    "&dev->intf_state_mutex",
    "exclusive",
    ["mlx5_load_one", "mlx5_unload_one", "mlx5_init_one", "mlx5_uninit_one", "mlx5_load_one_devl_locked", "mlx5_unload_one_devl_locked"],
    { perObject: true },
  ),
  ...rules("mlx5_intf_mutex", "exclusive", [
    "mlx5_attach_device",
    "mlx5_detach_device",
    "mlx5_register_device",
    "mlx5_unregister_device",
    "mlx5_register_interface",
    "mlx5_unregister_interface",
    "mlx5_reload_interface",
    "mlx5_rescan_drivers",
  ]),
  ...rules("mlx5_ib_multiport_mutex", "exclusive", ["mlx5_ib_init_multiport_master", "mlx5_ib_cleanup_multiport_master"]),
  ...rules("mlx5_ib_multiport_mutex", "exclusive", ["mlx5_ib_add_slave_port", "mlx5_ib_remove", "mlx5r_mp_remove"], {
    calling: ["mlx5_ib_bind_slave_port", "mlx5_ib_unbind_slave_port"],
  }),
  ...rules("&esw->mode_lock", "write", ["mlx5_devlink_eswitch_mode_set", "mlx5_eswitch_enable", "mlx5_eswitch_disable"], {
    perObject: true,
  }),
  ...rules("&dev->mutex", "exclusive", ["device_release_driver_internal", "__device_attach", "__driver_attach", "device_driver_attach"], {
    perObject: true,
  }),
  ...rules("nsim_bus_dev_list_lock", "exclusive", ["new_device_store", "del_device_store"]),
  ...rules("kernfs active reference", "read", ["kernfs_fop_write", "kernfs_fop_write_iter", "kernfs_fop_read_iter"], { perObject: true }),
];

function matches(pattern: string, name: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === name;
  return name.length >= pattern.length - 1 && name.startsWith(pattern.slice(0, star)) && name.endsWith(pattern.slice(star + 1));
}

/** Rules of a function in one version; in an unknown version those that hold for v5.10. */
export function rulesOf(name: string, version: Version | null): readonly Rule[] {
  const at = version ?? [5, 10];
  return RULES.filter(
    (rule) => matches(rule.fn, name) && !before(at, rule.since) && !(rule.until !== undefined && !before(at, rule.until)),
  );
}

/** True if one of the functions called (innermost first) is what the rule asks for. */
export function isCalling(rule: Rule, called: readonly string[]): boolean {
  return rule.calling === undefined || called.some((name) => rule.calling?.some((pattern) => matches(pattern, name)) === true);
}

function before(version: Version, limit: Version | undefined): boolean {
  if (limit === undefined) return false;
  return version[0] < limit[0] || (version[0] === limit[0] && version[1] < limit[1]);
}

/** `5.10.0-32-amd64` as [5, 10]. */
export function versionOf(release: string | null): Version | null {
  const match = release === null ? null : /^(\d+)[.](\d+)/.exec(release);
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

/** Functions that stand on every second stack and explain none: entry code, dispatch, lock primitives, lockdep itself. */
const PLUMBING =
  /^(?:entry_|do_syscall|do_fast_syscall|x64_sys_|__x64_sys_|__se_sys_|__ia32_|__do_sys_|SyS_|SYSC_|sys_|__sys_|ret_from_fork|kthread$|worker_thread|process_one_work|process_scheduled_works|rescuer_thread|netlink_rcv_skb|netlink_unicast|netlink_sendmsg|netlink_dump$|__netlink_dump_start|genl_rcv|genl_family_rcv|sock_sendmsg|__sock_sendmsg|sock_write_iter|____sys_sendmsg|___sys_sendmsg|ksys_|vfs_|new_sync_|call_write_iter|do_iter_|kernfs_fop_|sysfs_kf_|dump_stack|show_stack|print_circular_bug|print_deadlock_bug|print_|check_|__lock_acquire|lock_acquire|validate_chain|lock_release|__lock_release|asm_|common_startup|start_secondary|secondary_startup|system_call|tracesys|stub_|el0|__kthread|invoke_syscall|do_el0)/;

/** The function that says what a stack is about: the innermost that is neither sleeping, nor a primitive, nor plumbing. */
export function tellingFunction(names: readonly string[]): string | null {
  return (
    names.find((name) => !isSleeper(name) && primitiveOf(name) === null && !PLUMBING.test(name)) ?? names.find((n) => !isSleeper(n)) ?? null
  );
}

/** The functions of a stack without sleeping, primitives and plumbing, innermost first; the one that waits stays in any case. */
export function tellingFunctions(names: readonly string[], waitsIn: string | null): readonly string[] {
  return names.filter((name) => name === waitsIn || (!isSleeper(name) && primitiveOf(name) === null && !PLUMBING.test(name)));
}
