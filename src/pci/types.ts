/** Models struct pci_dev, pci_device_id and pci_driver (include/linux/pci.h), as far as probing and `lspci` need them. */
import type { device } from "../base/index.ts";
import type { Frame } from "../kernel/index.ts";
import type { PciAddress } from "./address.ts";

/** What a physical function's capability says of its virtual functions. */
export interface PciSriov {
  readonly total_VFs: number;
  /** Where the first one is, and how far the next is from it, in numbers of device and function. */
  readonly offset: number;
  readonly stride: number;
  /** The device id of all of them. */
  readonly vf_device: number;
  /** What is behind the registers of the one with this number, from 0. */
  vf_hardware(id: number): unknown;
}

/** struct pci_sriov. num_VFs is guarded by the device lock. */
export interface pci_sriov extends PciSriov {
  num_VFs: number;
  /** New virtual functions are offered to drivers. */
  drivers_autoprobe: boolean;
}

/** A PCI function as the machine describes it. */
export interface PciFunction {
  readonly address: PciAddress;
  /** 16 bits each, such as 0x15b3 (Mellanox) and 0x1019 (ConnectX-5 Ex). */
  readonly vendor: number;
  readonly device: number;
  /** 24 bits: base class, sub-class, programming interface; 0x020000 is an Ethernet controller. */
  readonly class: number;
  readonly revision?: number;
  readonly subsystem_vendor?: number;
  readonly subsystem_device?: number;
  /** What is behind the registers, if that differs from function to function; the driver narrows it. */
  readonly hardware?: unknown;
  readonly sriov?: PciSriov;
  /** The physical function, of a virtual one. */
  readonly physfn?: pci_dev;
  /** False: it is not offered to drivers. */
  readonly match_driver?: boolean;
}

export interface pci_dev {
  readonly dev: device;
  readonly address: PciAddress;
  readonly vendor: number;
  readonly device: number;
  readonly class: number;
  readonly revision: number;
  readonly subsystem_vendor: number;
  readonly subsystem_device: number;
  readonly hardware: unknown;
  /** Null if it has no virtual functions, or is one. */
  readonly sriov: pci_sriov | null;
  readonly physfn: pci_dev | null;
  /** False: drivers do not see it until it is bound by hand. */
  readonly match_driver: boolean;
}

export interface pci_device_id {
  readonly vendor: number;
  readonly device: number;
  /** The driver's own (driver_data): which kind of device this id stands for. */
  readonly driver_data?: number;
}

export interface pci_driver {
  readonly name: string;
  readonly id_table: readonly pci_device_id[];
  /** 0 or a negative errno. Called with the device lock held. */
  probe(current: Frame, pdev: pci_dev, id: pci_device_id): Promise<number>;
  remove(current: Frame, pdev: pci_dev): Promise<void>;
  /** The number of virtual functions that there are then, or a negative errno. Called with the device lock held. */
  sriov_configure?(current: Frame, pdev: pci_dev, num_vfs: number): Promise<number>;
}
