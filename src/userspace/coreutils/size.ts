/** Sizes as GNU programs take them (gnulib xstrtol): a number and a unit, powers of 1024 (K, KiB) or of 1000 (KB); and how they show them. */

const POWERS = "KMGTPE";

/** Bytes; null if it is no size. `units`: more units by their names. */
export function parseSize(text: string, units: Readonly<Record<string, number>> = {}): number | null {
  const match = /^(\d+)([a-zA-Z]*)$/.exec(text);
  if (match === null) return null;
  const [, digits = "", unit = ""] = match;
  const factor = unit === "" ? 1 : (units[unit] ?? factorOf(unit));
  return factor === null ? null : Number(digits) * factor;
}

function factorOf(unit: string): number | null {
  if (unit === "k" || unit === "m") return unit === "k" ? 1024 : 1024 ** 2;
  const match = /^([kKMGTPE])(iB|B)?$/.exec(unit);
  if (match === null) return null;
  const power = POWERS.indexOf((match[1] ?? "").toUpperCase()) + 1;
  return (match[2] === "B" ? 1000 : 1024) ** power;
}

/** Three digits and a unit, rounded up (-h of du, df and ls). `base` is 1024 or 1000. */
export function humanSize(bytes: number, base = 1024): string {
  if (bytes < base) return String(bytes);
  let [value, unit] = [bytes, -1];
  while (value >= base) {
    value /= base;
    unit++;
  }
  let shown = Math.ceil(value * 10) / 10 < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  if (Number(shown) >= base && unit < POWERS.length - 1) {
    shown = "1.0";
    unit++;
  }
  return shown + (base === 1000 && unit === 0 ? "k" : POWERS.charAt(unit));
}
