/** Plays a recording on an emulated machine and writes down what is seen, row for row, in the recording's own shape. */
import { nodeHost } from "../../src/cli/host.ts";
import type { Driver } from "../../src/driver.ts";
import type { Era, NotifierKind } from "../../src/eras.ts";
import { stackNames, stateLetter, type Task } from "../../src/kernel/index.ts";
import { bootMachine, type Machine } from "../../src/machine.ts";
import type { Recording, Row } from "./recording.ts";

const { wasm } = nodeHost();

export interface ReplayOptions {
  readonly era: Era;
  readonly notifier?: NotifierKind;
  readonly drivers: readonly Driver[];
  readonly hostTurn: () => Promise<void>;
}

/** A row of the recording and what was seen in its place. */
export interface Seen {
  readonly recorded: Row;
  /** Null for rows of which nothing is compared. */
  readonly seen: SeenRow | null;
}

export type SeenRow =
  | { readonly ends: true; readonly stdout: string; readonly stderr: string; readonly rc: number }
  | { readonly ends: false; readonly stdout: string; readonly stderr: string; readonly stack: readonly string[]; readonly state: string };

const SECOND = 1e9;
/** What passes on a real machine between the end of one row and the start of the next. */
const BETWEEN_ROWS = 0.2 * SECOND;
/** How long a command is waited for that the recorder would have waited for without end. */
const PATIENCE = 600;

interface Job {
  readonly task: Task;
  readonly output: { stdout: string; stderr: string };
}

export async function replay(recording: Recording, options: ReplayOptions): Promise<Seen[]> {
  const result: Seen[] = [];
  let machine: Machine | null = null;
  const jobs = new Map<string, Job>();
  for (const recorded of recording.rows) {
    if ("boot" in recorded) {
      machine = null;
      jobs.clear();
    }
    if ("boot" in recorded || "note" in recorded || "observe" in recorded) {
      result.push({ recorded, seen: null });
      continue;
    }
    machine ??= await freshMachine(options);
    result.push({ recorded, seen: await play(machine, recorded, jobs) });
    if (!("sleep" in recorded)) await machine.runFor(BETWEEN_ROWS);
  }
  return result;
}

function freshMachine({ era, notifier, drivers, hostTurn }: ReplayOptions): Promise<Machine> {
  return bootMachine({
    era,
    notifier: notifier ?? era.notifier,
    setting: "recording",
    devices: [],
    drivers,
    hostTurn,
    wasm,
  });
}

type Playable = Exclude<Row, { note: string } | { boot: true } | { observe: string }>;

async function play(machine: Machine, row: Playable, jobs: Map<string, Job>): Promise<SeenRow | null> {
  if ("sleep" in row) {
    await machine.runFor(row.sleep * SECOND);
    return null;
  }
  if ("setup" in row) {
    await machine.runFor(PATIENCE * SECOND, start(machine, row.setup).task);
    return null;
  }
  if ("background" in row) {
    jobs.set(row.id, start(machine, row.background));
    return null;
  }
  const job = "collect" in row ? jobs.get(row.collect) : start(machine, row.cmd);
  if (job === undefined) return null;
  const limit = "limit" in row && row.limit !== undefined ? row.limit : PATIENCE;
  await machine.runFor(limit * SECOND, job.task);
  return outcomeOf(machine, job);
}

function start(machine: Machine, command: string): Job {
  const output = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const write = (name: "stdout" | "stderr") => (bytes: Uint8Array) => {
    output[name] += decoders[name].decode(bytes, { stream: true });
  };
  return { task: machine.startCommand(command, { stdout: write("stdout"), stderr: write("stderr") }), output };
}

function outcomeOf(machine: Machine, { task, output }: Job): SeenRow {
  if (!task.alive) return { ends: true, ...output, rc: task.exitSignal === 0 ? task.exitCode : 128 + task.exitSignal };
  const hung = lastInD(machine, task) ?? task;
  return { ends: false, ...output, stack: stackNames(hung.wait?.frame ?? null).reverse(), state: stateLetter(hung) };
}

/** Of a command's processes the last one in state D. */
function lastInD(machine: Machine, root: Task): Task | null {
  const family = [root];
  for (const member of family) family.push(...member.children);
  const known = [...machine.kernel.tasks.values()];
  const stuck = family.filter((member) => stateLetter(member) === "D").sort((a, b) => known.indexOf(a) - known.indexOf(b));
  return stuck.at(-1) ?? null;
}
