/** PCI addresses (domain:bus:device.function), checked when they enter and written one way only: `0000:00:08.0`. */

/** A canonical PCI address, `dddd:bb:dd.f` in lower-case hexadecimal digits. */
export type PciAddress = string & { readonly __brand: "PciAddress" };

/** The highest device number on a bus and function number of a device. */
const MAX_DEVICE = 0x1f;
const MAX_FUNCTION = 7;

/** Parses an address; the domain may be left out and is then 0000. Null if it is none. */
export function parsePciAddress(text: string): PciAddress | null {
  const match = /^(?:([0-9a-f]{4}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-9a-f])$/i.exec(text);
  if (match === null) return null;
  const [, domain = "0000", bus = "", dev = "", fn = ""] = match;
  if (Number.parseInt(dev, 16) > MAX_DEVICE || Number.parseInt(fn, 16) > MAX_FUNCTION) return null;
  return `${domain}:${bus}:${dev}.${fn}`.toLowerCase() as PciAddress;
}

/** The host bridge an address lies behind: `pci0000:00`. */
export function rootBusName(address: PciAddress): string {
  return `pci${address.slice(0, "0000:00".length)}`;
}

/** Device and function as one number (PCI_DEVFN). */
export function devfnOf(address: PciAddress): number {
  return Number.parseInt(address.slice(8, 10), 16) * (MAX_FUNCTION + 1) + Number.parseInt(address.slice(11), 16);
}

/** The address with another device and function on the same bus; null beyond its last one. */
export function addressAt(address: PciAddress, devfn: number): PciAddress | null {
  const device = Math.floor(devfn / (MAX_FUNCTION + 1));
  if (device > MAX_DEVICE) return null;
  return parsePciAddress(`${address.slice(0, 8)}${device.toString(16).padStart(2, "0")}.${devfn % (MAX_FUNCTION + 1)}`);
}
