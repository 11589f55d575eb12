/**
 * Proves that the search over states finds the deadlocks that the enumeration of every schedule and the partial-order
 * reduction find, and that it stops at its bound and where tables do not suffice.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ExploreOptions, explore, type Program, type ProgramTask, programSubject, type Strategy } from "../../src/explore/index.ts";

type Exploration = Awaited<ReturnType<typeof explore>>;

function explored(program: Program, strategy: Strategy, bounds: Partial<ExploreOptions> = {}): Promise<Exploration> {
  const subject = programSubject(program, () => hostTurn());
  return explore(subject, { strategy, executions: 100_000, states: 100_000, seed: 1, goOn: () => true, ...bounds });
}

type Kind = "a" | "b" | "read" | "write";
interface Section {
  readonly outer: Kind;
  readonly inner: readonly Kind[];
  readonly pause: boolean;
}

/** Nested critical sections on two mutexes and a semaphore. All tasks have one name: equal ones are not told apart. */
function nested(bodies: readonly (readonly Section[])[]): Program {
  return ({ mutex, rw_semaphore, task }) => {
    const [a, b, sem] = [mutex("a"), mutex("b"), rw_semaphore("sem")];
    const enter: Readonly<Record<Kind, (t: ProgramTask) => Promise<unknown>>> = {
      a: (t) => t.mutex_lock(a),
      b: (t) => t.mutex_lock(b),
      read: (t) => t.down_read(sem),
      write: (t) => t.down_write(sem),
    };
    const leave: Readonly<Record<Kind, (t: ProgramTask) => void>> = {
      a: (t) => t.mutex_unlock(a),
      b: (t) => t.mutex_unlock(b),
      read: (t) => t.up_read(sem),
      write: (t) => t.up_write(sem),
    };
    for (const sections of bodies) {
      task("task", async (t) => {
        for (const { outer, inner, pause } of sections) {
          await enter[outer](t);
          for (const kind of inner) {
            await enter[kind](t);
            if (pause) await t.pause();
            leave[kind](t);
          }
          leave[outer](t);
        }
      });
    }
  };
}

const kind = fc.constantFrom<Kind>("a", "b", "read", "write");
const body = (most: number): fc.Arbitrary<Section[]> =>
  fc.array(fc.record({ outer: kind, inner: fc.array(kind, { maxLength: 1 }), pause: fc.boolean() }), { minLength: 1, maxLength: most });

const kindsOf = (found: Exploration): string[] => found.deadlocks.map(({ stuck }) => [...stuck].sort().join("; ")).sort();
const layersOf = ({ layers }: Exploration): unknown[] => layers.map(({ layer, result }) => [layer, result]);

test("random programs: the deadlocks of every schedule", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(body(2), { minLength: 2, maxLength: 3 }), async (bodies) => {
      const every = await explored(nested(bodies), "dfs", { executions: 1500 });
      if (!every.complete) return;
      const found = await explored(nested(bodies), "auto");
      expect(found.layers.some(({ layer }) => layer === "dpor")).toBe(false);
      expect([found.verdict, kindsOf(found)]).toEqual([every.verdict, kindsOf(every)]);
    }),
    { numRuns: 60, seed: 11 },
  );
});

test("random programs of four tasks: the deadlocks that the partial-order reduction finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(body(1), { minLength: 4, maxLength: 4 }), async (bodies) => {
      const reduced = await explored(nested(bodies), "dpor", { executions: 1500 });
      if (!reduced.complete) return;
      const found = await explored(nested(bodies), "auto");
      expect([found.verdict, kindsOf(found)]).toEqual([reduced.verdict, kindsOf(reduced)]);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("readers that overtake a queued writer are told from one that asks later", async () => {
  // All of two writers and three readers: the locks that the search has to treat with care.
  const program = nested([
    [{ outer: "write", inner: [], pause: true }],
    [{ outer: "write", inner: ["a"], pause: false }],
    [{ outer: "read", inner: [], pause: false }],
    [{ outer: "a", inner: ["read"], pause: false }],
  ]);
  const reduced = await explored(program, "dpor");
  const found = await explored(program, "auto");
  expect(reduced.complete).toBe(true);
  expect(kindsOf(found)).toEqual(kindsOf(reduced));
  expect(layersOf(found)).toEqual([
    ["lock-order", "cycle: sem -> a -> sem"],
    ["stateful", "deadlock"],
  ]);
});

test("a reader, a queued writer and a reader: the shortest way there has four requests and a fifth that waits", async () => {
  const program: Program = ({ mutex, rw_semaphore, task }) => {
    const [sem, lock] = [rw_semaphore("sem"), mutex("lock")];
    task("reader", async (t) => {
      await t.down_read(sem);
      await t.mutex_lock(lock);
      t.mutex_unlock(lock);
      t.up_read(sem);
    });
    task("second", async (t) => {
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
  const found = await explored(program, "auto");
  const every = await explored(program, "dfs");
  expect([found.verdict, found.complete, kindsOf(found), found.schedule]).toEqual(["deadlock", true, kindsOf(every), every.schedule]);
});

test("the order of locks of one clean run predicts the deadlock of a ring, a witness confirms it", async () => {
  const ring: Program = ({ mutex, task }) => {
    const forks = Array.from({ length: 5 }, (_, i) => mutex(`fork${i}`));
    for (const [i, own] of forks.entries()) {
      const next = forks[(i + 1) % 5] ?? own;
      task(`philosopher${i}`, async (t) => {
        await t.mutex_lock(own);
        await t.mutex_lock(next);
        t.mutex_unlock(next);
        t.mutex_unlock(own);
      });
    }
  };
  const found = await explored(ring, "auto");
  expect(found.layers.map(({ layer, executions, decided }) => [layer, executions, decided])).toEqual([
    ["lock-order", 1, false],
    // Each task alone, eight samples, the witness.
    ["stateful", 14, true],
  ]);
  expect(found.deadlocks).toEqual([
    { stuck: [0, 1, 2, 3, 4].map((i) => `philosopher${i} in philosopher${i} waits for fork${(i + 1) % 5}`), executions: 1 },
  ]);
});

test("a cycle that a lock around it makes harmless is proved to be so", async () => {
  const gated: Program = ({ mutex, task }) => {
    const [gate, a, b] = [mutex("gate"), mutex("a"), mutex("b")];
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      task("task", async (t) => {
        await t.mutex_lock(gate);
        await t.mutex_lock(first);
        await t.mutex_lock(second);
        for (const lock of [second, first, gate]) t.mutex_unlock(lock);
      });
    }
  };
  const found = await explored(gated, "auto");
  expect([found.verdict, layersOf(found)]).toEqual([
    "proved",
    [
      ["lock-order", "cycle: a -> b -> a"],
      ["stateful", "proved"],
    ],
  ]);
  const bounded = await explored(gated, "auto", { states: 2 });
  expect([bounded.verdict, bounded.complete, bounded.limit]).toEqual(["not-found", false, { limit: "states", value: 2 }]);
});
