/** Runs one script on one fresh machine with the detectors attached, and collects what there is to say about it. */
import { blockedTasks, ContractChecker, DeadlockDetector, locksLeftHeld } from "../analysis/index.ts";
import { formatSchedule, type Kernel, type KernelObserver } from "../kernel/index.ts";
import { bootMachine, type MachineOptions } from "../machine.ts";
import { FactCollector } from "./facts.ts";
import type { RunOutcome } from "./outcome.ts";

export interface Scenario {
  readonly options: MachineOptions;
  readonly script: { readonly name: string; readonly text: string };
  /** What the script prints, as it happens. */
  readonly io: { stdout(bytes: Uint8Array): void; stderr(bytes: Uint8Array): void };
  /** Predictions count as kernel bugs. */
  readonly strict?: boolean;
  /** Whether contracts between callers and callees are watched; not if left out. */
  readonly contracts?: boolean;
  /** Further readers of the machine's events, attached when it has booted. */
  readonly observers?: (kernel: Kernel) => readonly KernelObserver[];
}

/** @throws StaleSchedule if the options hold a schedule that does not fit; EmulatorBug for a fault of our own. */
export async function runScenario(scenario: Scenario): Promise<RunOutcome> {
  const { options, script, io } = scenario;
  const machine = await bootMachine(options);
  const { kernel } = machine;
  const detector = new DeadlockDetector(kernel);
  const facts = new FactCollector(
    () => machine.inspect(),
    () => detector.deadlocks.length > 0,
  );
  const contracts = scenario.contracts === true ? new ContractChecker(kernel) : null;
  const observers = [...(scenario.observers?.(kernel) ?? []), detector, facts, ...(contracts === null ? [] : [contracts])];
  for (const observer of observers) kernel.events.attach(observer);
  const end = await machine.runScript(script, io);
  for (const observer of observers) kernel.events.detach(observer);
  return {
    era: options.era.name,
    notifier: options.notifier,
    devices: options.devices.map((device) => device.address),
    status: end.status,
    limit: end.stopped,
    deadlocks: detector.deadlocks,
    blocked: blockedTasks(kernel, detector.deadlocks),
    bugs: [...kernel.bugs],
    lockdep: machine.lockdep?.reports ?? [],
    contracts: contracts?.violations ?? [],
    strict: scenario.strict === true,
    leftHeld: end.stopped === null ? locksLeftHeld(kernel) : [],
    state: machine.inspect(),
    facts,
    virtualTime: kernel.clock.now,
    schedule: formatSchedule(kernel.sched.decisions),
  };
}
