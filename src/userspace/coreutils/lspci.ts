/**
 * lspci(8) of pciutils from /sys/bus/pci/devices: -n, -nn, -D, -s SLOT, -d VENDOR:DEVICE, -k. The names are those of the
 * devices that this emulator has. Left out: configuration space (-v, -x) and trees.
 */
import type { Process, Program } from "../../syscall/index.ts";
import { complain, print, scanOptions } from "../lib/index.ts";
import { readTextFile } from "./input.ts";

const DEVICES = "/sys/bus/pci/devices";

const CLASSES: Readonly<Record<string, string>> = {
  "00ff": "Unclassified device [00ff]",
  "0101": "IDE interface",
  "0200": "Ethernet controller",
  "0207": "Infiniband controller",
  "0600": "Host bridge",
  "0601": "ISA bridge",
  "0680": "Bridge",
};

const VENDORS: Readonly<Record<string, string>> = { "15b3": "Mellanox Technologies", "1b36": "Red Hat, Inc.", "8086": "Intel Corporation" };

const NAMES: Readonly<Record<string, string>> = {
  "15b3:1013": "MT27700 Family [ConnectX-4]",
  "15b3:1014": "MT27700 Family [ConnectX-4 Virtual Function]",
  "15b3:1015": "MT27710 Family [ConnectX-4 Lx]",
  "15b3:1017": "MT27800 Family [ConnectX-5]",
  "15b3:1018": "MT27800 Family [ConnectX-5 Virtual Function]",
  "15b3:1019": "MT28800 Family [ConnectX-5 Ex]",
  "15b3:101a": "MT28800 Family [ConnectX-5 Ex Virtual Function]",
  "15b3:101b": "MT28908 Family [ConnectX-6]",
  "15b3:101d": "MT2892 Family [ConnectX-6 Dx]",
  "1b36:0005": "QEMU PCI Test Device",
  "8086:1237": "440FX - 82441FX PMC [Natoma]",
  "8086:7000": "82371SB PIIX3 ISA [Natoma/Triton II]",
  "8086:7010": "82371SB PIIX3 IDE [Natoma/Triton II]",
  "8086:7113": "82371AB/EB/MB PIIX4 ACPI",
};

interface PciFunction {
  /** 0000:00:08.0 */
  readonly slot: string;
  /** Four hexadecimal digits each. */
  readonly class: string;
  readonly vendor: string;
  readonly device: string;
  readonly revision: number;
  readonly driver: string | null;
}

export const lspci: Program = async (process) => {
  const { steps, operands } = scanOptions(process.argv.slice(1), { short: "nDks:d:vxtbmPQqi:p:A:O:H:FGM", long: new Map() });
  const bad = steps.find((step) => step.kind === "bad" || "vxtbmPQqipAOHFGM".includes(step.letter));
  const options = steps.filter((step) => step.kind === "option");
  if (bad !== undefined || operands.length > 0) {
    if (bad?.kind === "option") await complain(process, `lspci: option '${bad.word}' is not modelled by this emulator\n`);
    else await complain(process, `${bad === undefined ? "" : `lspci: ${bad.complaint}\n`}Usage: lspci [<switches>]\n`);
    return 1;
  }
  const value = (letter: string): string | undefined => options.findLast((option) => option.letter === letter)?.argument;
  const functions = (await readFunctions(process)).filter((f) => inSlot(f, value("s")) && isDevice(f, value("d")));
  const numeric = options.filter((option) => option.letter === "n").length;
  const domains = value("D") !== undefined || functions.some((f) => !f.slot.startsWith("0000:"));
  const shown = functions.map(
    (f) => describe(f, numeric, domains) + (value("k") !== undefined && f.driver !== null ? `\tKernel driver in use: ${f.driver}\n` : ""),
  );
  await print(process, shown.join(""));
  return 0;
};

async function readFunctions(process: Process): Promise<readonly PciFunction[]> {
  const names = await process.readdir(DEVICES);
  const found: PciFunction[] = [];
  for (const { name: slot } of typeof names === "number" ? [] : names) {
    const number = async (file: string): Promise<number> => {
      const text = await readTextFile(process, `${DEVICES}/${slot}/${file}`);
      return typeof text === "number" ? 0 : Number(text.trim());
    };
    const driver = await process.readlink(`${DEVICES}/${slot}/driver`);
    found.push({
      slot,
      class: hex4((await number("class")) >> 8),
      vendor: hex4(await number("vendor")),
      device: hex4(await number("device")),
      revision: await number("revision"),
      driver: typeof driver === "number" ? null : driver.replace(/^.*\//, ""),
    });
  }
  return found.sort((a, b) => (a.slot < b.slot ? -1 : 1));
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}

/** -s [[[[DOMAIN]:]BUS]:][SLOT][.[FUNCTION]] */
function inSlot({ slot }: PciFunction, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const parts = wanted.split(":");
  const [device = "", func = ""] = (parts.pop() ?? "").split(".");
  const asked = [parts.length > 1 ? (parts[0] ?? "") : "", parts.at(-1) ?? "", device, func];
  return slot
    .split(/[:.]/)
    .every((part, i) => asked[i] === "" || asked[i] === "*" || Number.parseInt(part, 16) === Number.parseInt(asked[i] ?? "", 16));
}

/** -d [VENDOR]:[DEVICE] */
function isDevice({ vendor, device }: PciFunction, wanted: string | undefined): boolean {
  const asked = (wanted ?? "").split(":");
  return [vendor, device].every(
    (id, i) => (asked[i] ?? "") === "" || asked[i] === "*" || Number.parseInt(id, 16) === Number.parseInt(asked[i] ?? "", 16),
  );
}

function describe(f: PciFunction, numeric: number, domains: boolean): string {
  const ids = `${f.vendor}:${f.device}`;
  const className = CLASSES[f.class] ?? "Class";
  const vendorName = VENDORS[f.vendor];
  const deviceName = vendorName === undefined ? `Device ${ids}` : `${vendorName} ${NAMES[ids] ?? `Device ${f.device}`}`;
  const text =
    numeric === 1
      ? `${f.class}: ${ids}`
      : numeric > 1
        ? `${className} [${f.class}]: ${deviceName} [${ids}]`
        : `${className}: ${deviceName}`;
  const revision = f.revision === 0 ? "" : ` (rev ${f.revision.toString(16).padStart(2, "0")})`;
  return `${domains ? f.slot : f.slot.slice(5)} ${text}${revision}\n`;
}
