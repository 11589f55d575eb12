/** Which lock comes first depends on what another task has written: only one of the two orders deadlocks. */
import type { Program } from "../src/explore/index.ts";

export const program: Program = ({ mutex, variable, task }) => {
  const a = mutex("a");
  const b = mutex("b");
  const reversed = variable("reversed", false);
  task("writer", async (t) => {
    await t.pause();
    t.set(reversed, true);
    await t.mutex_lock(a);
    await t.mutex_lock(b);
    t.mutex_unlock(b);
    t.mutex_unlock(a);
  });
  task("reader", async (t) => {
    await t.pause();
    const [first, second] = t.get(reversed) ? [b, a] : [a, b];
    await t.mutex_lock(first);
    await t.mutex_lock(second);
    t.mutex_unlock(second);
    t.mutex_unlock(first);
  });
};
