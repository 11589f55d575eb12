/** Internet addresses as text: inet_pton(3) and inet_ntop(3). */
const GROUPS = 8;

/** The bytes of an IPv4 (4) or IPv6 (16) address, or null. */
export function parseInet(text: string): Uint8Array | null {
  return text.includes(":") ? parseInet6(text) : parseInet4(text);
}

/** Fewer than four numbers are filled up with zeros ("10.1" is 10.1.0.0), as iproute2 reads them. */
function parseInet4(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length > 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  const bytes = new Uint8Array(4);
  bytes.set(parts.map(Number));
  return bytes;
}

function parseInet6(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = [groupsOf(halves[0] ?? ""), groupsOf(halves[1] ?? "")];
  if (head === null || tail === null) return null;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part)) ? parts.map((part) => Number.parseInt(part, 16)) : null;
}

/** The longest run of two or more zero groups of an IPv6 address becomes "::". */
export function formatInet(bytes: Uint8Array): string {
  if (bytes.length !== 2 * GROUPS) return bytes.join(".");
  const groups = Array.from({ length: GROUPS }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < GROUPS; start++) {
    let length = 0;
    while (start + length < GROUPS && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
