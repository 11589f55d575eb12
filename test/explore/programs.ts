/** Lock programs that several tests explore: the reference scenario, and random ones. */
import fc from "fast-check";
import type { Program, ProgramTask } from "../../src/explore/index.ts";

/** cleanup_net, a reload, a registration, `shows` readers of devlink and `adds` new namespaces, with the per-net notifier. */
export function reference(shows: number, adds: number): Program {
  return ({ mutex, rw_semaphore, task }) => {
    const [P, R, D, I] = [rw_semaphore("P"), mutex("R"), mutex("D"), mutex("I")];
    const take = async (t: ProgramTask, lock: typeof R): Promise<void> => {
      await t.mutex_lock(lock);
      t.mutex_unlock(lock);
    };
    const reload = async (t: ProgramTask): Promise<void> => {
      await t.mutex_lock(D);
      for (let half = 0; half < 2; half++) {
        await t.mutex_lock(I);
        await take(t, R);
        t.mutex_unlock(I);
      }
      t.mutex_unlock(D);
    };
    task("cleanup_net", async (t) => {
      await t.down_read(P);
      await reload(t);
      t.up_read(P);
    });
    task("reload", reload);
    task("register", async (t) => {
      await t.down_write(P);
      await take(t, R);
      t.up_write(P);
    });
    for (let i = 0; i < shows; i++) task("show", (t) => take(t, D));
    for (let i = 0; i < adds; i++) {
      task("add", async (t) => {
        await t.down_read(P);
        await take(t, R);
        t.up_read(P);
      });
    }
  };
}

type Kind = "mutex" | "read" | "write" | "variable" | "none";

const section = fc.record({
  outer: fc.constantFrom<Kind>("mutex", "read", "write", "variable"),
  inner: fc.constantFrom<Kind>("mutex", "read", "write", "variable", "none", "none"),
});
export const tasks = fc.array(fc.array(section, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 });

/** A program of nested critical sections. */
export function randomProgram(bodies: readonly (readonly { readonly outer: Kind; readonly inner: Kind }[])[]): Program {
  return ({ mutex, rw_semaphore, variable, task }) => {
    const [lock, sem, value] = [mutex("lock"), rw_semaphore("sem"), variable("value", 0)];
    const enter = async (t: ProgramTask, kind: Kind): Promise<void> => {
      if (kind === "mutex") await t.mutex_lock(lock);
      if (kind === "read") await t.down_read(sem);
      if (kind === "write") await t.down_write(sem);
      if (kind === "variable") {
        await t.pause();
        t.set(value, t.get(value) + 1);
      }
    };
    const leave = (t: ProgramTask, kind: Kind): void => {
      if (kind === "mutex") t.mutex_unlock(lock);
      if (kind === "read") t.up_read(sem);
      if (kind === "write") t.up_write(sem);
    };
    for (const [i, sections] of bodies.entries()) {
      task(`task${i}`, async (t) => {
        for (const { outer, inner } of sections) {
          await enter(t, outer);
          if (inner !== outer) {
            await enter(t, inner);
            leave(t, inner);
          }
          leave(t, outer);
        }
      });
    }
  };
}
