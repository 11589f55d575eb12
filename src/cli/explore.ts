/** `mlx5-emu explore`: every schedule that matters of one script or lock program, and whether any of them deadlocks. */
import { createHash } from "node:crypto";
import {
  type Described,
  EXPLORE_FORMAT,
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

export interface ExploreFlags extends MachineFlags {
  readonly strategy: Strategy;
  readonly executions: number;
  readonly states: number;
  /** Seconds. */
  readonly time?: number;
  readonly json?: boolean;
  readonly out?: string;
  readonly shard?: Shard;
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

export async function exploreCommand(host: Host, path: string, flags: ExploreFlags): Promise<number> {
  const { subject, about, plan } = await subjectOf(host, path, flags);
  const watch = new Watch(host, flags);
  const options: ExploreOptions = {
    ...boundsOf(flags),
    goOn: () => watch.goOn(),
    progress: (progress) => watch.show(progress),
  };
  const found = await explore(subject, options).finally(() => watch.end());
  const document = exploreDocument(subject, about, found, options);
  const replay = replayCommand(host, document, path, plan.flags, flags.out);
  answer(host, document, flags, explorationReport(subject, about, found, replay, flags.shard));
  return EXIT[found.verdict];
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
      about: { version: VERSION, name: path, hash, era: null, notifier: null, devices: [], machine: [] },
      plan,
    };
  }
  const notifier = flags.notifier ?? plan.era.notifier;
  const { policy: _policy, ...options } = plan.options(notifier, host.turn);
  const devices = plan.devices.map(({ address }) => address);
  return {
    subject: scriptSubject({ ...options, wasm: host.wasm, folders: readFolders(host, flags.mount ?? []) }, script),
    about: { version: VERSION, name: path, hash, era: plan.era.name, notifier, devices, machine: plan.flags },
    plan,
  };
}
