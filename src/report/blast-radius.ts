/**
 * What else hangs once a script has come to its end: commands are tried on the machine as the script has left it, either
 * each alone on a replay of the same run (same decisions, one command more), or one after the other on one machine, where
 * what hangs stays and later commands see the locks it holds.
 */
import { type BlockedTask, blockedTasks, DeadlockDetector, functionsOf } from "../analysis/index.ts";
import { parseSchedule, replayPolicy, type Task } from "../kernel/index.ts";
import { bootMachine, type Machine, type MachineOptions, type Script } from "../machine.ts";

export type BlastMode = "each" | "sequence";

export type Attempt =
  | { readonly command: string; readonly result: "works" }
  | {
      readonly command: string;
      readonly result: "fails";
      readonly status: number /** First line of its standard error. */;
      readonly text: string;
    }
  /** It still runs after the time it was given, and nothing keeps it: a monitor. */
  | { readonly command: string; readonly result: "goes on" }
  | Hang;

export interface Hang {
  readonly command: string;
  readonly result: "hangs";
  /** The process that is stuck, as it was called. */
  readonly process: string;
  readonly pid: number;
  /** The letter that ps shows. */
  readonly state: string;
  readonly waitsFor: string;
  readonly mode: string;
  /** Who holds it, or has to act. */
  readonly behind: readonly { readonly pid: number; readonly command: string }[];
  /** The writer whose queued request keeps this reader out; null if it is the holders who do. */
  readonly queuedBehind: number | null;
  /** True if SIGKILL ends it. */
  readonly killable: boolean;
  /** True if the hung-task detector would report it: it looks at TASK_UNINTERRUPTIBLE alone. */
  readonly reported: boolean;
  /** Function names, outermost first. */
  readonly stack: readonly string[];
}

export interface BlastRadius {
  readonly mode: BlastMode;
  readonly attempts: readonly Attempt[];
}

/** Virtual time that a command gets, ns. */
const PATIENCE_NS = 5e9;

/** Virtual time between the script's end and the first command, and between two commands, ns. */
const PAUSE_NS = 1e9;

export interface BlastPlan {
  readonly mode: BlastMode;
  readonly options: MachineOptions;
  readonly script: Script;
  /** The decisions of the run that is replayed, as its report prints them. */
  readonly schedule: string;
  readonly commands: readonly string[];
}

export async function measureBlastRadius(plan: BlastPlan): Promise<BlastRadius> {
  const attempts: Attempt[] = [];
  let shared: Replayed | null = null;
  for (const command of plan.commands) {
    const replayed: Replayed = plan.mode === "each" || shared === null ? await replayRun(plan) : shared;
    shared = replayed;
    attempts.push(await attempt(replayed, command));
  }
  return { mode: plan.mode, attempts };
}

interface Replayed {
  readonly machine: Machine;
  readonly detector: DeadlockDetector;
}

const DISCARD = { stdout: () => {}, stderr: () => {} };

async function replayRun({ options, script, schedule }: BlastPlan): Promise<Replayed> {
  const machine = await bootMachine({ ...options, policy: replayPolicy(parseSchedule(schedule) ?? []) });
  const detector = new DeadlockDetector(machine.kernel);
  machine.kernel.events.attach(detector);
  await machine.runScript(script, DISCARD);
  return { machine, detector };
}

async function attempt({ machine, detector }: Replayed, command: string): Promise<Attempt> {
  await machine.runFor(PAUSE_NS);
  const decoder = new TextDecoder();
  let errors = "";
  const task = machine.startCommand(command, {
    stdout: () => {},
    stderr: (bytes) => {
      errors += decoder.decode(bytes, { stream: true });
    },
  });
  await machine.runFor(PATIENCE_NS, task);
  if (task.alive) return stuckAttempt(machine, detector, command, task);
  const status = task.exitSignal === 0 ? task.exitCode : 128 + task.exitSignal;
  return status === 0 ? { command, result: "works" } : { command, result: "fails", status, text: errors.split("\n")[0] ?? "" };
}

function stuckAttempt(machine: Machine, detector: DeadlockDetector, command: string, root: Task): Attempt {
  const family = new Set<number>(familyOf(root).map((member) => member.pid));
  const blocked = blockedTasks(machine.kernel, detector.deadlocks);
  const stuck = blocked.filter((task) => family.has(task.pid)).at(-1);
  return stuck === undefined ? { command, result: "goes on" } : hangOf(machine, command, stuck);
}

function hangOf(machine: Machine, command: string, stuck: BlockedTask): Hang {
  const { wait } = stuck;
  const byPid = new Map([...machine.kernel.tasks.values()].map((task) => [Number(task.pid), task]));
  const nameOf = (pid: number): string => {
    const task = byPid.get(pid);
    if (task === undefined) return "?";
    return task.argv.length === 0 ? task.displayName : task.argv.join(" ");
  };
  return {
    command,
    result: "hangs",
    process: stuck.command,
    pid: stuck.pid,
    state: stuck.state,
    waitsFor: wait.on,
    mode: wait.mode,
    behind: wait.behind.map((pid) => ({ pid, command: nameOf(pid) })),
    queuedBehind: stuck.queuedBehind,
    killable: stuck.killable,
    reported: byPid.get(stuck.pid)?.state === "TASK_UNINTERRUPTIBLE",
    stack: functionsOf(stuck),
  };
}

/** A process and all that it has started and not yet reaped. */
function familyOf(root: Task): Task[] {
  const family = [root];
  for (const member of family) family.push(...member.children);
  return family;
}
