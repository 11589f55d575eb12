/**
 * The locks of the deletion of a namespace beside reloads, shows, additions and a registration, without the machine around
 * them. `NOTIFIER` chooses how mlx5_ib registers: "net" cannot deadlock, "global" always does.
 */
import type { Program, ProgramTask } from "../src/explore/index.ts";

const NOTIFIER: "net" | "global" = "net";
const SHOWS = 1;
const ADDS = 1;

export const program: Program = ({ mutex, rw_semaphore, task }) => {
  const pernet_ops_rwsem = rw_semaphore("pernet_ops_rwsem");
  const rtnl_mutex = mutex("rtnl_mutex");
  const devlink_mutex = mutex("devlink_mutex");
  const intf_state_mutex = mutex("&dev->intf_state_mutex");

  async function locked(t: ProgramTask, lock: typeof rtnl_mutex, body?: () => Promise<void>): Promise<void> {
    await t.mutex_lock(lock);
    await body?.();
    t.mutex_unlock(lock);
  }
  async function forWrite(t: ProgramTask): Promise<void> {
    await t.down_write(pernet_ops_rwsem);
    await locked(t, rtnl_mutex);
    t.up_write(pernet_ops_rwsem);
  }
  const notifier = (t: ProgramTask): Promise<void> => (NOTIFIER === "net" ? locked(t, rtnl_mutex) : forWrite(t));
  async function reload(t: ProgramTask): Promise<void> {
    for (let half = 0; half < 2; half++) await locked(t, intf_state_mutex, () => notifier(t));
  }

  task("cleanup_net", async (t) => {
    await t.down_read(pernet_ops_rwsem);
    await locked(t, devlink_mutex, () => reload(t));
    t.up_read(pernet_ops_rwsem);
  });
  task("reload", (t) => locked(t, devlink_mutex, () => reload(t)));
  task("register", forWrite);
  for (let i = 0; i < SHOWS; i++) task("show", (t) => locked(t, devlink_mutex));
  for (let i = 0; i < ADDS; i++) {
    task("add", async (t) => {
      await t.down_read(pernet_ops_rwsem);
      await locked(t, rtnl_mutex);
      t.up_read(pernet_ops_rwsem);
    });
  }
};
