/**
 * Proves that shards of a script run the classes of schedules that one search runs, each in one shard: by what each class is, the
 * order of accesses that do not commute.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { DEFAULT_ERA, findEra } from "../../src/eras.ts";
import { accessBit, conflict } from "../../src/explore/access.ts";
import { explore, type Shard, type Subject, scriptSubject } from "../../src/explore/index.ts";
import type { AccessKind, FootprintReader, Kernel, Task } from "../../src/kernel/index.ts";

interface Access {
  readonly task: Task;
  /** The task and its how-manieth access to the object. */
  readonly name: string;
  readonly mask: number;
}

/** For each object, which accesses come before which others that they do not commute with. */
class Orders {
  private readonly paths = new Map<Task, string>();
  private readonly children = new Map<Task | null, number>();
  private readonly accesses = new Map<object, Access[]>();

  woken(task: Task, by: Task | null): void {
    if (this.paths.has(task)) return;
    const nth = (this.children.get(by) ?? 0) + 1;
    this.children.set(by, nth);
    this.paths.set(task, `${by === null ? "" : this.paths.get(by)}/${nth}`);
  }

  access(task: Task, object: object, kind: AccessKind): void {
    const known = this.accesses.get(object) ?? [];
    this.accesses.set(object, known);
    const nth = known.filter((access) => access.task === task).length + 1;
    known.push({ task, name: `${this.paths.get(task)}:${nth}`, mask: accessBit(kind) });
  }

  text(): string {
    const lines = [...this.accesses].map(([object, accesses]) => `${object.constructor.name} ${ordersOf(accesses).join(" ")}`);
    return lines.sort().join("\n");
  }
}

function ordersOf(accesses: readonly Access[]): string[] {
  return accesses
    .map(({ task, name, mask }, i) => {
      const before = accesses.slice(0, i).filter((other) => other.task !== task && conflict(other.mask, mask));
      return before.length === 0 ? "" : `${name}<${before.map((other) => other.name).sort()}`;
    })
    .filter((order) => order !== "")
    .sort();
}

function watching(reader: FootprintReader | null, orders: Orders): FootprintReader {
  return {
    step: (task) => reader?.step(task),
    access: (task, object, kind) => {
      orders.access(task, object, kind);
      reader?.access(task, object, kind);
    },
    created: (task, object) => reader?.created(task, object),
    granted: (task, lock, mode) => reader?.granted(task, lock, mode),
    woken: (task, by) => {
      orders.woken(task, by);
      reader?.woken(task, by);
    },
  };
}

async function classesOf(text: string, shard?: Shard): Promise<string[]> {
  const era = findEra(DEFAULT_ERA);
  if (era === undefined) throw new Error(`no era ${DEFAULT_ERA}`);
  const script = scriptSubject({ era, notifier: "net", devices: [], hostTurn: () => hostTurn() }, { name: "s.sh", text });
  let last: Orders | null = null;
  const subject: Subject = {
    ...script,
    run: async (setup, tables) => {
      const orders = new Orders();
      const kernels: Kernel[] = [];
      const reader = (kernel: Kernel, names: Parameters<NonNullable<typeof setup.reader>>[1]): FootprintReader => {
        kernels.push(kernel);
        for (const task of kernel.tasks.values()) orders.woken(task, null);
        return watching(setup.reader?.(kernel, names) ?? null, orders);
      };
      const run = await script.run({ ...setup, reader }, tables);
      last = kernels.every(({ sched }) => sched.stopped === null) ? orders : null;
      return run;
    },
  };
  const classes: string[] = [];
  const progress = (): void => void (last !== null && classes.push(last.text()));
  const bounds = { strategy: "dpor", executions: 1000, states: 1, seed: 1, goOn: () => true, progress } as const;
  const found = await explore(subject, shard === undefined ? bounds : { ...bounds, shard });
  expect([found.complete, found.traces]).toEqual([true, classes.length]);
  return classes.sort();
}

test.each([
  ["three that append to a file", "for i in 1 2 3; do echo $i >> /tmp/log & done\nwait\ncat /tmp/log\n", 18],
  ["a look for a file, and a file that comes", "(test -e /tmp/x; echo $? > /tmp/r) &\ntouch /tmp/x &\nwait\n", 4],
])("%s: the same classes in one search and in two shards together", async (_what, text, count) => {
  const whole = await classesOf(text);
  const parts = [await classesOf(text, { index: 1, of: 2 }), await classesOf(text, { index: 2, of: 2 })];
  expect([whole.length, new Set(whole).size]).toEqual([count, count]);
  expect(parts.flat().sort()).toEqual(whole);
  expect(parts.every((part) => part.length > 0)).toBe(true);
});
