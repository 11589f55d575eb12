/**
 * Models rtnl_lock() and rtnl_unlock() (net/core/rtnetlink.c) and netdev_run_todo() (net/core/dev.c): devices that were
 * unregistered under rtnl_mutex are waited for after it has been released, by the task that releases it.
 */
import {
  EmulatorBug,
  type Frame,
  mutex,
  mutex_lock,
  mutex_lock_killable,
  mutex_trylock,
  mutex_unlock,
  rcu_barrier,
  staticData,
} from "../kernel/index.ts";

/** What is left to do for an unregistered device once rtnl_mutex is free. */
type Todo = (current: Frame) => Promise<void>;

const statics = staticData((kernel) => ({
  rtnl_mutex: new mutex(kernel, "rtnl_mutex"),
  net_todo_list: [] as Todo[],
}));

/** The mutex itself: the netlink room uses it as the cb_mutex of NETLINK_ROUTE dumps. */
export const rtnl_mutex = (current: Frame): mutex => statics(current.kernel).rtnl_mutex;

/** rtnl_lock(): a tail call to mutex_lock(), so it has no frame of its own. */
export function rtnl_lock(current: Frame): Promise<number> {
  return mutex_lock(current, rtnl_mutex(current));
}

/** rtnl_trylock(): true if taken. */
export function rtnl_trylock(current: Frame): boolean {
  return mutex_trylock(current, rtnl_mutex(current));
}

/** rtnl_lock_killable(): 0, or -EINTR after a fatal signal. */
export function rtnl_lock_killable(current: Frame): Promise<number> {
  return mutex_lock_killable(current, rtnl_mutex(current));
}

/** ASSERT_RTNL(): modelled code that reaches this without the mutex is our bug, not the kernel's. */
export function ASSERT_RTNL(current: Frame): void {
  if (rtnl_mutex(current).owner !== current.task) throw new EmulatorBug(`${current.name}() without rtnl_mutex`);
}

/** net_set_todo(): `todo` runs when the caller releases rtnl_mutex, after it has been released. */
export function net_set_todo(current: Frame, todo: Todo): void {
  statics(current.kernel).net_todo_list.push(todo);
}

/** __rtnl_unlock(): without the unregistered devices. */
export function __rtnl_unlock(current: Frame): void {
  mutex_unlock(current, rtnl_mutex(current));
}

/** rtnl_unlock(): MUST be awaited. Sleeps if devices were unregistered: until nobody refers to them any more. */
export async function rtnl_unlock(caller: Frame): Promise<void> {
  const list = statics(caller.kernel).net_todo_list.splice(0);
  if (list.length === 0) {
    __rtnl_unlock(caller);
    return;
  }
  const current = caller.enter("netdev_run_todo");
  __rtnl_unlock(current);
  await rcu_barrier(current);
  for (const todo of list) await todo(current);
}
