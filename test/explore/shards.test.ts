/**
 * Proves that shards divide a search: together they run exactly the classes of schedules that there are, each in one shard
 * alone, and come to the verdict of the undivided search. What there is, is enumerated.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, type Program, programSubject, type Shard, type Strategy, type Subject } from "../../src/explore/index.ts";
import type { AccessKind, FootprintReader, Kernel, Task, WaitMode } from "../../src/kernel/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";
import { randomProgram, reference, tasks } from "./programs.ts";

interface Explored {
  readonly found: Awaited<ReturnType<typeof explore>>;
  /** Of each execution that counts, in which order locks were asked for and had, and data used: equal for equivalent schedules. */
  readonly classes: readonly string[];
}

/** In which order the objects of a run were used; readers next to each other are not told apart. */
class Orders implements FootprintReader {
  private readonly orders = new Map<object, { readonly what: string; readonly who: number[] }[]>();
  private readonly tasks: Task[] = [];

  step(): void {}

  woken(task: Task): void {
    if (!this.tasks.includes(task)) this.tasks.push(task);
  }

  created(): void {}
  access(task: Task, object: object, kind: AccessKind): void {
    if (kind === "read" || kind === "write" || kind === "try" || kind.startsWith("request")) this.note(object, kind, task);
  }

  granted(task: Task, lock: object, mode: WaitMode): void {
    this.note(this.had(lock), mode === "read" ? "has-read" : "has", task);
  }

  private readonly grants = new Map<object, object>();
  private had(lock: object): object {
    const known = this.grants.get(lock) ?? {};
    this.grants.set(lock, known);
    return known;
  }

  private note(object: object, what: string, task: Task): void {
    const order = this.orders.get(object) ?? [];
    this.orders.set(object, order);
    const who = this.tasks.indexOf(task);
    const last = order.at(-1);
    if (last?.what === what && what.endsWith("read")) last.who.push(who);
    else order.push({ what, who: [who] });
  }

  text(names: readonly object[]): string {
    const of = (object: object): string =>
      (this.orders.get(object) ?? []).map(({ what, who }) => `${what} ${who.sort((a, b) => a - b).join(",")}`).join("; ");
    return names.map((object) => `${of(object)} | ${of(this.had(object))}`).join("\n");
  }
}

async function explored(program: Program, strategy: Strategy, executions: number, shard?: Shard): Promise<Explored> {
  const classes: string[] = [];
  let last: string | null = null;
  const declared: object[] = [];
  const watchedProgram: Program = (build) => {
    declared.length = 0;
    const keep = <T extends object>(object: T): T => {
      declared.push(object);
      return object;
    };
    program({
      ...build,
      mutex: (name) => keep(build.mutex(name)),
      rw_semaphore: (name) => keep(build.rw_semaphore(name)),
      variable: (name, value) => keep(build.variable(name, value)),
    });
  };
  const subject: Subject = programSubject(watchedProgram, () => hostTurn());
  const watched: Subject = {
    ...subject,
    run: async (setup, tables) => {
      const orders = new Orders();
      const kernels: Kernel[] = [];
      const run = await subject.run(
        {
          ...setup,
          reader: (kernel, names) => {
            kernels.push(kernel);
            const reader = setup.reader?.(kernel, names);
            return {
              step: (task) => reader?.step(task),
              access: (task, object, kind) => {
                orders.access(task, object, kind);
                reader?.access(task, object, kind);
              },
              created: (task, object) => reader?.created(task, object),
              granted: (task, lock, mode) => {
                orders.granted(task, lock, mode);
                reader?.granted(task, lock, mode);
              },
              woken: (task, by) => {
                orders.woken(task);
                reader?.woken(task, by);
              },
            };
          },
        },
        tables,
      );
      last = kernels.every(({ sched }) => sched.stopped === null) ? orders.text(declared) : null;
      return run;
    },
  };
  const progress = (): void => {
    if (last !== null) classes.push(last);
  };
  const bounds = { strategy, executions, states: 1000, seed: 1, goOn: () => true, progress };
  return { found: await explore(watched, shard === undefined ? bounds : { ...bounds, shard }), classes };
}

const shards = (of: number): Shard[] => Array.from({ length: of }, (_, i) => ({ index: i + 1, of }));

async function together(program: Program, strategy: Strategy, of: number): Promise<Explored[]> {
  const all: Explored[] = [];
  for (const shard of shards(of)) all.push(await explored(program, strategy, 20_000, shard));
  return all;
}

const sorted = (list: readonly string[]): string[] => [...list].sort();
const kindsOf = (all: readonly Explored[]): string[] =>
  sorted([...new Set(all.flatMap(({ found }) => found.deadlocks.map(({ stuck }) => sorted(stuck).join("; "))))]);

const RUNS = 12;

test("random programs: the classes that the enumeration of every schedule has, each in one shard", async () => {
  await fc.assert(
    fc.asyncProperty(tasks, fc.integer({ min: 1, max: 4 }), async (bodies, of) => {
      const program = randomProgram(bodies);
      const every = await explored(program, "dfs", 800);
      if (!every.found.complete) return;
      const parts = await together(program, "dpor", of);
      expect(parts.every(({ found }) => found.complete && found.part === "share")).toBe(true);
      const whole = await explored(program, "dpor", 20_000);
      expect(sorted([...new Set(parts.flatMap(({ classes }) => classes))])).toEqual(sorted([...new Set(every.classes)]));
      expect(parts.reduce((sum, { found }) => sum + (found.traces ?? 0), 0)).toBe(whole.found.traces);
      expect(kindsOf(parts)).toEqual(kindsOf([every]));
    }),
    { numRuns: RUNS, seed: 11 },
  );
});

test.each([
  [1, 1, 3, 144],
  [1, 1, 9, 144],
  [2, 1, 2, 576],
])("the reference locks, K=%i M=%i, in %i shards: (K+2)! (M+5)! / 30 classes, as without shards", async (shows, adds, of, traces) => {
  const parts = await together(reference(shows, adds), "dpor", of);
  const classes = parts.flatMap((part) => part.classes);
  expect([new Set(classes).size, classes.length]).toEqual([traces, traces]);
  expect(parts.reduce((sum, { found }) => sum + (found.traces ?? 0), 0)).toBe(traces);
  expect(parts.every(({ found }) => found.verdict === "proved")).toBe(true);
});

const twoWriters: Program = ({ mutex, rw_semaphore, task }) => {
  const [sem, lock] = [rw_semaphore("sem"), mutex("lock")];
  task("reader", async (t) => {
    await t.down_read(sem);
    t.up_read(sem);
  });
  task("reader that locks", async (t) => {
    await t.down_read(sem);
    await t.mutex_lock(lock);
    t.mutex_unlock(lock);
    t.up_read(sem);
  });
  task("writer", async (t) => {
    await t.down_write(sem);
    t.up_write(sem);
  });
  task("writer that locks", async (t) => {
    await t.down_write(sem);
    await t.mutex_lock(lock);
    t.mutex_unlock(lock);
    t.up_write(sem);
  });
};

test("where readers overtake a queued writer no order is left out, and shard 1 explores all", async () => {
  const random = await explored(twoWriters, "random", 3000);
  const [one, two] = (await together(twoWriters, "dpor", 2)) as [Explored, Explored];
  expect(new Set(random.classes).size).toBe(20);
  expect(sorted([...new Set(one.classes)])).toEqual(sorted([...new Set(random.classes)]));
  expect([one.found.complete, two.found.complete, two.found.traces]).toEqual([true, true, 0]);
});

test.each([
  ["a named pipe", "mkfifo /tmp/p\necho hi > /tmp/p &\ncat /tmp/p > /tmp/o &\nwait\n", 18],
  ["a signal and a trap", "(trap 'echo t > /tmp/t' TERM; sleep 1; echo end > /tmp/e) &\np=$!\nkill $p &\nwait\n", 26],
  ["a namespace that is deleted while a command runs in it", "ip netns add a\nip netns exec a true &\nip netns del a &\nwait\n", 6],
])("a script with %s: each class in one shard", async (_what, script, classes) => {
  const traces = async (...args: readonly string[]): Promise<unknown[]> => {
    const { stdout } = await mlx5emu(["explore", "-", "--strategy", "dpor", "--json", ...args], { "-": script });
    const found = JSON.parse(stdout) as { readonly traces: number; readonly complete: boolean };
    return [found.traces, found.complete];
  };
  expect(await traces()).toEqual([classes, true]);
  const parts: unknown[][] = [];
  for (const { index, of } of shards(2)) parts.push(await traces("--shard", `${index}/${of}`));
  expect(parts.map(([, complete]) => complete)).toEqual([true, true]);
  expect(parts.reduce((sum, [found]) => sum + Number(found), 0)).toBe(classes);
});

test("every schedule without reduction, and schedules by chance, are divided too", async () => {
  const program = randomProgram([
    [{ outer: "mutex", inner: "read" }],
    [{ outer: "write", inner: "mutex" }],
    [{ outer: "variable", inner: "none" }],
  ]);
  const every = await explored(program, "dfs", 20_000);
  for (const of of [2, 3]) {
    const parts = await together(program, "dfs", of);
    expect(parts.reduce((sum, { found }) => sum + found.executions, 0)).toBe(every.found.executions);
    expect(parts.reduce((sum, { found }) => sum + found.deadlocked, 0)).toBe(every.found.deadlocked);
    expect(parts.every(({ found }) => found.complete)).toBe(true);
  }
  for (const strategy of ["random", "pct"] as const) {
    const whole = await explored(program, strategy, 50);
    const parts: Explored[] = [];
    for (const shard of shards(3)) parts.push(await explored(program, strategy, 50, shard));
    expect(parts.map(({ found }) => found.executions)).toEqual([17, 17, 16]);
    expect(sorted(parts.flatMap(({ classes }) => classes))).toEqual(sorted(whole.classes));
  }
});

test("what tables or the order of locks decide, shard 1 decides for all", async () => {
  const found = async (program: Program, shard: Shard): Promise<unknown[]> => {
    const { verdict, part, complete, layers } = (await explored(program, "auto", 1000, shard)).found;
    return [verdict, part, complete, layers.at(-1)?.layer];
  };
  const [one, two] = shards(2) as [Shard, Shard];
  expect(await found(reference(1, 1), two)).toEqual(["proved", "whole", true, "lock-order"]);
  const crossed = randomProgram([[{ outer: "mutex", inner: "write" }], [{ outer: "write", inner: "mutex" }]]);
  expect(await found(crossed, one)).toEqual(["deadlock", "whole", true, "stateful"]);
  const [, part] = await found(crossed, two);
  expect(part).toBe("none");
});

test("a share that no class falls to says so", async () => {
  const { status, stdout } = await mlx5emu(["explore", "-", "--strategy", "dpor", "--shard", "3/3"], { "-": "true &\nwait\n" });
  expect([status, stdout.split("\n").slice(0, 3)]).toEqual([
    0,
    [
      "Shard 3 of 3: its share; mlx5-emu merge says what all shards come to",
      "",
      "PROVED  no schedule deadlocks: none is in this share (0 executions)",
    ],
  ]);
});
