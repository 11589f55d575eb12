/** Two tasks take two mutexes in opposite orders: one class of schedules in three deadlocks. */
import type { Program } from "../src/explore/index.ts";

export const program: Program = ({ mutex, task }) => {
  const a = mutex("a");
  const b = mutex("b");
  task("one", async (t) => {
    await t.mutex_lock(a);
    await t.mutex_lock(b);
    t.mutex_unlock(b);
    t.mutex_unlock(a);
  });
  task("two", async (t) => {
    await t.mutex_lock(b);
    await t.mutex_lock(a);
    t.mutex_unlock(a);
    t.mutex_unlock(b);
  });
};
