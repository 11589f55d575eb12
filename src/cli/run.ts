/** `mlx5-emu run`: one script, one machine, one verdict. */
import { TraceRecorder } from "../analysis/index.ts";
import { NOTIFIERS } from "../eras.ts";
import type { Kernel, KernelObserver } from "../kernel/index.ts";
import {
  blastText,
  COLOUR,
  EXIT_STATUS,
  lockdepText,
  PLAIN,
  type RunOutcome,
  resultDocument,
  runReport,
  runScenario,
  verdictOf,
} from "../report/index.ts";
import { type BlastFlags, blast, plannedCommands } from "./blast.ts";
import { loadDrivers } from "./drivers.ts";
import { type Host, reasonOf, type Sink } from "./host.ts";
import { type LogLevel, logKernel, logOutcome, openLog } from "./log.ts";
import { readFolders } from "./mounts.ts";
import { type MachineFlags, type MachinePlan, planMachine } from "./options.ts";
import { readScript, type Script } from "./script.ts";
import { commandLine } from "./suggest.ts";
import { UserError } from "./user-error.ts";
import { VERSION } from "./version.ts";

export interface RunFlags extends MachineFlags, BlastFlags {
  readonly trace?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly lockdepText?: boolean;
  readonly contracts: boolean;
  readonly logLevel?: LogLevel;
}

export async function run(host: Host, path: string, flags: RunFlags): Promise<number> {
  const plan = planMachine(flags, await loadDrivers(host, flags.driver ?? []));
  const script = readScript(host, path);
  const commands = plannedCommands(host, flags);
  const notifier = flags.notifier ?? plan.era.notifier;
  const log = flags.logLevel === undefined ? null : await openLog(flags.logLevel, host);
  const trace = flags.trace === undefined ? null : await openTrace(host, flags.trace, plan, notifier, script);
  const output = capture(host, flags.json === true);
  const options = {
    ...plan.options(notifier, host.turn),
    wasm: host.wasm,
    memoryInUse: host.memoryInUse,
    folders: readFolders(host, flags.mount ?? []),
  };
  const outcome = await runScenario({
    options,
    script,
    io: output,
    strict: flags.strict === true,
    contracts: flags.contracts,
    observers: (kernel) => [...(trace === null ? [] : [trace.attach(kernel)]), ...(log === null ? [] : [logKernel(log, kernel)])],
  }).finally(() => trace?.sink.close());
  if (log !== null) logOutcome(log, outcome);
  if (flags.lockdepText === true) host.stderr(`\n${lockdepText(outcome)}`.trimEnd().concat("\n"));
  const radius = commands === null ? null : await blast(flags.blastRadius ?? "each", commands, options, script, outcome);
  if (flags.json === true) {
    const document = { ...resultDocument(outcome, output.text()), ...(radius === null ? {} : { blastRadius: radius }) };
    host.stdout(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const paint = host.colour ? COLOUR : PLAIN;
    host.stderr(`\n${runReport(outcome, nextSteps(host.command, outcome, plan, script), paint)}`);
    if (radius !== null) host.stderr(`\n${blastText(radius, paint)}`);
  }
  return EXIT_STATUS[verdictOf(outcome)];
}

interface Output {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
  /** What was kept instead of being printed. */
  text(): { stdout: string; stderr: string };
}

/** The script's output: to the terminal as it happens, or kept for a document. */
export function capture(host: Host, keep: boolean): Output {
  if (!keep)
    return { stdout: (bytes) => host.stdout(bytes), stderr: (bytes) => host.stderr(bytes), text: () => ({ stdout: "", stderr: "" }) };
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const decode = (parts: readonly Uint8Array[]): string => new TextDecoder().decode(Buffer.concat(parts));
  return {
    stdout: (bytes) => void out.push(bytes.slice()),
    stderr: (bytes) => void err.push(bytes.slice()),
    text: () => ({ stdout: decode(out), stderr: decode(err) }),
  };
}

interface Trace {
  readonly sink: Sink;
  attach(kernel: Kernel): KernelObserver;
}

async function openTrace(host: Host, path: string, plan: MachinePlan, notifier: string, script: Script): Promise<Trace> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(script.bytes).digest("hex");
  const sink = createFile(host, path);
  const header = { version: VERSION, era: plan.era.name, notifier, devices: plan.devices.map((device) => device.address), script: hash };
  return { sink, attach: (kernel) => new TraceRecorder(kernel, header, (line) => sink.write(line)) };
}

function createFile(host: Host, path: string): Sink {
  try {
    return host.create(path);
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reasonOf(error)}; give --trace a file that can be written`);
  }
}

/** After a deadlock: the same run again, and the same script under another design. */
export function nextSteps(program: string, outcome: RunOutcome, plan: MachinePlan, script: Pick<Script, "path">): string[] {
  if (verdictOf(outcome) !== "deadlock") return [];
  const again = ["run", script.path, ...plan.flags, "--notifier", outcome.notifier, ...plan.again(outcome.schedule)];
  const other = NOTIFIERS.find((kind) => kind !== outcome.notifier);
  const beside = ["compare", script.path, ...plan.flags, "--notifiers", `${outcome.notifier},${other}`];
  return [commandLine(program, again), commandLine(program, beside)];
}
