/** N philosophers: each takes its own lock, then its neighbour's. The order of locks shows the cycle in one clean run. */
import type { Program } from "../src/explore/index.ts";

const N = 5;

export const program: Program = ({ mutex, task }) => {
  const forks = Array.from({ length: N }, (_, i) => mutex(`fork${i}`));
  for (const [i, own] of forks.entries()) {
    const next = forks[(i + 1) % N] ?? own;
    task(`philosopher${i}`, async (t) => {
      await t.mutex_lock(own);
      await t.mutex_lock(next);
      t.mutex_unlock(next);
      t.mutex_unlock(own);
    });
  }
};
