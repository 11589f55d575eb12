/**
 * Bandwidths as tc and devlink write them (get_rate64(), print_rate() of iproute2's lib): a number with a unit of bits or
 * bytes a second and an SI or IEC prefix. The kernel counts bytes a second.
 */
const PREFIXES = ["", "k", "m", "g", "t"] as const;

/** Bits a second of each unit, in lower case. */
const UNITS: ReadonlyMap<string, number> = new Map(
  PREFIXES.flatMap((prefix, i) => {
    const scales = i === 0 ? [["", 1] as const] : [[`${prefix}i`, 1024 ** i] as const, [prefix, 1000 ** i] as const];
    return scales.flatMap(([name, scale]) => [[`${name}bit`, scale] as const, [`${name}bps`, scale * 8] as const]);
  }),
);

const FORMAT = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(.*)$/;
const MOST = 2 ** 64;

/** Bytes a second; null if the text is no rate. A bare number means bits. */
export function parseRate(text: string): bigint | null {
  const [, digits, unit] = FORMAT.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return null;
  const scale = unit === "" ? 1 : UNITS.get(unit.toLowerCase());
  const bytes = scale === undefined ? -1 : (Number(digits) * scale) / 8;
  return bytes < 0 || bytes >= MOST ? null : BigInt(Math.trunc(bytes));
}

/** print_rate(): a rate for people, `10Mbit`, or `10Mibit` if `iec`; a larger unit only if it is exact or the number long. */
export function formatRate(bytes: bigint, iec: boolean): string {
  const kilo = iec ? 1024n : 1000n;
  let bits = bytes * 8n;
  let prefix = 0;
  while (prefix < PREFIXES.length - 1 && bits >= kilo && (bits % kilo === 0n || bits >= 1000n * kilo)) {
    bits /= kilo;
    prefix++;
  }
  return `${bits}${(PREFIXES[prefix] ?? "").toUpperCase()}${iec && prefix > 0 ? "i" : ""}bit`;
}
