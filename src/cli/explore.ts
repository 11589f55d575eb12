/** `mlx5-emu explore`: every schedule that matters of one script or lock program, and whether any of them deadlocks. */
import { createHash } from "node:crypto";
import {
  type Described,
  divideSchedules,
  EXPLORE_FORMAT,
  type Exploration,
  type ExploreDocument,
  type ExploreOptions,
  explorationReport,
  explore,
  exploreDocument,
  isExploreDocument,
  mergedReport,
  mergeShards,
  programSubject,
  type Shard,
  type Strategy,
  type Subject,
  scriptSubject,
} from "../explore/index.ts";
import { loadDrivers } from "./drivers.ts";
import { type Host, reasonOf, type Sink } from "./host.ts";
import { readFolders } from "./mounts.ts";
import { type MachineFlags, type MachinePlan, planMachine } from "./options.ts";
import { isProgram, loadProgram } from "./program.ts";
import { readScript } from "./script.ts";
import { commandLine } from "./suggest.ts";
import { UserError } from "./user-error.ts";
import { VERSION } from "./version.ts";
import { Watch } from "./watch.ts";
import { type Job, Shared } from "./workers.ts";

export interface ExploreFlags extends MachineFlags {
  readonly strategy: Strategy;
  readonly executions: number;
  readonly states: number;
  /** Seconds. */
  readonly time?: number;
  readonly json?: boolean;
  readonly out?: string;
  readonly shard?: Shard;
  readonly workers?: number;
}

const EXIT = { proved: 0, deadlock: 3, "not-found": 5 } as const;

/** Where chance begins unless said otherwise. */
export const DEFAULT_SEED = 1;

/** Something to explore, what its documents say of it, and its machine. */
export interface ExploredSubject {
  readonly subject: Subject;
  readonly about: Described;
  readonly plan: MachinePlan;
}

/** What one thread explores before others are started for the rest, executions and ms: a small exploration is over before they are there. */
const ALONE = 200;
const ALONE_MS = 150;
/** Shards for each worker: they are of different sizes. */
const SHARDS_PER_WORKER = 8;
/** How often the main thread looks after its workers, ms. */
const LOOK_MS = 100;

export async function exploreCommand(host: Host, path: string, flags: ExploreFlags): Promise<number> {
  if ((flags.workers ?? 1) > 1) return await exploreWithWorkers(host, path, flags, flags.workers ?? 1);
  return (await exploreAlone(host, path, flags, () => true)) ?? EXIT["not-found"];
}

/**
 * Explores in this thread, until a moment of the host's clock at most.
 * @param settles whether the result is the answer; if not, nothing is printed and null returned
 */
async function exploreAlone(
  host: Host,
  path: string,
  flags: ExploreFlags,
  settles: (found: Exploration, watch: Watch) => boolean,
  until = Number.POSITIVE_INFINITY,
): Promise<number | null> {
  const { subject, about, plan } = await subjectOf(host, path, flags);
  const watch = new Watch(host, flags);
  const options: ExploreOptions = {
    ...boundsOf(flags),
    goOn: () => watch.goOn() && host.now() < until,
    progress: (progress) => watch.show(progress),
  };
  const found = await explore(subject, options).finally(() => watch.end());
  if (!settles(found, watch)) return null;
  const document = exploreDocument(subject, about, found, options);
  const replay = replayCommand(host, document, path, plan.flags, flags.out);
  answer(host, document, flags, explorationReport(subject, about, found, replay, flags.shard));
  return EXIT[found.verdict];
}

/** A beginning in this thread; if that is not all, shards of the whole in a pool, and what they come to together. */
async function exploreWithWorkers(host: Host, path: string, flags: ExploreFlags, count: number): Promise<number> {
  if (flags.shard !== undefined) throw new UserError("--workers divides by itself; leave out --workers or --shard");
  if (path === "-")
    throw new UserError("each worker reads the script, and standard input can be read once; leave out --workers, or name a file");
  const begun = Math.min(ALONE, flags.executions);
  const until = host.now() + ALONE_MS;
  const over = (found: Exploration, watch: Watch): boolean =>
    found.complete || found.limit !== null || (begun === flags.executions && host.now() < until) || !watch.goOn();
  const alone = await exploreAlone(host, path, { ...flags, executions: begun }, over, until);
  if (alone !== null) return alone;
  const document = await exploreInPool(host, path, flags, count);
  answer(host, document, flags, mergedReport(document, replayCommand(host, document, path, document.machine, flags.out), "Parts"));
  return EXIT[document.verdict];
}

async function exploreInPool(host: Host, path: string, flags: ExploreFlags, count: number): Promise<ExploreDocument> {
  const workers = await host.startWorkers(count);
  const watch = new Watch(host, flags);
  const shared = new Shared();
  const looking = setInterval(() => {
    const { executions, deadlocked } = shared;
    if (!watch.goOn() || executions >= flags.executions) shared.stop();
    watch.show({ executions, deadlocked, layer: `${workers.threads} workers` });
  }, LOOK_MS);
  try {
    const jobs = await jobsFor(host, path, flags, workers.threads, () => watch.goOn());
    const documents = await Promise.all(jobs.map((job) => workers.run(job, shared)));
    const merged = mergeShards(documents.map((document, i) => ({ name: `part ${i + 1}`, document })));
    if (merged.refused !== null) throw new Error(`the parts of one exploration do not fit together: ${merged.refused}`);
    const { settings } = merged.document;
    return { ...merged.document, settings: { ...settings, strategy: flags.strategy } };
  } finally {
    clearInterval(looking);
    watch.end();
    workers.end();
  }
}

/** The parts for the pool. What only the reduction can decide is divided here once, for all threads. */
async function jobsFor(host: Host, path: string, flags: ExploreFlags, count: number, goOn: () => boolean): Promise<Job<ExploreFlags>[]> {
  const part = (index: number, of: number): Shard => ({ index: index + 1, of });
  if (flags.strategy !== "auto" && flags.strategy !== "dpor") {
    const of = count * SHARDS_PER_WORKER;
    return Array.from({ length: of }, (_, i) => ({ path, flags: { ...flags, shard: part(i, of) } }));
  }
  const { subject } = await subjectOf(host, path, flags);
  const cells = await divideSchedules(subject, { ...boundsOf(flags), goOn }, count);
  return cells.map((cell, i) => ({ path, flags: { ...flags, strategy: "dpor", shard: part(i, cells.length) }, cell }));
}

/** What the jobs of one pool explore: read and loaded once in each thread. */
export type LoadedSubject = { current: Promise<ExploredSubject> | null };

/** In a worker: one shard or one cell. */
export async function exploreShard(
  host: Host,
  { path, flags, cell }: Job<ExploreFlags>,
  shared: Shared,
  loaded: LoadedSubject,
): Promise<ExploreDocument> {
  loaded.current ??= subjectOf(host, path, flags);
  const { subject, about } = await loaded.current;
  let told = { executions: 0, deadlocked: 0 };
  const options: ExploreOptions = {
    ...boundsOf(flags),
    ...(cell === undefined ? {} : { cell }),
    goOn: () => !shared.stopped,
    progress: ({ executions, deadlocked }) => {
      // A layer counts from nought again.
      if (executions < told.executions) told = { executions: 0, deadlocked: 0 };
      shared.count(executions - told.executions, deadlocked - told.deadlocked);
      told = { executions, deadlocked };
    },
  };
  return exploreDocument(subject, about, await explore(subject, options), options);
}

/** The part of the options that is the same in every shard and every worker. */
export function boundsOf({ strategy, executions, states, seed, shard }: ExploreFlags): Omit<ExploreOptions, "goOn" | "progress"> {
  const bounds = { strategy, executions, states, seed: seed ?? DEFAULT_SEED };
  return shard === undefined ? bounds : { ...bounds, shard };
}

/** Prints the document or the report, and writes the document into the file of `--out`. */
function answer(host: Host, found: ExploreDocument, { json, out }: Pick<ExploreFlags, "json" | "out">, report: string): void {
  const document = `${JSON.stringify(found, null, 2)}\n`;
  if (out !== undefined) {
    const sink = createFile(host, out);
    sink.write(document);
    sink.close();
  }
  host.stdout(json === true ? document : report);
}

function createFile(host: Host, path: string): Sink {
  try {
    return host.create(path);
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reasonOf(error)}; give --out a file that can be written`);
  }
}

/** What to type to see the deadlock again. */
function replayCommand(
  host: Host,
  { schedule, notifier }: ExploreDocument,
  path: string,
  machine: readonly string[],
  out: string | undefined,
): string {
  const options = notifier === null ? [] : [...machine, "--notifier", notifier];
  return commandLine(host.command, ["replay", ...(out === undefined ? [schedule ?? "", path, ...options] : [out])]);
}

export interface MergeFlags {
  readonly json?: boolean;
  readonly out?: string;
}

/** `mlx5-emu merge`: what the shards of one exploration come to together. */
export function mergeCommand(host: Host, paths: readonly string[], flags: MergeFlags): number {
  const merged = mergeShards(paths.map((path) => ({ name: path, document: readExploration(host, path) })));
  if (merged.refused !== null) throw new UserError(merged.refused);
  const { document } = merged;
  answer(host, document, flags, mergedReport(document, replayCommand(host, document, document.subject.name, document.machine, flags.out)));
  return EXIT[document.verdict];
}

/** The longest document taken, bytes. */
const MAX_DOCUMENT = 64 * 1024 * 1024;

/** A file of `explore --out`. */
export function readExploration(host: Host, path: string): ExploreDocument {
  let text: string;
  try {
    text = new TextDecoder().decode(host.read(path, MAX_DOCUMENT));
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${reasonOf(error)}; give a file of explore --out`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = null;
  }
  if (!isExploreDocument(document)) throw new UserError(`${path} is no ${EXPLORE_FORMAT} document; give a file of explore --out`);
  return document;
}

/** What a path names, a shell script or a program in TypeScript, on the machine that the options say. */
export async function subjectOf(host: Host, path: string, flags: MachineFlags): Promise<ExploredSubject> {
  const plan = planMachine(flags, await loadDrivers(host, flags.driver ?? []));
  const script = readScript(host, path);
  const hash = createHash("sha256").update(script.bytes).digest("hex");
  if (isProgram(path)) {
    const program = await loadProgram(host, path);
    return {
      subject: programSubject(program, host.turn),
      about: { version: VERSION, name: path, hash, text: null, era: null, notifier: null, devices: [], machine: [] },
      plan,
    };
  }
  const notifier = flags.notifier ?? plan.era.notifier;
  const { policy: _policy, ...options } = plan.options(notifier, host.turn);
  const devices = plan.devices.map(({ address }) => address);
  return {
    subject: scriptSubject({ ...options, wasm: host.wasm, folders: readFolders(host, flags.mount ?? []) }, script),
    about: {
      version: VERSION,
      name: path,
      hash,
      text: new TextDecoder().decode(script.bytes),
      era: plan.era.name,
      notifier,
      devices,
      machine: plan.flags,
    },
    plan,
  };
}
