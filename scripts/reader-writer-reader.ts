/**
 * A deadlock of readers only, but for one writer that waits: it keeps the second reader out. Tools whose read locks let
 * readers pass a waiting writer do not see it.
 */
import type { Program } from "../src/explore/index.ts";

export const program: Program = ({ mutex, rw_semaphore, task }) => {
  const sem = rw_semaphore("sem");
  const lock = mutex("lock");
  task("reader", async (t) => {
    await t.down_read(sem);
    await t.mutex_lock(lock);
    t.mutex_unlock(lock);
    t.up_read(sem);
  });
  task("second reader", async (t) => {
    await t.mutex_lock(lock);
    await t.down_read(sem);
    t.up_read(sem);
    t.mutex_unlock(lock);
  });
  task("writer", async (t) => {
    await t.down_write(sem);
    t.up_write(sem);
  });
};
