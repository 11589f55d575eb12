/** A machine on which commands are run one after the other, without a shell between. */
import { setImmediate as hostTurn } from "node:timers/promises";
import { type Era, findEra, type NotifierKind } from "../../src/eras.ts";
import type { Kernel, Pid, Task } from "../../src/kernel/index.ts";
import { bootMachine } from "../../src/machine.ts";
import { startScript } from "../../src/syscall/index.ts";
import { openSink } from "../../src/vfs/index.ts";

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** null: the command hangs. */
  readonly rc: number | null;
}

export interface Rooms {
  readonly kernel: Kernel;
  /** Runs a command until nothing can run any more. */
  run(...argv: readonly string[]): Promise<CommandResult>;
  /** Starts a command that may go on; the function gives what it has done so far. */
  start(...argv: readonly string[]): Promise<() => CommandResult>;
}

const INIT_PID = 1 as Pid;

/** Boots; mlx5 functions at `addresses`. */
export async function bootRooms(eraName: Era["name"], addresses: readonly string[], notifier?: NotifierKind): Promise<Rooms> {
  const era = findEra(eraName) as Era;
  const turn = (): Promise<void> => hostTurn();
  const devices = addresses.map((address) => ({ address }));
  const { kernel } = await bootMachine({ era, notifier: notifier ?? era.notifier, devices, hostTurn: turn });
  const init = kernel.tasks.get(INIT_PID) as Task;
  return { kernel, start: (...argv) => start(kernel, init, turn, argv), run: async (...argv) => (await start(kernel, init, turn, argv))() };
}

async function start(kernel: Kernel, init: Task, turn: () => Promise<void>, argv: readonly string[]): Promise<() => CommandResult> {
  const decoder = new TextDecoder();
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") =>
    openSink(kernel, name, (bytes) => {
      written[name] += decoder.decode(bytes);
    });
  const program = ["rdma", "bash"].includes(argv[0] ?? "") ? `/usr/bin/${argv[0]}` : `/usr/sbin/${argv[0]}`;
  const task = startScript(init, { path: program, argv, stdout: sink("stdout"), stderr: sink("stderr") });
  await kernel.sched.run(turn);
  return () => ({ ...written, rc: task.alive ? null : task.exitSignal === 0 ? task.exitCode : 128 + task.exitSignal });
}
