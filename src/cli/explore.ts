/** `mlx5-emu explore`: every schedule that matters of one script or lock program, and whether any of them deadlocks. */
import { createHash } from "node:crypto";
import {
  type Described,
  type ExploreOptions,
  explorationReport,
  explore,
  exploreDocument,
  programSubject,
  type Strategy,
  type Subject,
  scriptSubject,
} from "../explore/index.ts";
import { loadDrivers } from "./drivers.ts";
import type { Host } from "./host.ts";
import { readFolders } from "./mounts.ts";
import { type MachineFlags, type MachinePlan, planMachine } from "./options.ts";
import { isProgram, loadProgram } from "./program.ts";
import { readScript } from "./script.ts";
import { commandLine } from "./suggest.ts";
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
  const found = await explore(subject, {
    strategy: flags.strategy,
    executions: flags.executions,
    states: flags.states,
    seed: flags.seed ?? DEFAULT_SEED,
    goOn: () => watch.goOn(),
    progress: (progress) => watch.show(progress),
  } satisfies ExploreOptions).finally(() => watch.end());
  const document = `${JSON.stringify(exploreDocument(subject, about, found), null, 2)}\n`;
  if (flags.out !== undefined) {
    const sink = host.create(flags.out);
    sink.write(document);
    sink.close();
  }
  if (flags.json === true) host.stdout(document);
  else {
    const machine = about.notifier === null ? [] : [...plan.flags, "--notifier", about.notifier];
    const again = flags.out === undefined ? [found.schedule ?? "", path, ...machine] : [flags.out];
    host.stdout(explorationReport(subject, about, found, commandLine(host.command, ["replay", ...again])));
  }
  return EXIT[found.verdict];
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
      about: { version: VERSION, name: path, hash, era: null, notifier: null, devices: [] },
      plan,
    };
  }
  const notifier = flags.notifier ?? plan.era.notifier;
  const { policy: _policy, ...options } = plan.options(notifier, host.turn);
  const devices = plan.devices.map(({ address }) => address);
  return {
    subject: scriptSubject({ ...options, wasm: host.wasm, folders: readFolders(host, flags.mount ?? []) }, script),
    about: { version: VERSION, name: path, hash, era: plan.era.name, notifier, devices },
    plan,
  };
}
