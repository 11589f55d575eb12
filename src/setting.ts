/** What a machine is before any device of the command line is added: the functions on its bus, its modules, its start script. */
import { type PciFunction, parsePciAddress } from "./pci/index.ts";

export type SettingName = "ordinary" | "recording";

export interface MachineSetting {
  readonly name: SettingName;
  /** For the help text. */
  readonly summary: string;
  /** The mlx5 functions that it has unless others are asked for. */
  readonly devices: readonly string[];
  /** Functions that every such machine has, without driver until a module brings one. */
  readonly functions: readonly PciFunction[];
  /** Modules that boot loads, in order. */
  readonly modules: readonly string[];
  /** What pid 1 is called and was started as. */
  readonly init: { readonly comm: string; readonly argv: readonly string[] };
  /** Files in /lib/firmware. */
  readonly firmware: readonly string[];
  /** Links below /dev that udev makes. */
  readonly udev: boolean;
  /** A command that runs to its end before anything else. */
  readonly setup: string | null;
}

const INTEL = 0x8086;
const QEMU_TEST_DEVICE = { vendor: 0x1b36, device: 0x0005, class: 0x00ff00, subsystem_vendor: 0x1af4, subsystem_device: 0x1100 };

function at(text: string, description: Omit<PciFunction, "address">): PciFunction[] {
  const address = parsePciAddress(text);
  return address === null ? [] : [{ address, ...description }];
}

/** A server whose drivers have been loaded for the hardware that it has. */
const ordinary: MachineSetting = {
  name: "ordinary",
  summary: "mlx5 devices with their drivers loaded",
  devices: ["0000:00:08.0"],
  functions: [],
  modules: ["mlx5_core", "ib_core", "ib_uverbs", "mlx5_ib", "netdevsim"],
  init: { comm: "init", argv: ["/sbin/init"] },
  firmware: ["dummy"],
  udev: true,
  setup: null,
};

/** The virtual machine on which real kernels were recorded: an i440FX board, two test devices, a shell as pid 1. */
const recording: MachineSetting = {
  name: "recording",
  summary: "no mlx5 device, no module loaded, two PCI test devices for drivers of one's own",
  devices: [],
  functions: [
    ...at("0000:00:00.0", { vendor: INTEL, device: 0x1237, class: 0x060000, revision: 2 }),
    ...at("0000:00:01.0", { vendor: INTEL, device: 0x7000, class: 0x060100 }),
    ...at("0000:00:01.1", { vendor: INTEL, device: 0x7010, class: 0x010180 }),
    ...at("0000:00:01.3", { vendor: INTEL, device: 0x7113, class: 0x068000, revision: 3 }),
    ...at("0000:00:08.0", QEMU_TEST_DEVICE),
    ...at("0000:00:09.0", QEMU_TEST_DEVICE),
  ],
  modules: [],
  init: { comm: "bash", argv: ["/bin/bash", "/init"] },
  firmware: [],
  udev: false,
  setup: "ip link set lo up",
};

export const SETTINGS: Readonly<Record<SettingName, MachineSetting>> = { ordinary, recording };
