/**
 * Assembles one machine: a kernel of an era with a notifier and some devices, booted to rest, and the script that runs on
 * it. Two machines share nothing.
 */

import type { LockdepLog } from "./analysis/index.ts";
import { base_init } from "./base/index.ts";
import { type FirmwareConfig, mlx5Function } from "./core/index.ts";
import { attachDetectors, type DetectorOptions, detectors_init, type LockdepMode } from "./detectors.ts";
import { devlink_init, devlink_net, devlinkInstances } from "./devlink/index.ts";
import type { Driver } from "./driver.ts";
import type { Era, NotifierKind } from "./eras.ts";
import { inspectMachine, type MachineState, netnsName } from "./inspect.ts";
import {
  __do_sys_finit_module,
  declareModule,
  EmulatorBug,
  type Frame,
  fifoPolicy,
  Kernel,
  type KernelObserver,
  kthread_run,
  type LimitReached,
  type Limits,
  type LoadableModule,
  type Pid,
  type SchedulingPolicy,
  spawnTask,
  type Task,
  wait_once,
  wait_queue_head,
} from "./kernel/index.ts";
import { machineModules } from "./modules.ts";
import { ethnl_init, init_net, net_init } from "./net/index.ts";
import { genl_init } from "./netlink/index.ts";
import { type PciAddress, parsePciAddress, pci_add_device, pci_bus_init } from "./pci/index.ts";
import { type Session, sessionEnv, startSession } from "./session.ts";
import { type MachineSetting, SETTINGS, type SettingName } from "./setting.ts";
import { installModules, installProgram, startInit, startScript, syscall_init, type WasmSource } from "./syscall/index.ts";
import { programs } from "./userspace/index.ts";
import { type Folder, installFile, iterate_dir, mountFolder, openSink, S_IFDIR, vfs_init } from "./vfs/index.ts";

export type { MachineState } from "./inspect.ts";
export type { Session, SignalKey } from "./session.ts";
export type { Folder, FolderEntry } from "./vfs/index.ts";

export interface DeviceOption {
  /** `0000:00:08.0` */
  readonly address: string;
  /** Ethernet (RoCE) unless said otherwise. */
  readonly linkLayer?: "ethernet" | "infiniband";
}

export interface MachineOptions {
  readonly era: Era;
  readonly notifier: NotifierKind;
  /** What kind of machine; an ordinary one if absent. */
  readonly setting?: SettingName;
  /** Drivers of the user's: each brings a module that can be loaded. */
  readonly drivers?: readonly Driver[];
  /** The mlx5 functions. */
  readonly devices: readonly DeviceOption[];
  /** Two of the devices that share one IB device: the master has it, the slave is its second port. */
  readonly multiport?: { readonly master: string; readonly slave: string };
  /** Decides who runs next once the machine has booted; fifo if absent. */
  readonly policy?: SchedulingPolicy;
  readonly limits?: Partial<Limits>;
  /** Bytes that this process takes of the host now; the limit of memory is not watched without it. */
  readonly memoryInUse?: () => number;
  /** Called with the machine's kernel before it boots: who explores schedules names what boot makes. */
  readonly watch?: (kernel: Kernel) => void;
  /** For what programs draw from getrandom(2), such as $RANDOM. */
  readonly seed?: number;
  /** Whether the lock validator watches, from boot on; off if absent. */
  readonly lockdep?: LockdepMode;
  /** Folders of the host that are copied in. */
  readonly folders?: readonly Folder[];
  /** Lets the host take one turn of its event loop. */
  readonly hostTurn: () => Promise<void>;
  /** Where programs that are WebAssembly come from; without it jq says that it is not there. */
  readonly wasm?: WasmSource;
}

/** What the options ask for cannot be built; the message says why, in one line. */
export class ImpossibleMachine extends Error {}

export interface Script {
  /** A path, of which the last part names the script in its own messages; `-` for a text that has no file. */
  readonly name: string;
  readonly text: string;
}

/** Where the script's output goes, as it happens. */
export interface ScriptOutput {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}

export interface ScriptEnd {
  /** The script's exit status (128 + signal if one ended it), null if it never ended. */
  readonly status: number | null;
  readonly stopped: LimitReached | null;
}

export interface Machine {
  readonly kernel: Kernel;
  readonly options: MachineOptions;
  /** What lockdep has found so far, boot included; null if it is off. */
  readonly lockdep: LockdepLog | null;
  /** Runs the script to its verdict: until only daemons remain, nothing can run any more, or a limit is reached. */
  runScript(script: Script, output: ScriptOutput): Promise<ScriptEnd>;
  /** Starts `bash -c COMMAND` as a child of pid 1. It runs when `runFor` lets time pass. */
  startCommand(command: string, output: ScriptOutput): Task;
  /** Starts an interactive bash at a terminal, as a child of pid 1. */
  startSession(output: ScriptOutput, env: Readonly<Record<string, string>>): Session;
  /** The names in a directory as a task sees it, directories with a slash behind them; none if there is no such directory. */
  names(task: Task, directory: string): readonly string[];
  /** What the namespace of a task is called; null for init_net. */
  netnsOf(task: Task): string | null;
  /** Lets `ns` of virtual time pass, or less if `until` ends before. */
  runFor(ns: number, until?: Task): Promise<void>;
  /** The state as it is now, read without running any task. */
  inspect(): MachineState;
}

/** Kernel threads that boot makes without a pid of their own begin here; those below are named where they are made. */
const FIRST_BOOT_PID = 30;

/** pids below this belong to boot; the script's shell is the first after it. */
const FIRST_USER_PID = 100;

/** Why these devices cannot be built, in one line; null if they can. */
export function validateDevices(devices: readonly DeviceOption[], multiport?: MachineOptions["multiport"]): string | null {
  const seen = new Set<string>();
  for (const { address } of devices) {
    if (parsePciAddress(address) === null) return `${address} is no PCI address; type one such as 0000:00:09.0`;
    if (seen.has(address)) return `device ${address} is given twice`;
    seen.add(address);
  }
  if (multiport === undefined) return null;
  for (const address of [multiport.master, multiport.slave]) {
    const device = devices.find((d) => d.address === address);
    if (device?.linkLayer === "infiniband") return `device ${address} is InfiniBand; multiport needs Ethernet`;
  }
  return null;
}

/** Boots a machine and lets it come to rest, so that no decision of the script's schedule belongs to boot. */
export async function bootMachine(options: MachineOptions): Promise<Machine> {
  const { limits, memoryInUse } = options;
  const kernel = new Kernel({
    release: options.era.release,
    ...(limits === undefined ? {} : { limits }),
    ...(memoryInUse === undefined ? {} : { memoryInUse }),
  });
  options.watch?.(kernel);
  kernel.reservePids(FIRST_BOOT_PID);
  const setting = SETTINGS[options.setting ?? "ordinary"];
  const detectors: DetectorOptions = { style: options.era.detectors, lockdep: options.lockdep ?? "off" };
  const lockdep = attachDetectors(kernel, detectors);
  const drivers = await modulesOf(options.drivers ?? []);
  await runInKernel(kernel, options, (current) => boot(current, options, setting, drivers));
  detectors_init(kernel, detectors, lockdep);
  const init = startInit(kernel, setting.init, setting.udev);
  await kernel.sched.run(options.hostTurn);
  for (const folder of options.folders ?? []) {
    const problem = mountFolder(init.root, folder);
    if (problem !== null) throw new ImpossibleMachine(`cannot mount ${folder.source} on ${folder.target}: ${problem}`);
  }
  kernel.reservePids(FIRST_USER_PID);
  if (setting.setup !== null) {
    startCommand(init, setting.setup, { stdout: () => {}, stderr: () => {} });
    await kernel.sched.run(options.hostTurn);
  }
  kernel.sched.setPolicy(options.policy ?? fifoPolicy());
  return {
    kernel,
    options,
    lockdep,
    runScript: (script, output) => runScript(options, init, script, output),
    startCommand: (command, output) => startCommand(init, command, output),
    startSession: (output, env) => startSession(init, { env: sessionEnv(env), output, hostTurn: options.hostTurn }),
    names: (task, directory) => {
      const entries = iterate_dir(task.root, directory);
      return typeof entries === "number" ? [] : entries.map(({ name, type }) => (type === S_IFDIR ? `${name}/` : name));
    },
    netnsOf: (task) => netnsName(kernel, task),
    runFor: (ns, until) => runFor(options, kernel, ns, until ?? null),
    inspect: () => inspectMachine(kernel),
  };
}

/** Runs `body` to its end in a kernel thread of boot (the kernel's task 0, swapper). */
async function runInKernel(kernel: Kernel, options: MachineOptions, body: (current: Frame) => Promise<void>): Promise<void> {
  const swapper = spawnTask(kernel, { comm: "swapper/0", parent: null, body, kthread: true, pid: 0 as Pid });
  if (swapper === null) throw new EmulatorBug("no task could be created at boot");
  await kernel.sched.run(options.hostTurn);
  if (swapper.alive) throw new EmulatorBug(`boot does not come to its end: swapper waits for ${swapper.wait?.on.name ?? "nothing"}`);
}

/** The modules of the user's drivers. What is made for them alone is loaded only if there are any. */
async function modulesOf(drivers: readonly Driver[]): Promise<readonly LoadableModule[]> {
  if (drivers.length === 0) return [];
  const { driverApi } = await import("./driver.ts");
  return drivers.map((driver) => driver(driverApi));
}

/** start_kernel() and the initcalls, in the order of the kernel's levels; then the modules that a real boot loads. */
async function boot(current: Frame, options: MachineOptions, setting: MachineSetting, drivers: readonly LoadableModule[]): Promise<void> {
  const { kernel } = current;
  const { era, devices, seed, notifier } = options;
  bootThreads(kernel);
  vfs_init(current);
  base_init(current);
  await net_init(current, era.net);
  await genl_init(current, init_net(kernel));
  expectZero(await ethnl_init(current), "ethnl_init");
  syscall_init(current, { seed: seed ?? 1, ...(options.wasm === undefined ? {} : { wasm: options.wasm }) });
  expectZero(pci_bus_init(current), "pci_driver_init");
  expectZero(await devlink_init(current, era.devlink), "devlink_init");
  for (const { path, program } of programs) installProgram(current, path, program);
  for (const description of setting.functions) expectZero(await pci_add_device(current, description), `adding ${description.address}`);
  for (const { address } of devices) await addDevice(current, options, address);
  for (const module of [...machineModules(era, notifier), ...drivers]) declareModule(kernel, module);
  installModules(current);
  for (const name of setting.firmware) installFile(current, `/lib/firmware/${name}`, "no device reads this\n");
  for (const name of setting.modules) expectZero(await __do_sys_finit_module(current, name), `loading ${name}`);
}

/** Kernel threads that ps shows on every machine and that do nothing here. */
function bootThreads(kernel: Kernel): void {
  const forever = new wait_queue_head("kthread");
  const idle = async (current: Frame): Promise<void> => {
    for (;;) await wait_once(current, forever, "TASK_IDLE");
  };
  kthread_run(kernel, "kthreadd", idle, 2 as Pid);
  kthread_run(kernel, "netns", idle, 24 as Pid);
  kthread_run(kernel, "khungtaskd", idle, 26 as Pid);
}

async function addDevice(current: Frame, options: MachineOptions, text: string): Promise<void> {
  const address = parsePciAddress(text);
  if (address === null) throw new EmulatorBug(`${text} has not been validated`);
  expectZero(await pci_add_device(current, mlx5Function(address, firmwareOf(options, address))), `adding ${address}`);
}

function firmwareOf(options: MachineOptions, address: PciAddress): FirmwareConfig {
  const { multiport, devices } = options;
  if (multiport?.master === address) return { multiport: "master" };
  const master = multiport?.slave === address ? parsePciAddress(multiport.master) : null;
  if (master !== null) return { multiport: { slaveOf: master } };
  const device = devices.find((d) => d.address === address);
  return { link_layer: device?.linkLayer === "infiniband" ? "InfiniBand" : "Ethernet" };
}

async function runScript(options: MachineOptions, init: Task, script: Script, output: ScriptOutput): Promise<ScriptEnd> {
  const { kernel } = init;
  const fromStdin = script.name === "-";
  const file = script.name.slice(script.name.lastIndexOf("/") + 1);
  if (!fromStdin) installFile(init.root, `/root/${file}`, script.text, 0o755);
  const task = startScript(init, {
    path: "/usr/bin/bash",
    argv: fromStdin ? ["bash", "-c", script.text] : ["bash", file],
    stdout: openSink(kernel, "stdout", (bytes) => output.stdout(bytes)),
    stderr: openSink(kernel, "stderr", (bytes) => output.stderr(bytes)),
  });
  await kernel.sched.run(options.hostTurn);
  reportDangling(init);
  const { stopped } = kernel.sched;
  const status = task.exitSignal === 0 ? task.exitCode : 128 + task.exitSignal;
  return { status: task.alive ? null : status, stopped: stopped === "stop" ? null : stopped };
}

function startCommand(init: Task, command: string, output: ScriptOutput): Task {
  return startScript(init, {
    path: "/usr/bin/bash",
    argv: ["bash", "-c", command],
    stdout: openSink(init.kernel, "stdout", (bytes) => output.stdout(bytes)),
    stderr: openSink(init.kernel, "stderr", (bytes) => output.stderr(bytes)),
  });
}

async function runFor(options: MachineOptions, kernel: Kernel, ns: number, until: Task | null): Promise<void> {
  const { sched, clock, events } = kernel;
  const deadline = clock.now + ns;
  const timer = kernel.startTimer(ns, () => sched.pause());
  const observer: KernelObserver = { event: (event) => event.type === "task_exit" && event.task === until && sched.pause() };
  if (until !== null) events.attach(observer);
  while (sched.stopped === null && clock.now < deadline && (until === null || until.alive)) await sched.run(options.hostTurn);
  if (until !== null) events.detach(observer);
  clock.cancel(timer);
}

/**
 * A reload that is refused while its namespace dies leaves the instance in freed memory. The kernel says nothing of it until
 * somebody uses it; here the run says so.
 */
function reportDangling(init: Task): void {
  for (const devlink of devlinkInstances(init.kernel)) {
    const net = devlink_net(devlink);
    if (!net.freed) continue;
    const text = `devlink instance ${devlink.dev.name} still points to ${net.name}, which is freed`;
    init.kernel.reportBug(init.root, { kind: "use-after-free", text });
  }
}

function expectZero(error: number, what: string): void {
  if (error !== 0) throw new EmulatorBug(`boot: ${what} failed with ${error}`);
}
