/**
 * Models drivers/pci/iov.c: virtual functions come and go with their physical function's driver. Each is a function of its
 * own, at the address that offset and stride give, and is probed like any other.
 * Left out: the virtual functions' own registers, migration, bus numbers beyond the first.
 */
import { EEXIST, EINVAL, EIO, type Frame } from "../kernel/index.ts";
import { sysfs_create_link, sysfs_remove_link } from "../vfs/index.ts";
import { addressAt, devfnOf } from "./address.ts";
import { pci_add_device, pci_get_device_by_address, pci_stop_and_remove_bus_device } from "./pci.ts";
import type { pci_dev } from "./types.ts";

/** pci_num_vf(): how many virtual functions there are now. */
export function pci_num_vf(pdev: pci_dev): number {
  return pdev.sriov?.num_VFs ?? 0;
}

/** pci_sriov_get_totalvfs(): how many there can be. */
export function pci_sriov_get_totalvfs(pdev: pci_dev): number {
  return pdev.sriov?.total_VFs ?? 0;
}

/** pci_enable_sriov(): adds virtual functions, and probes them. On an error none is left. Caller holds the device lock. */
export async function pci_enable_sriov(caller: Frame, pdev: pci_dev, nr_virtfn: number): Promise<number> {
  const current = caller.enter("pci_enable_sriov").enter("sriov_enable");
  const { sriov } = pdev;
  if (sriov === null || nr_virtfn <= 0 || nr_virtfn > sriov.total_VFs) return -EINVAL;
  if (sriov.num_VFs > 0) return -EINVAL;
  for (let id = 0; id < nr_virtfn; id++) {
    const rc = await pci_iov_add_virtfn(current, pdev, id);
    if (rc === 0) continue;
    for (let made = id - 1; made >= 0; made--) await pci_iov_remove_virtfn(current, pdev, made);
    return rc;
  }
  current.writes(sriov);
  sriov.num_VFs = nr_virtfn;
  return 0;
}

/** pci_disable_sriov(): removes the virtual functions, the last one first. Caller holds the device lock. */
export async function pci_disable_sriov(caller: Frame, pdev: pci_dev): Promise<void> {
  const { sriov } = pdev;
  if (sriov === null || sriov.num_VFs === 0) return;
  const current = caller.enter("pci_disable_sriov").enter("sriov_disable");
  for (let id = sriov.num_VFs - 1; id >= 0; id--) await pci_iov_remove_virtfn(current, pdev, id);
  current.writes(sriov);
  sriov.num_VFs = 0;
}

async function pci_iov_add_virtfn(caller: Frame, pdev: pci_dev, id: number): Promise<number> {
  const current = caller.enter("pci_iov_add_virtfn");
  const { sriov } = pdev;
  const address = sriov === null ? null : addressAt(pdev.address, devfnOf(pdev.address) + sriov.offset + sriov.stride * id);
  if (sriov === null || address === null) return -EIO;
  const rc = await pci_add_device(current, {
    address,
    vendor: pdev.vendor,
    device: sriov.vf_device,
    class: pdev.class,
    revision: pdev.revision,
    subsystem_vendor: pdev.subsystem_vendor,
    subsystem_device: pdev.subsystem_device,
    hardware: sriov.vf_hardware(id),
    physfn: pdev,
    match_driver: sriov.drivers_autoprobe,
  });
  const virtfn = rc === 0 ? pci_get_device_by_address(current, address) : null;
  if (virtfn === null) return rc === 0 ? -EEXIST : rc;
  if (pdev.dev.kobj !== null && virtfn.dev.kobj !== null) {
    sysfs_create_link(current, pdev.dev.kobj, virtfn.dev.kobj, `virtfn${id}`);
    sysfs_create_link(current, virtfn.dev.kobj, pdev.dev.kobj, "physfn");
  }
  return 0;
}

async function pci_iov_remove_virtfn(caller: Frame, pdev: pci_dev, id: number): Promise<void> {
  const current = caller.enter("pci_iov_remove_virtfn");
  const { sriov } = pdev;
  const address = sriov === null ? null : addressAt(pdev.address, devfnOf(pdev.address) + sriov.offset + sriov.stride * id);
  const virtfn = address === null ? null : pci_get_device_by_address(current, address);
  if (virtfn === null) return;
  if (pdev.dev.kobj !== null) await sysfs_remove_link(current, pdev.dev.kobj, `virtfn${id}`);
  await pci_stop_and_remove_bus_device(current, virtfn);
}
