/**
 * The whole emulated machine, again and again, as the exploration runs it: boot, the three commands of the default sequence,
 * then three commands at once. Parts are CPU time; what bounds it is the processor, nothing waits.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import { DEFAULT_ERA, findEra } from "../src/eras.ts";
import { HostTurns, randomPolicy } from "../src/kernel/index.ts";
import { bootMachine } from "../src/machine.ts";
import { type Comparison, cpuTime } from "./measure.ts";

const SCRIPT = `ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns del foo
devlink dev show &
devlink dev show &
ip netns add bar &
wait
`;

const RUNS = 25;

/** Microseconds of CPU time of a boot, and of boot and script. */
async function machines(script: string | null): Promise<number> {
  const era = findEra(DEFAULT_ERA);
  if (era === undefined) throw new Error(`no era ${DEFAULT_ERA}`);
  const turns = new HostTurns(() => hostTurn());
  const time = await cpuTime(async () => {
    for (let seed = 0; seed < RUNS; seed++) {
      const devices = [{ address: "0000:00:08.0" }];
      const machine = await bootMachine({ era, notifier: "net", devices, hostTurn: turns.shared });
      machine.kernel.sched.setPolicy(randomPolicy(seed));
      if (script !== null) await machine.runScript({ name: "three.sh", text: script }, { stdout: () => {}, stderr: () => {} });
      await turns.after(machine.kernel.sched.steps);
    }
  });
  return time / RUNS;
}

export const machineComparisons: readonly Comparison[] = [
  {
    name: "whole machine: boot, the default sequence, three commands at once",
    unit: "executions/s",
    ratio: "ours",
    floor: null,
    aim: 2000,
    ours: async () => 1e6 / (await machines(SCRIPT)),
  },
  {
    name: "whole machine: its boot alone",
    unit: "boots/s",
    ratio: "ours",
    floor: null,
    aim: null,
    ours: async () => 1e6 / (await machines(null)),
  },
];
