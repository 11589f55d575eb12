/**
 * Proves that the reduced search runs one schedule of each class: as many as the closed form says for the reference locks,
 * and with the same outcomes as the enumeration of every schedule for small programs.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, type Program, type ProgramTask, programSubject, type Strategy } from "../../src/explore/index.ts";

type Exploration = Awaited<ReturnType<typeof explore>>;

function explored(program: Program, strategy: Strategy, executions = 100_000): Promise<Exploration> {
  const subject = programSubject(program, () => hostTurn());
  return explore(subject, { strategy, executions, states: 100_000, seed: 1, goOn: () => true });
}

/** cleanup_net, a reload, a registration, `shows` readers of devlink and `adds` new namespaces, with the per-net notifier. */
function reference(shows: number, adds: number): Program {
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

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

test.each([
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 1],
  [1, 2],
])("%i shows and %i additions: (K+2)! (M+5)! / 30 executions", async (shows, adds) => {
  const found = await explored(reference(shows, adds), "dpor");
  const traces = (factorial(shows + 2) * factorial(adds + 5)) / 30;
  expect([found.verdict, found.executions, found.traces, found.complete]).toEqual(["proved", traces, traces, true]);
});

type Kind = "mutex" | "read" | "write" | "variable" | "none";

const section = fc.record({
  outer: fc.constantFrom<Kind>("mutex", "read", "write", "variable"),
  inner: fc.constantFrom<Kind>("mutex", "read", "write", "variable", "none", "none"),
});
const tasks = fc.array(fc.array(section, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 });

/** A program of nested critical sections. */
function randomProgram(bodies: readonly (readonly { readonly outer: Kind; readonly inner: Kind }[])[]): Program {
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

const kindsOf = (found: Exploration): string[] => found.deadlocks.map(({ stuck }) => [...stuck].sort().join("; ")).sort();

test("random programs: the same deadlocks as the enumeration of every schedule, in no more executions", async () => {
  await fc.assert(
    fc.asyncProperty(tasks, async (bodies) => {
      const every = await explored(randomProgram(bodies), "dfs", 1500);
      if (every.executions >= 1500) return;
      const reduced = await explored(randomProgram(bodies), "dpor", 5000);
      expect(kindsOf(reduced)).toEqual(kindsOf(every));
      expect(reduced.executions).toBeLessThanOrEqual(every.executions);
    }),
    { numRuns: 40, seed: 7 },
  );
});
