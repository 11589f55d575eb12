/**
 * The absence of the deadlock in the reference scenario: our search over states against SPIN, and what else the layers of
 * the exploration claim. Sizes are K times `devlink dev show` and M times `ip netns add`.
 */
import { spawnSync } from "node:child_process";
import { setImmediate as hostTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  Compiled,
  type ExploreOptions,
  explore,
  LockPrograms,
  NameTable,
  type Program,
  programSubject,
  recordTables,
  searchStateful,
  searchStates,
} from "../src/explore/index.ts";
import { fifoPolicy } from "../src/kernel/index.ts";
import { type Comparison, cpuTime } from "./measure.ts";
import { program, type Size, traces } from "./scenario.ts";
import { memoryMissing, pan, type SpinRun, spinMissing } from "./spin.ts";

const LARGE: Size = { shows: 4, adds: 5 };
const MIDDLE: Size = { shows: 4, adds: 4 };
const STATES = 40_000_000;
/** SPIN's hash tables for the two sizes, and the memory that the larger one takes. */
const INDEX = { middle: 26, large: 27 };
const LARGE_GIGABYTES = 7;

const names = () => ({ tasks: new NameTable(), objects: new NameTable() });
const subjectOf = (size: Size) => programSubject(program(size), () => hostTurn());

/** Everything from the program to the verdict: recording the tables, sampled runs, the search. Seconds of CPU time. */
async function exclude(size: Size): Promise<number> {
  const options = { seed: 1, samples: 8, states: STATES, goOn: () => true, mayRun: () => true, ran: () => {} };
  return (
    (await cpuTime(async () => {
      const outcome = await searchStateful(subjectOf(size), names(), options);
      if (outcome.undecided !== null || !outcome.search.complete || outcome.search.stuck > 0) throw new Error("not excluded");
    })) / 1e6
  );
}

async function tablesOf(size: Size): Promise<Compiled> {
  const recorded = await recordTables(subjectOf(size), names());
  if ("why" in recorded) throw new Error(recorded.why);
  return new Compiled(recorded.tables);
}

/** This file as a command: the first exclusion of a fresh process. */
if (process.argv[2] === "cold") process.stdout.write(`${await exclude(LARGE)}\n`);

async function cold(): Promise<number> {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "cold"], { encoding: "utf8" });
  return Number(stdout);
}

const missing = spinMissing();

/** The last run of SPIN for each size serves all comparisons of a round. */
const last = new Map<Size, SpinRun>();
function spin(size: Size, index: number): SpinRun {
  const run = pan(size, index);
  last.set(size, run);
  return run;
}

/** Why a comparison is left out, by its name's beginning; for the line that says so. */
export function skipReason(name: string): string {
  return missing ?? (name.includes("M=5") ? (memoryMissing(LARGE_GIGABYTES) ?? "") : "");
}

const spinLarge = async (figure: (run: SpinRun) => number): Promise<number | null> =>
  missing !== null || memoryMissing(LARGE_GIGABYTES) !== null ? null : figure(last.get(LARGE) ?? spin(LARGE, INDEX.large));

/** Seconds, states and bytes of one search without reductions. */
async function raw(): Promise<{ cpu: number; states: number; bytes: number }> {
  const code = await tablesOf(MIDDLE);
  let states = 0;
  let bytes = 0;
  const cpu = await cpuTime(() => {
    const search = searchStates(code, { reduce: false, states: STATES, goOn: () => true });
    states = search.states;
    bytes = search.bytes;
  });
  return { cpu: cpu / 1e6, states, bytes };
}

const rawRuns: { cpu: number; states: number; bytes: number }[] = [];

export const spinComparisons: readonly Comparison[] = [
  {
    name: "exclusion K=4 M=4, warm / SPIN",
    unit: "s CPU",
    ratio: "peer / ours",
    // What is demanded is demanded of the larger size.
    floor: null,
    aim: null,
    ours: () => exclude(MIDDLE),
    theirs: async () => (missing === null ? spin(MIDDLE, INDEX.middle).cpu : null),
  },
  {
    name: "search without reductions K=4 M=4 / SPIN",
    unit: "states/s",
    ratio: "ours / peer",
    floor: 0.8,
    aim: 1.5,
    ours: async () => {
      const run = await raw();
      rawRuns.push(run);
      return run.states / run.cpu;
    },
    theirs: async () => {
      const run = last.get(MIDDLE);
      return run === undefined ? null : run.states / run.cpu;
    },
  },
  {
    name: "memory of a state, without reductions K=4 M=4 / SPIN",
    unit: "bytes",
    ratio: "ours",
    floor: 100,
    aim: 48,
    atMost: true,
    ours: async () => {
      const run = rawRuns.at(-1) ?? (await raw());
      return run.bytes / run.states;
    },
    theirs: async () => {
      const run = last.get(MIDDLE);
      return run === undefined ? null : run.bytes / run.states;
    },
  },
  {
    name: "exclusion K=4 M=5, warm / SPIN",
    unit: "s CPU",
    ratio: "peer / ours",
    floor: 500,
    aim: 5000,
    ours: () => exclude(LARGE),
    theirs: () => spinLarge((run) => run.cpu),
  },
  {
    name: "exclusion K=4 M=5, first of a process / SPIN",
    unit: "s CPU",
    ratio: "peer / ours",
    floor: null,
    aim: 1000,
    ours: cold,
    theirs: () => spinLarge((run) => run.cpu),
  },
  {
    name: "states stored K=4 M=5 / SPIN",
    unit: "states",
    ratio: "peer / ours",
    floor: 500,
    aim: 3400,
    ours: async () => searchStates(await tablesOf(LARGE), { reduce: true, states: STATES, goOn: () => true }).states,
    theirs: () => spinLarge((run) => run.states),
  },
];

const options: ExploreOptions = { strategy: "auto", executions: 1_000_000, states: STATES, seed: 1, goOn: () => true };

/** Executions of the reduction over traces, for all sizes up to K=2 M=3; throws if one of them is not exact. */
async function executionsOverTraces(): Promise<number> {
  let worst = 0;
  for (let shows = 0; shows <= 2; shows++) {
    for (let adds = 0; adds <= 3; adds++) {
      const { executions, complete } = await explore(subjectOf({ shows, adds }), { ...options, strategy: "dpor" });
      if (!complete) throw new Error("not complete");
      worst = Math.max(worst, executions / traces({ shows, adds }));
    }
  }
  return worst;
}

const readerWriterReader: Program = ({ mutex, rw_semaphore, task }) => {
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

/** N tasks, each of which takes its own lock and then its neighbour's. */
const ring: Program = ({ mutex, task }) => {
  const locks = Array.from({ length: 5 }, (_, i) => mutex(`lock${i}`));
  for (const [i, own] of locks.entries()) {
    const next = locks[(i + 1) % locks.length] ?? own;
    task(`task${i}`, async (t) => {
      await t.mutex_lock(own);
      await t.mutex_lock(next);
      t.mutex_unlock(next);
      t.mutex_unlock(own);
    });
  }
};

const deadlocked = async (tried: Program, strategy: ExploreOptions["strategy"], executions: number) => {
  const found = await explore(
    programSubject(tried, () => hostTurn()),
    { ...options, strategy, executions },
  );
  if (found.verdict !== "deadlock") throw new Error(`no deadlock found by ${strategy}`);
  return found;
};

const decisions = (schedule: string | null): number => (schedule ?? "").split(/[.:x]/).length;

/** Random schedules until the ring deadlocks. */
async function randomRuns(seed: number): Promise<number> {
  for (let executions = 1; ; executions++) {
    const one = { ...options, strategy: "random", executions: 1, seed: seed + executions } as const;
    const found = await explore(
      programSubject(ring, () => hostTurn()),
      one,
    );
    if (found.verdict === "deadlock") return executions;
  }
}

let seeds = 0;

export const claims: readonly Comparison[] = [
  {
    name: "proof by the order of locks, any K and M",
    unit: "us CPU",
    ratio: "ours",
    floor: 1000,
    aim: 50,
    atMost: true,
    ours: orderProof,
  },
  {
    name: "the same with the eight runs that it rests on, K=4 M=5",
    unit: "us CPU",
    ratio: "ours",
    floor: null,
    aim: null,
    ours: orderExplore,
  },
  {
    name: "executions over traces, K<=2 M<=3, against (K+2)!(M+5)!/30",
    unit: "1",
    ratio: "ours",
    floor: 1.1,
    aim: 1,
    atMost: true,
    rounds: 1,
    ours: executionsOverTraces,
  },
  {
    name: "reader, queued writer, reader: witness against the shortest of all schedules",
    unit: "numbers in the schedule",
    ratio: "ours / peer",
    floor: null,
    aim: 1,
    atMost: true,
    rounds: 1,
    ours: async () => decisions((await deadlocked(readerWriterReader, "auto", 1000)).schedule),
    theirs: async () => decisions((await deadlocked(readerWriterReader, "dfs", 100_000)).schedule),
  },
  {
    name: "ring of 5: runs until the cycle is known / random schedules until it deadlocks",
    unit: "runs",
    ratio: "ours",
    floor: 1,
    aim: 1,
    atMost: true,
    ours: async () => (await deadlocked(ring, "auto", 1000)).layers[0]?.executions ?? Number.NaN,
    theirs: () => randomRuns(1000 * seeds++),
  },
  {
    name: "ring of 5: from the program to the confirmed and shortened witness",
    unit: "ms CPU",
    ratio: "ours",
    floor: null,
    aim: 10,
    atMost: true,
    ours: async () => (await cpuTime(() => deadlocked(ring, "auto", 1000))) / 1000,
  },
];

/** The order of locks of one run is there; what the search for a cycle in it takes, which is the whole proof. */
async function orderProof(): Promise<number> {
  const programs = new LockPrograms();
  const tables = names();
  await subjectOf(LARGE).run({ policy: () => fifoPolicy(), reader: (kernel, runNames) => programs.reader(kernel, runNames) }, tables);
  const again = 1000;
  const time = await cpuTime(() => {
    for (let i = 0; i < again; i++) if (programs.cycle() !== null) throw new Error("a cycle where there is none");
  });
  return time / again;
}

async function orderExplore(): Promise<number> {
  const time = await cpuTime(async () => {
    const found = await explore(subjectOf(LARGE), options);
    if (found.verdict !== "proved" || found.layers[0]?.decided !== true) throw new Error("not proved by the order of locks");
  });
  return time;
}
