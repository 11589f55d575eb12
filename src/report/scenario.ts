/** Runs one script on one fresh machine with the detectors attached, and collects what there is to say about it. */
import { blockedTasks, ContractChecker, type Deadlock, DeadlockDetector, locksLeftHeld } from "../analysis/index.ts";
import { formatSchedule, type Kernel, type KernelObserver, type LimitReached } from "../kernel/index.ts";
import { bootMachine, type Machine, type MachineOptions } from "../machine.ts";
import { FactCollector } from "./facts.ts";
import type { RunOutcome } from "./outcome.ts";

/** What is watched and how strictly it is judged. */
export interface WatchOptions {
  /** Predictions count as kernel bugs. */
  readonly strict?: boolean;
  /** Whether contracts between callers and callees are watched; not if left out. */
  readonly contracts?: boolean;
  /** Further readers of the machine's events, attached when it has booted. */
  readonly observers?: (kernel: Kernel) => readonly KernelObserver[];
}

export interface Scenario extends WatchOptions {
  readonly options: MachineOptions;
  readonly script: { readonly name: string; readonly text: string };
  /** What the script prints, as it happens. */
  readonly io: { stdout(bytes: Uint8Array): void; stderr(bytes: Uint8Array): void };
}

/** The detectors on a machine, and what they have found when somebody asks. */
export interface Watch {
  readonly deadlocks: readonly Deadlock[];
  /** @param end how the script ended; its status is null if it has not */
  outcome(end: { readonly status: number | null; readonly stopped: LimitReached | null }): RunOutcome;
  end(): void;
}

export function watchMachine(machine: Machine, options: WatchOptions = {}): Watch {
  const { kernel } = machine;
  const { era, notifier, devices } = machine.options;
  const detector = new DeadlockDetector(kernel);
  const facts = new FactCollector(
    () => machine.inspect(),
    () => detector.deadlocks.length > 0,
  );
  const contracts = options.contracts === true ? new ContractChecker(kernel) : null;
  const observers = [...(options.observers?.(kernel) ?? []), detector, facts, ...(contracts === null ? [] : [contracts])];
  for (const observer of observers) kernel.events.attach(observer);
  return {
    deadlocks: detector.deadlocks,
    end: () => {
      for (const observer of observers) kernel.events.detach(observer);
    },
    outcome: ({ status, stopped }) => ({
      era: era.name,
      notifier,
      devices: devices.map((device) => device.address),
      status,
      limit: stopped,
      deadlocks: detector.deadlocks,
      blocked: blockedTasks(kernel, detector.deadlocks),
      bugs: [...kernel.bugs],
      lockdep: machine.lockdep?.reports ?? [],
      contracts: contracts?.violations ?? [],
      strict: options.strict === true,
      leftHeld: stopped === null ? locksLeftHeld(kernel) : [],
      state: machine.inspect(),
      facts,
      virtualTime: kernel.clock.now,
      schedule: formatSchedule(kernel.sched.decisions),
    }),
  };
}

/** @throws StaleSchedule if the options hold a schedule that does not fit; EmulatorBug for a fault of our own. */
export async function runScenario(scenario: Scenario): Promise<RunOutcome> {
  const { options, script, io } = scenario;
  const machine = await bootMachine(options);
  const watch = watchMachine(machine, scenario);
  const end = await machine.runScript(script, io);
  watch.end();
  return watch.outcome(end);
}
