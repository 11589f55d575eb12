/**
 * The firmware of an emulated ConnectX-5: what it answers when mlx5_core asks for capabilities (MLX5_CAP_GEN), ids and
 * versions. Everything follows from the PCI address, so it is the same on every run: one function has one port, its MAC
 * begins with a Mellanox prefix, its node GUID is made of the MAC as real cards do it.
 * Left out: sub-functions, RoCE v1-only cards.
 */
import type { PciAddress, PciFunction, PciSriov } from "../pci/index.ts";

/** What the machine says of one function; absent fields are those of a single-port Ethernet card. */
export interface FirmwareConfig {
  readonly link_layer?: "Ethernet" | "InfiniBand";
  /** Two functions that share one IB device: the master carries it, the slave adds its port to it. */
  readonly multiport?: "master" | { readonly slaveOf: PciAddress };
  /** A virtual function, with its number from 0 and its physical function's firmware. */
  readonly virtual?: { readonly id: number; readonly physfn: Mlx5Firmware };
}

export const MLX5_CAP_PORT_TYPE_IB = 0;
export const MLX5_CAP_PORT_TYPE_ETH = 1;

/** Ports that the IB device of a multiport master has: its own and its slave's. */
const MULTIPORT_PORTS = 2;

/** MLX5_CAP_GEN(), the capabilities that the driver looks at. */
export interface Mlx5Caps {
  readonly port_type: number;
  readonly num_ports: number;
  /** Above 1: this function is a multiport master. */
  readonly num_vhca_ports: number;
  /** Set on functions that may be the slave of another. */
  readonly affiliate_nic_vport_criteria: boolean;
  /** The port of the IB device that this function serves, from 1. */
  readonly native_port_num: number;
  /** It commands the embedded switch: physical functions of Ethernet cards. */
  readonly eswitch_manager: boolean;
  /** The number of the function on its card. */
  readonly vhca_id: number;
}

export interface Mlx5Ids {
  /** 0c:42:a1:00:00:40 for 0000:00:08.0. */
  readonly mac: Uint8Array;
  readonly node_guid: bigint;
  /** Equal for the functions of one card, and for a multiport slave and its master. */
  readonly sys_image_guid: bigint;
  readonly serial: string;
  /** What ports of the same switch have in common (phys_switch_id). */
  readonly switch_id: Uint8Array;
}

/** The release that all emulated cards run, and the id of their parameter set. */
export const FW_VERSION = { major: 16, minor: 28, subminor: 1002 } as const;
export const FW_PSID = "MT_0000000008";

export const PCI_VENDOR_ID_MELLANOX = 0x15b3;
export const PCI_DEVICE_ID_CONNECTX_5 = 0x1017;
export const PCI_DEVICE_ID_CONNECTX_5_VF = 0x1018;
const PCI_CLASS_NETWORK_ETHERNET = 0x02_0000;
const PCI_CLASS_NETWORK_INFINIBAND = 0x02_0700;

/** OUI of the emulated cards (Mellanox). */
const OUI = [0x0c, 0x42, 0xa1] as const;

/** Virtual functions of a card follow its two physical ones; there is room for so many in one slot. */
const SRIOV_OFFSET = 2;
const SRIOV_STRIDE = 1;
const SRIOV_TOTAL_VFS = 6;

export class Mlx5Firmware {
  readonly caps: Mlx5Caps;
  readonly ids: Mlx5Ids;
  private readonly virtual: FirmwareConfig["virtual"];
  /** Addresses that were given to virtual functions (NIC vport context), by vport. */
  private readonly vport_macs = new Map<number, Uint8Array>();

  constructor(address: PciAddress, config: FirmwareConfig) {
    const slaveOf = typeof config.multiport === "object" ? config.multiport.slaveOf : null;
    this.caps = {
      port_type: config.link_layer === "InfiniBand" ? MLX5_CAP_PORT_TYPE_IB : MLX5_CAP_PORT_TYPE_ETH,
      num_ports: 1,
      num_vhca_ports: config.multiport === "master" ? MULTIPORT_PORTS : 1,
      affiliate_nic_vport_criteria: slaveOf !== null,
      native_port_num: slaveOf === null ? 1 : MULTIPORT_PORTS,
      eswitch_manager: config.virtual === undefined && config.link_layer !== "InfiniBand",
      vhca_id: config.virtual === undefined ? 0 : config.virtual.id + 1,
    };
    this.virtual = config.virtual;
    this.ids = config.virtual === undefined ? idsOf(address, slaveOf ?? address) : virtualIds(config.virtual.physfn.ids);
  }

  /** The MAC of the function's own vport: of a virtual function what it was given, or zeros. */
  vport_mac(): Uint8Array {
    if (this.virtual === undefined) return this.ids.mac.slice();
    return this.virtual.physfn.vf_mac(this.virtual.id + 1);
  }

  /** The MAC of a virtual function's vport, as its physical function sees it. */
  vf_mac(vport: number): Uint8Array {
    return this.vport_macs.get(vport)?.slice() ?? new Uint8Array(6);
  }

  set_vf_mac(vport: number, mac: Uint8Array): void {
    this.vport_macs.set(vport, mac.slice());
  }
}

function idsOf(address: PciAddress, card: PciAddress): Mlx5Ids {
  const mac = macBytes(address, true);
  const image = macBytes(card, false);
  return {
    mac: Uint8Array.from(mac),
    node_guid: guidOf(mac),
    sys_image_guid: guidOf(image),
    serial: `MT${mac.slice(3).map(hexByte).join("").toUpperCase()}`,
    switch_id: Uint8Array.from([...image.slice(3), 0x00, 0x03, ...image.slice(0, 3)].reverse()),
  };
}

/** A virtual function has no address and no GUID before it is given one. */
function virtualIds(physfn: Mlx5Ids): Mlx5Ids {
  return { ...physfn, mac: new Uint8Array(6), node_guid: 0n };
}

/** OUI, then domain (its low byte), bus, and device with function; `withFunction` false: the card's function 0. */
function macBytes(address: PciAddress, withFunction: boolean): number[] {
  const [domain = "0", bus = "0", slot = "0"] = address.split(":");
  const [device = "0", fn = "0"] = slot.split(".");
  const devfn = Number.parseInt(device, 16) * 8 + (withFunction ? Number.parseInt(fn, 16) : 0);
  return [...OUI, Number.parseInt(domain, 16) & 0xff, Number.parseInt(bus, 16), devfn];
}

/** The MAC with 03:00 in its middle: 0c42:a103:0000:0040. */
function guidOf(mac: readonly number[]): bigint {
  const bytes = [...mac.slice(0, 3), 0x03, 0x00, ...mac.slice(3)];
  return bytes.reduce((guid, byte) => (guid << 8n) | BigInt(byte), 0n);
}

/** The PCI function of an emulated card, for the machine to put on the bus. */
export function mlx5Function(address: PciAddress, config: FirmwareConfig = {}): PciFunction {
  const infiniband = config.link_layer === "InfiniBand";
  const hardware = new Mlx5Firmware(address, config);
  const manager = hardware.caps.eswitch_manager && address.endsWith(".0");
  return {
    address,
    vendor: PCI_VENDOR_ID_MELLANOX,
    device: PCI_DEVICE_ID_CONNECTX_5,
    class: infiniband ? PCI_CLASS_NETWORK_INFINIBAND : PCI_CLASS_NETWORK_ETHERNET,
    subsystem_vendor: PCI_VENDOR_ID_MELLANOX,
    hardware,
    ...(manager ? { sriov: sriovOf(address, hardware) } : {}),
  };
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** The SR-IOV capability of a card's first function. */
function sriovOf(address: PciAddress, physfn: Mlx5Firmware): PciSriov {
  return {
    total_VFs: SRIOV_TOTAL_VFS,
    offset: SRIOV_OFFSET,
    stride: SRIOV_STRIDE,
    vf_device: PCI_DEVICE_ID_CONNECTX_5_VF,
    vf_hardware: (id) => new Mlx5Firmware(address, { virtual: { id, physfn } }),
  };
}
