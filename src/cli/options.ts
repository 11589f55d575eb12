/** The options that say which machine is built, and how they are checked. */
import { InvalidArgumentError } from "commander";
import { LOCKDEP_MODES, type LockdepMode } from "../detectors.ts";
import { DEFAULT_ERA, ERAS, type Era, findEra, NOTIFIERS, type NotifierKind } from "../eras.ts";
import type { Shard } from "../explore/index.ts";
import { parseSchedule, randomPolicy, replayPolicy, type SchedulingPolicy } from "../kernel/index.ts";
import { type DeviceOption, type MachineOptions, validateDevices } from "../machine.ts";
import { parsePciAddress } from "../pci/index.ts";
import { SETTINGS, type SettingName } from "../setting.ts";
import type { LoadedDriver } from "./drivers.ts";
import type { MountFlag } from "./mounts.ts";
import { UserError } from "./user-error.ts";

const MAX_SEED = 0xffff_ffff;

/** The seed of `--scheduler random` alone. */
const DEFAULT_SEED = 1;

/** Parts into which one exploration may be divided. */
const MAX_SHARDS = 1024;

/** Longest schedule that is printed for typing it again. */
const SHORT_SCHEDULE = 32;

/** What commander hands over, checked option by option. */
export interface MachineFlags {
  readonly era: string;
  readonly notifier?: NotifierKind;
  readonly seed?: number;
  readonly schedule?: readonly number[];
  readonly scheduler?: "fifo" | "random";
  readonly device?: readonly DeviceFlag[];
  readonly multiport?: { readonly master: string; readonly slave: string };
  readonly lockdep: LockdepMode;
  readonly machine?: SettingName;
  /** Paths. */
  readonly driver?: readonly string[];
  readonly mount?: readonly MountFlag[];
}

/** `--lockdep` if it is left out. */
export const DEFAULT_LOCKDEP: LockdepMode = "all";

export { LOCKDEP_MODES };

type DeviceFlag = DeviceOption | "none";

/** A machine still without its notifier and policy, of which each run needs its own. */
export interface MachinePlan {
  readonly era: Era;
  readonly devices: readonly DeviceOption[];
  /** The options to type again for the same machine, without notifier and schedule. */
  readonly flags: readonly string[];
  /** The option that makes a run take the same decisions again: its schedule, or its seed where that is shorter. */
  again(schedule: string): readonly string[];
  options(notifier: NotifierKind, turn: () => Promise<void>): MachineOptions;
}

/** @param drivers what the files of `--driver` export */
export function planMachine(flags: MachineFlags, drivers: readonly LoadedDriver[] = []): MachinePlan {
  if (flags.schedule !== undefined && (flags.seed !== undefined || flags.scheduler !== undefined)) {
    throw new UserError("--schedule says every decision itself; leave out --seed and --scheduler");
  }
  if (flags.scheduler === "fifo" && flags.seed !== undefined) {
    throw new UserError("--scheduler fifo takes no --seed; leave one of them out, or type --scheduler random");
  }
  const era = findEra(flags.era);
  if (era === undefined) throw new UserError(`unknown era ${flags.era}; type one of ${ERAS.map((e) => e.name).join(", ")}`);
  const devices = devicesOf(flags);
  const problem = validateDevices(devices, flags.multiport);
  if (problem !== null) throw new UserError(problem);
  return {
    era,
    devices,
    flags: typedAgain(flags),
    again: (schedule) => {
      if (schedule.length <= SHORT_SCHEDULE || flags.schedule !== undefined) return ["--schedule", schedule];
      return ["--seed", String(flags.seed ?? DEFAULT_SEED)];
    },
    options: (notifier, turn) => {
      const policy = policyOf(flags);
      return {
        era,
        notifier,
        devices,
        lockdep: flags.lockdep,
        ...(flags.machine === undefined ? {} : { setting: flags.machine }),
        ...(drivers.length === 0 ? {} : { drivers: drivers.map(({ driver }) => driver) }),
        ...(flags.multiport === undefined ? {} : { multiport: flags.multiport }),
        ...(policy === null ? {} : { policy }),
        hostTurn: turn,
      };
    },
  };
}

function policyOf(flags: MachineFlags): SchedulingPolicy | null {
  if (flags.schedule !== undefined) return replayPolicy(flags.schedule);
  if (flags.scheduler === "random" || flags.seed !== undefined) return randomPolicy(flags.seed ?? DEFAULT_SEED);
  return null;
}

function devicesOf(flags: MachineFlags): DeviceOption[] {
  const given = flags.device ?? [];
  const devices = new Map<string, DeviceOption>();
  const add = (device: DeviceOption): unknown => devices.set(device.address, device);
  if (!given.includes("none")) for (const address of SETTINGS[flags.machine ?? "ordinary"].devices) add({ address });
  for (const device of given) if (device !== "none") add(device);
  for (const address of Object.values(flags.multiport ?? {})) if (!devices.has(address)) add({ address });
  return [...devices.values()];
}

function typedAgain(flags: MachineFlags): string[] {
  const { era, device = [], multiport, lockdep, machine, driver = [], mount = [] } = flags;
  return [
    ...(era === DEFAULT_ERA ? [] : ["--era", era]),
    ...device.flatMap((d) => ["--device", d === "none" ? d : `${d.address}${d.linkLayer === "infiniband" ? ",infiniband" : ""}`]),
    ...(machine === undefined ? [] : ["--machine", machine]),
    ...driver.flatMap((path) => ["--driver", path]),
    ...(multiport === undefined ? [] : ["--multiport", `${multiport.master},${multiport.slave}`]),
    ...(lockdep === DEFAULT_LOCKDEP ? [] : ["--lockdep", lockdep]),
    ...mount.flatMap(({ host, guest, readonly }) => ["--mount", `${host}:${guest}${readonly ? ":ro" : ""}`]),
  ];
}

export function seedFlag(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > MAX_SEED) throw new InvalidArgumentError(`Type a whole number from 0 to ${MAX_SEED}.`);
  return seed;
}

export function countFlag(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MAX_SEED) throw new InvalidArgumentError("Type a whole number of at least 1.");
  return count;
}

/** `--shard I/N`. */
export function shardFlag(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index < 1 || of > MAX_SHARDS || index > of)
    throw new InvalidArgumentError(`Type which of how many, such as 1/4; at most ${MAX_SHARDS}.`);
  return { index, of };
}

/** Threads that are more of a mistake than of a machine. */
const MAX_WORKERS = 256;

export function workersFlag(text: string): number {
  const count = countFlag(text);
  if (count > MAX_WORKERS) throw new InvalidArgumentError(`Type a whole number from 1 to ${MAX_WORKERS}.`);
  return count;
}

export function scheduleFlag(text: string): readonly number[] {
  const decisions = parseSchedule(text);
  if (decisions === null) throw new InvalidArgumentError("Type a schedule as a report prints it, such as v1:0.3.1.");
  return decisions;
}

/** Collects `--device`, which may be given several times. */
export function deviceFlag(text: string, before: readonly DeviceFlag[] = []): DeviceFlag[] {
  if (text === "none") return [...before, "none"];
  const [address = "", linkLayer = "ethernet", ...rest] = text.split(",");
  const known = linkLayer === "ethernet" || linkLayer === "infiniband";
  if (!known || rest.length > 0) throw new InvalidArgumentError("A device is ethernet or infiniband: type BDF,infiniband.");
  return [...before, { address: pciAddress(address), linkLayer }];
}

/** Collects `--driver`, which may be given several times. */
export function driverFlag(path: string, before: readonly string[] = []): string[] {
  return [...before, path];
}

export function multiportFlag(text: string): { master: string; slave: string } {
  const [master = "", slave, ...rest] = text.split(",");
  if (slave === undefined || rest.length > 0)
    throw new InvalidArgumentError("Type two PCI addresses with a comma: 0000:00:08.0,0000:00:08.1.");
  const ports = { master: pciAddress(master), slave: pciAddress(slave) };
  if (ports.master === ports.slave) throw new InvalidArgumentError("Master and slave must be two devices.");
  return ports;
}

/** Collects `--notifiers a,b,c`; a name given twice counts once. */
export function notifiersFlag(text: string): NotifierKind[] {
  const kinds = text.split(",").map((name) => {
    const kind = NOTIFIERS.find((known) => known === name);
    if (kind === undefined) throw new InvalidArgumentError(`Type some of ${NOTIFIERS.join(",")}.`);
    return kind;
  });
  return [...new Set(kinds)];
}

function pciAddress(text: string): string {
  const address = parsePciAddress(text);
  if (address === null) throw new InvalidArgumentError("Type a PCI address such as 0000:00:09.0.");
  return address;
}
