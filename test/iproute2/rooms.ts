/** A machine without a shell: all rooms below user space and these three programs, run one command after the other. */
import { setImmediate as hostTurn } from "node:timers/promises";
import { base_init } from "../../src/base/index.ts";
import { mlx5_init, mlx5Function } from "../../src/core/index.ts";
import { devlink_init } from "../../src/devlink/index.ts";
import { type Era, findEra, type NotifierKind, notifierOf } from "../../src/eras.ts";
import { ib_core_init, mlx5_ib_init } from "../../src/ib/index.ts";
import { type Frame, fifoPolicy, Kernel, type Pid, spawnTask, type Task } from "../../src/kernel/index.ts";
import { init_net, net_init } from "../../src/net/index.ts";
import { netdevsim_init } from "../../src/netdevsim/index.ts";
import { genl_init } from "../../src/netlink/index.ts";
import { parsePciAddress, pci_add_device, pci_bus_init } from "../../src/pci/index.ts";
import { installProgram, type Program, startInit, startScript, syscall_init } from "../../src/syscall/index.ts";
import { programs } from "../../src/userspace/iproute2/index.ts";
import { openSink, vfs_init } from "../../src/vfs/index.ts";

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

const HELPERS: readonly (readonly [string, Program])[] = [
  ["/usr/bin/true", async () => 0],
  ["/usr/bin/false", async () => 1],
];

/** Boots; mlx5 functions at `addresses`. */
export async function bootRooms(eraName: Era["name"], addresses: readonly string[], notifier?: NotifierKind): Promise<Rooms> {
  const era = findEra(eraName) as Era;
  const kernel = new Kernel({ release: era.release });
  const turn = (): Promise<void> => hostTurn();
  const swapper = spawnTask(kernel, {
    comm: "swapper/0",
    parent: null,
    body: (current) => boot(current, era, addresses, notifier ?? era.notifier),
    kthread: true,
    pid: 0 as Pid,
  });
  await kernel.sched.run(turn);
  if (swapper === null || swapper.alive) throw new Error("boot does not end");
  const init = startInit(kernel);
  await kernel.sched.run(turn);
  kernel.sched.setPolicy(fifoPolicy());
  return { kernel, start: (...argv) => start(kernel, init, turn, argv), run: async (...argv) => (await start(kernel, init, turn, argv))() };
}

async function boot(current: Frame, era: Era, addresses: readonly string[], notifier: NotifierKind): Promise<void> {
  vfs_init(current);
  base_init(current);
  await net_init(current);
  await genl_init(current, init_net(current.kernel));
  syscall_init(current, { seed: 1 });
  pci_bus_init(current);
  await devlink_init(current, era.devlink);
  for (const { path, program } of programs) installProgram(current, path, program);
  for (const [path, program] of HELPERS) installProgram(current, path, program);
  for (const text of addresses) {
    const address = parsePciAddress(text);
    if (address !== null) await pci_add_device(current, mlx5Function(address, { link_layer: "Ethernet" }));
  }
  await mlx5_init(current, era.mlx5);
  await ib_core_init(current, { copy_on_fork: era.copyOnFork });
  await mlx5_ib_init(current, { notifier: notifierOf(notifier) });
  await netdevsim_init(current);
}

async function start(kernel: Kernel, init: Task, turn: () => Promise<void>, argv: readonly string[]): Promise<() => CommandResult> {
  const decoder = new TextDecoder();
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") =>
    openSink(kernel, name, (bytes) => {
      written[name] += decoder.decode(bytes);
    });
  const program = argv[0] === "rdma" ? "/usr/bin/rdma" : `/usr/sbin/${argv[0]}`;
  const task = startScript(init, { path: program, argv, stdout: sink("stdout"), stderr: sink("stderr") });
  await kernel.sched.run(turn);
  return () => ({ ...written, rc: task.alive ? null : task.exitSignal === 0 ? task.exitCode : 128 + task.exitSignal });
}
