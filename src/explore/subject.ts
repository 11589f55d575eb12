/** What is explored: something that can be run again and again from the same start, under schedules of our choosing. */
import { blockedTasks } from "../analysis/index.ts";
import { type FootprintReader, HostTurns, type Kernel, type LimitReached, type SchedulingPolicy } from "../kernel/index.ts";
import { bootMachine, type MachineOptions, type Script } from "../machine.ts";
import { type NameTable, RunNames } from "./names.ts";
import { buildProgram, type Program } from "./program.ts";

/** What one run is given. */
export interface RunSetup {
  /** Makes the policy once the kernel is there. */
  policy(kernel: Kernel): SchedulingPolicy;
  /** Reads the steps, if anybody wants to know them. */
  reader?(kernel: Kernel, names: RunNames): FootprintReader;
  /** Starts this task of a program alone; scripts know no such thing. */
  readonly only?: number;
}

/** A task that waits for ever. */
export interface BlockedAt {
  readonly comm: string;
  readonly function: string;
  readonly on: string;
  readonly mode: string;
}

/** How one run ended. */
export interface SubjectRun {
  readonly decisions: readonly number[];
  readonly steps: number;
  readonly limit: LimitReached | null;
  /** Who is stuck for ever, and at what; empty if the run came to its end. Equal for equal deadlocks. */
  readonly stuck: readonly string[];
  /** The same in parts. */
  readonly blocked: readonly BlockedAt[];
}

export interface Tables {
  readonly tasks: NameTable;
  readonly objects: NameTable;
}

export interface Subject {
  readonly kind: "program" | "script";
  /** True if the tasks use nothing but locks and what is declared, so that there is no time and there are no other waits. */
  readonly pure: boolean;
  run(setup: RunSetup, tables: Tables): Promise<SubjectRun>;
}

/** Steps that one run of a program may take. */
const PROGRAM_STEPS = 100_000;

export function programSubject(program: Program, hostTurn: () => Promise<void>): Subject {
  const turns = new HostTurns(hostTurn);
  return {
    kind: "program",
    pure: true,
    run: async (setup, tables) => {
      const names = new RunNames(tables.tasks, tables.objects);
      const { kernel } = buildProgram(program, { steps: PROGRAM_STEPS }, setup.only ?? null, (fresh, objects) => {
        for (const object of objects) names.object(object);
        names.seal();
        fresh.footprint = setup.reader?.(fresh, names) ?? null;
        fresh.sched.setPolicy(setup.policy(fresh));
      });
      await kernel.sched.run(turns.shared);
      await turns.after(kernel.sched.steps);
      return ended(kernel);
    },
  };
}

export function scriptSubject(options: Omit<MachineOptions, "policy" | "watch">, script: Script): Subject {
  const turns = new HostTurns(options.hostTurn);
  return {
    kind: "script",
    pure: false,
    run: async (setup, tables) => {
      const names = new RunNames(tables.tasks, tables.objects);
      const naming = namesOnly(names);
      const machine = await bootMachine({
        ...options,
        hostTurn: turns.shared,
        watch: (kernel) => {
          kernel.footprint = naming;
        },
      });
      const { kernel } = machine;
      names.seal();
      for (const task of kernel.tasks.values()) names.task(task, null);
      kernel.footprint = setup.reader?.(kernel, names) ?? null;
      kernel.sched.setPolicy(setup.policy(kernel));
      await machine.runScript(script, { stdout: () => {}, stderr: () => {} });
      await turns.after(kernel.sched.steps);
      return ended(kernel);
    },
  };
}

/** While the machine boots: gives names to what boot touches. */
function namesOnly(names: RunNames): FootprintReader {
  return {
    step: () => {},
    access: (_task, object) => void names.object(object),
    granted: () => {},
    created: (task, object) => names.created(task, object),
    woken: () => {},
  };
}

function ended(kernel: Kernel): SubjectRun {
  const { stopped, decisions, steps } = kernel.sched;
  const limit = stopped === null || stopped === "stop" ? null : stopped;
  const blocked: BlockedAt[] =
    stopped === null
      ? blockedTasks(kernel, []).map(({ comm, wait }) => ({ comm, function: wait.function, on: wait.on, mode: wait.mode }))
      : [];
  const stuck = blocked.map(({ comm, function: fn, on, mode }) => `${comm} in ${fn} waits for ${on}${modeOf(mode)}`);
  return { decisions, steps, limit, stuck, blocked };
}

function modeOf(mode: string): string {
  return mode === "read" || mode === "write" ? ` (${mode})` : "";
}
