/**
 * Models the sysfs files of SR-IOV (drivers/pci/pci-sysfs.c and iov.c, v5.10). A write to sriov_numvfs holds the function's
 * device lock until every virtual function has been added or removed, its own probe or remove included.
 */
import { dev_warn, type device_attribute, device_lock, device_unlock } from "../base/index.ts";
import { EBUSY, EINVAL, ENOENT, ERANGE, type Frame } from "../kernel/index.ts";
import type { pci_dev, pci_driver, pci_sriov } from "./types.ts";

/** Largest value of the 16-bit number that is written. */
const U16_MAX = 0xffff;

/** The files of a physical function; `driverOf` gives the driver it is bound to. */
export function sriovAttributes(pdev: pci_dev, driverOf: () => pci_driver | null): readonly device_attribute[] {
  const { sriov } = pdev;
  if (sriov === null) return [];
  const file = (name: string, show: () => string): device_attribute => ({ name, mode: 0o444, show: () => `${show()}\n` });
  return [
    file("sriov_totalvfs", () => String(sriov.total_VFs)),
    {
      name: "sriov_numvfs",
      mode: 0o644,
      show: (reader) => {
        reader.reads(sriov);
        return `${sriov.num_VFs}\n`;
      },
      store: (current, buf) => sriov_numvfs_store(current, pdev, sriov, driverOf, buf),
    },
    file("sriov_offset", () => String(sriov.offset)),
    file("sriov_stride", () => String(sriov.stride)),
    file("sriov_vf_device", () => sriov.vf_device.toString(16)),
    {
      name: "sriov_drivers_autoprobe",
      mode: 0o644,
      show: () => `${sriov.drivers_autoprobe ? 1 : 0}\n`,
      store: (current, buf) => {
        const on = /^[1yY]/.test(buf);
        if (!on && !/^[0nN]/.test(buf)) return -EINVAL;
        current.writes(sriov);
        sriov.drivers_autoprobe = on;
        return buf.length;
      },
    },
  ];
}

/** The size of the write, or -EINVAL, -ERANGE, -ENOENT, -EBUSY, or what the driver says. Takes the device lock. */
async function sriov_numvfs_store(
  caller: Frame,
  pdev: pci_dev,
  sriov: pci_sriov,
  driverOf: () => pci_driver | null,
  buf: string,
): Promise<number> {
  const current = caller.enter("sriov_numvfs_store");
  const text = buf.replace(/\n$/, "");
  if (!/^\+?(0[xX][0-9a-fA-F]+|\d+)$/.test(text)) return -EINVAL;
  const num_vfs = Number(text.replace(/^\+/, ""));
  if (num_vfs > U16_MAX || num_vfs > sriov.total_VFs) return -ERANGE;
  await device_lock(current, pdev.dev);
  const ret = await configure(current, pdev, sriov, driverOf(), num_vfs);
  device_unlock(current, pdev.dev);
  return ret < 0 ? ret : buf.length;
}

async function configure(current: Frame, pdev: pci_dev, sriov: pci_sriov, driver: pci_driver | null, num_vfs: number): Promise<number> {
  if (num_vfs === sriov.num_VFs) return 0;
  if (driver?.sriov_configure === undefined) return -ENOENT;
  if (num_vfs === 0) return driver.sriov_configure(current, pdev, 0);
  if (sriov.num_VFs > 0) {
    dev_warn(current.kernel, pdev.dev, `${sriov.num_VFs} VFs already enabled. Disable before enabling ${num_vfs} VFs`);
    return -EBUSY;
  }
  const ret = await driver.sriov_configure(current, pdev, num_vfs);
  if (ret >= 0 && ret !== num_vfs) dev_warn(current.kernel, pdev.dev, `${num_vfs} VFs requested; only ${ret} enabled`);
  return ret;
}
