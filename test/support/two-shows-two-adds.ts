/** A lock program with (2+2)! (2+5)! / 30 = 4032 classes of schedules: too many for the beginning that one thread makes alone. */
import type { Program, ProgramTask } from "../../src/explore/index.ts";

export const program: Program = ({ mutex, rw_semaphore, task }) => {
  const pernet_ops_rwsem = rw_semaphore("pernet_ops_rwsem");
  const [rtnl_mutex, devlink_mutex, intf_state_mutex] = ["rtnl_mutex", "devlink_mutex", "intf_state_mutex"].map(mutex) as [
    ReturnType<typeof mutex>,
    ReturnType<typeof mutex>,
    ReturnType<typeof mutex>,
  ];
  const rtnl = async (t: ProgramTask): Promise<void> => {
    await t.mutex_lock(rtnl_mutex);
    t.mutex_unlock(rtnl_mutex);
  };
  const reload = async (t: ProgramTask): Promise<void> => {
    await t.mutex_lock(devlink_mutex);
    for (const _half of ["down", "up"]) {
      await t.mutex_lock(intf_state_mutex);
      await rtnl(t);
      t.mutex_unlock(intf_state_mutex);
    }
    t.mutex_unlock(devlink_mutex);
  };
  const reading = async (t: ProgramTask, inside: (t: ProgramTask) => Promise<void>): Promise<void> => {
    await t.down_read(pernet_ops_rwsem);
    await inside(t);
    t.up_read(pernet_ops_rwsem);
  };
  task("cleanup_net", async (t) => await reading(t, reload));
  task("reload", reload);
  task("register_netdevice_notifier", async (t) => {
    await t.down_write(pernet_ops_rwsem);
    await rtnl(t);
    t.up_write(pernet_ops_rwsem);
  });
  for (const name of ["show 1", "show 2"]) {
    task(name, async (t) => {
      await t.mutex_lock(devlink_mutex);
      t.mutex_unlock(devlink_mutex);
    });
  }
  for (const name of ["add 1", "add 2"]) task(name, async (t) => await reading(t, rtnl));
};
