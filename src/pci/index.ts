/** The PCI bus: addresses, functions that the machine adds at boot, drivers that probe them. */
export { type PciAddress, parsePciAddress } from "./address.ts";
export { pci_disable_sriov, pci_enable_sriov, pci_num_vf, pci_sriov_get_totalvfs } from "./iov.ts";
export {
  pci_add_device,
  pci_bus_init,
  pci_get_device_by_address,
  pci_get_drvdata,
  pci_register_driver,
  pci_set_drvdata,
  pci_stop_and_remove_bus_device,
  pci_unregister_driver,
} from "./pci.ts";
export type { PciFunction, PciSriov, pci_dev, pci_driver } from "./types.ts";
