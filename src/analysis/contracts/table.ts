/**
 * The rules between caller and callee that the kernel writes down in comments, in ASSERT_RTNL() and lockdep_assert_held(),
 * or only follows: what whoever calls a function holds, what it must not hold, and what nobody called from there may take.
 * v5.9 to v6.3; where kernels protect the same thing with different locks, each of them satisfies the rule.
 */

export interface LockUse {
  /** The lock's class. */
  readonly lock: string;
  /** Absent: held or taken in any mode. */
  readonly mode?: "read" | "write" | "exclusive";
}

export interface Contract {
  /** The kernel function, verbatim. The rule is about everything that runs inside it. */
  readonly fn: string;
  /** Where the rule stands, or from what it follows. */
  readonly source: string;
  /** Locks that the caller holds; of each group at least one. */
  readonly holds: readonly (readonly LockUse[])[];
  /** Locks that the caller must not hold; "all" for any. */
  readonly mustNotHold: readonly LockUse[] | "all";
  /** Locks that neither the function nor anything it calls may take. */
  readonly mustNotTake: readonly LockUse[];
  /** Where it may be called at all, for a rule that is no matter of locks; the function itself watches that. */
  readonly onlyIn: string | null;
  /** Why, in one sentence. */
  readonly because: string;
}

interface Terms {
  readonly onlyIn?: string;
  readonly holds?: Contract["holds"];
  readonly mustNotHold?: Contract["mustNotHold"];
  readonly mustNotTake?: Contract["mustNotTake"];
  readonly because: string;
}

function contracts(source: string, fns: readonly string[], terms: Terms): readonly Contract[] {
  return fns.map((fn) => ({ fn, source, holds: [], mustNotHold: [], mustNotTake: [], onlyIn: null, ...terms }));
}

const PERNET: LockUse = { lock: "pernet_ops_rwsem" };
const RTNL: LockUse = { lock: "rtnl_mutex" };
const DEVLINK: readonly LockUse[] = [{ lock: "devlink_mutex" }, { lock: "&devlink->lock" }];

export const CONTRACTS: readonly Contract[] = [
  ...contracts("net/core/net_namespace.c", ["ops_init", "ops_pre_exit_list", "ops_exit_list"], {
    holds: [[PERNET]],
    mustNotTake: [PERNET],
    because: "a namespace's init and exit methods run with pernet_ops_rwsem held, and an rw_semaphore cannot be taken twice",
  }),
  ...contracts("net/core/net_namespace.c", ["cleanup_net"], {
    mustNotHold: "all",
    because: "it runs as a work item of its own, so that whoever drops the last reference may hold anything",
  }),
  ...contracts("net/core/dev.c", ["register_netdevice_notifier", "unregister_netdevice_notifier"], {
    mustNotHold: [PERNET, RTNL],
    because: "they take pernet_ops_rwsem for write and rtnl_mutex inside it",
  }),
  ...contracts("net/core/dev.c", ["register_netdevice_notifier_net", "unregister_netdevice_notifier_net"], {
    mustNotHold: [RTNL],
    because: "they take rtnl_mutex",
  }),
  ...contracts("net/core/dev.c ASSERT_RTNL", ["call_netdevice_notifiers_info", "call_netdevice_register_net_notifiers"], {
    holds: [[RTNL]],
    mustNotTake: [RTNL, PERNET],
    because: "notifier calls run under rtnl_mutex, and pernet_ops_rwsem is taken outside of it",
  }),
  ...contracts(
    "net/core/dev.c ASSERT_RTNL",
    ["register_netdevice", "unregister_netdevice_many", "dev_change_net_namespace", "__dev_open"],
    {
      holds: [[RTNL]],
      mustNotTake: [RTNL, PERNET],
      because: "net devices change under rtnl_mutex, and pernet_ops_rwsem is taken outside of it",
    },
  ),
  ...contracts("kernel/kmod.c", ["__request_module"], {
    mustNotHold: [RTNL, PERNET],
    because: "the module's init takes them in another task, for which this one waits",
  }),
  ...contracts("init/main.c", ["do_one_initcall"], {
    mustNotHold: "all",
    because: "a module's init takes what it likes",
  }),
  ...contracts("net/netlink/genetlink.c", ["genl_family_rcv_msg_doit", "genl_family_rcv_msg_dumpit"], {
    holds: [[{ lock: "cb_lock", mode: "read" }]],
    mustNotTake: [{ lock: "cb_lock", mode: "write" }],
    because: "a request runs with cb_lock held for read, which registering a family takes for write",
  }),
  ...contracts("net/core/devlink.c", ["devlink_reload"], {
    holds: [DEVLINK],
    mustNotTake: [{ lock: "devlink_mutex" }, PERNET],
    because: "devlink_pernet_pre_exit() takes the same lock with pernet_ops_rwsem held, so the other order deadlocks",
  }),
  ...contracts("include/linux/mlx5/driver.h", ["mlx5_core_net"], {
    onlyIn: "a driver whose devlink instance cannot be reloaded meanwhile, or the reload's own reload_down and reload_up",
    because: "it reads the instance's namespace without a lock, and a reload changes it",
  }),
  ...contracts("drivers/net/ethernet/mellanox/mlx5/core/main.c", ["mlx5_load", "mlx5_unload"], {
    holds: [[{ lock: "&dev->intf_state_mutex" }]],
    because: "a device goes up and down under its intf_state_mutex",
  }),
  ...contracts("drivers/net/ethernet/mellanox/mlx5/core/dev.c", ["mlx5_attach_interface", "mlx5_detach_interface", "mlx5_add_device"], {
    holds: [[{ lock: "mlx5_intf_mutex" }]],
    mustNotTake: [{ lock: "mlx5_intf_mutex" }],
    because: "interfaces come and go under mlx5_intf_mutex, one for all mlx5 devices",
  }),
  ...contracts("drivers/infiniband/hw/mlx5/main.c lockdep_assert_held", ["mlx5_ib_bind_slave_port", "mlx5_ib_unbind_slave_port"], {
    holds: [[{ lock: "mlx5_ib_multiport_mutex" }]],
    because: "ports are bound to their master under mlx5_ib_multiport_mutex",
  }),
  ...contracts("drivers/base/dd.c", ["really_probe", "__device_release_driver"], {
    holds: [[{ lock: "&dev->mutex" }]],
    because: "a driver's probe and remove run with the device locked",
  }),
];
