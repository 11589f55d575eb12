/** Models drivers/pci/pci-sysfs.c: the files of a function that `lspci` and scripts read. */
import type { device_attribute } from "../base/index.ts";
import type { pci_dev } from "./types.ts";

export function pci_uevent(pdev: pci_dev): Readonly<Record<string, string>> {
  const HEX = (value: number, width: number): string => hex(value, width).toUpperCase();
  return {
    PCI_CLASS: pdev.class.toString(16).toUpperCase(),
    PCI_ID: `${HEX(pdev.vendor, 4)}:${HEX(pdev.device, 4)}`,
    PCI_SUBSYS_ID: `${HEX(pdev.subsystem_vendor, 4)}:${HEX(pdev.subsystem_device, 4)}`,
    PCI_SLOT_NAME: pdev.address,
    MODALIAS: modalias(pdev),
  };
}

function modalias(pdev: pci_dev): string {
  const part = (letters: string, value: number, width: number): string => letters + hex(value, width).toUpperCase();
  const ids =
    part("v", pdev.vendor, 8) + part("d", pdev.device, 8) + part("sv", pdev.subsystem_vendor, 8) + part("sd", pdev.subsystem_device, 8);
  return `pci:${ids}${part("bc", pdev.class >> 16, 2)}${part("sc", (pdev.class >> 8) & 0xff, 2)}${part("i", pdev.class & 0xff, 2)}`;
}

export function pci_dev_attrs(pdev: pci_dev): readonly device_attribute[] {
  const number = (name: string, value: number, width: number): device_attribute => ({
    name,
    mode: 0o444,
    show: () => `0x${hex(value, width)}\n`,
  });
  return [
    number("vendor", pdev.vendor, 4),
    number("device", pdev.device, 4),
    number("subsystem_vendor", pdev.subsystem_vendor, 4),
    number("subsystem_device", pdev.subsystem_device, 4),
    number("revision", pdev.revision, 2),
    number("class", pdev.class, 6),
    { name: "numa_node", mode: 0o444, show: () => "-1\n" },
    { name: "irq", mode: 0o444, show: () => "0\n" },
    { name: "enable", mode: 0o444, show: () => `${pdev.dev.driver === null ? 0 : 1}\n` },
    { name: "local_cpulist", mode: 0o444, show: () => "0-1\n" },
    { name: "modalias", mode: 0o444, show: () => `${modalias(pdev)}\n` },
  ];
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
