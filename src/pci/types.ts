/** Models struct pci_dev, pci_device_id and pci_driver (include/linux/pci.h), as far as probing and `lspci` need them. */
import type { device } from "../base/index.ts";
import type { Frame } from "../kernel/index.ts";
import type { PciAddress } from "./address.ts";

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
}
