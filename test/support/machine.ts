/** Runs a script on a machine of its own, as the command line does, and gives back everything that a user could see. */

import { readFileSync } from "node:fs";
import { setImmediate as hostTurn } from "node:timers/promises";
import type { LockdepMode } from "../../src/detectors.ts";
import { DEFAULT_ERA, type EraName, findEra, type NotifierKind } from "../../src/eras.ts";
import type { Kernel, KernelObserver, Limits, SchedulingPolicy } from "../../src/kernel/index.ts";
import type { DeviceOption } from "../../src/machine.ts";
import { EXIT_STATUS, type ResultDocument, type RunOutcome, resultDocument, runScenario, verdictOf } from "../../src/report/index.ts";
import { jqWasm } from "./wasm.ts";

export interface RunOptions {
  readonly era?: EraName;
  readonly notifier?: NotifierKind;
  readonly devices?: readonly DeviceOption[];
  readonly multiport?: { readonly master: string; readonly slave: string };
  readonly policy?: SchedulingPolicy;
  readonly limits?: Partial<Limits>;
  /** Off if left out. */
  readonly lockdep?: LockdepMode;
  readonly strict?: boolean;
  /** Not watched if left out. */
  readonly contracts?: boolean;
  readonly observers?: (kernel: Kernel) => readonly KernelObserver[];
}

export interface Run {
  readonly document: ResultDocument;
  readonly outcome: RunOutcome;
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const DEVICE_8: DeviceOption = { address: "0000:00:08.0" };
export const DEVICE_9: DeviceOption = { address: "0000:00:09.0" };

/** The three commands of the original report. */
export const SEED = `ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns del foo
`;

export async function run(text: string, options: RunOptions = {}): Promise<Run> {
  const { era: name = DEFAULT_ERA, notifier, devices = [DEVICE_8], observers, strict, contracts, ...rest } = options;
  const era = findEra(name);
  if (era === undefined) throw new Error(`no era ${name}`);
  const output = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const outcome = await runScenario({
    options: { era, notifier: notifier ?? era.notifier, devices, hostTurn: () => hostTurn(), wasm: jqWasm, ...rest },
    script: { name: "test.sh", text },
    io: {
      stdout: (bytes) => {
        output.stdout += decoder.decode(bytes);
      },
      stderr: (bytes) => {
        output.stderr += decoder.decode(bytes);
      },
    },
    ...(strict === undefined ? {} : { strict }),
    ...(contracts === undefined ? {} : { contracts }),
    ...(observers === undefined ? {} : { observers }),
  });
  return { document: resultDocument(outcome, output), outcome, exitStatus: EXIT_STATUS[verdictOf(outcome)], ...output };
}

export function scriptFile(name: string): string {
  return readFileSync(new URL(`../../scripts/${name}`, import.meta.url), "utf8");
}

/** True if `wanted` stands in `stack` in this order, with anything between. */
export function inOrder(stack: readonly string[], wanted: readonly string[]): boolean {
  let at = 0;
  for (const name of stack) if (name === wanted[at]) at++;
  return at === wanted.length;
}
