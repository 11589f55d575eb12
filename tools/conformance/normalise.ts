/**
 * What two real machines would not agree on either, and what is printed in our own words. Everything else is compared byte
 * for byte. Each entry is applied to what was recorded and to what was seen.
 */
interface Variable {
  readonly what: string;
  readonly pattern: RegExp;
  readonly standsFor: string;
}

const HEX16 = "[0-9a-f]{4}";

export const VARIABLES: readonly Variable[] = [
  {
    what: "addresses of Ethernet devices",
    pattern: /\b(?!00:00:00:00:00:00|ff:ff:ff:ff:ff:ff)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g,
    standsFor: "<mac>",
  },
  {
    what: "GUIDs made of them",
    pattern: new RegExp(`\\b(?!0000:0000:0000:0000)${HEX16}(?::${HEX16}){3}\\b(?!:)`, "g"),
    standsFor: "<guid>",
  },
  { what: "IPv6 addresses made of them", pattern: /\bfe80:(?::?[0-9a-f]{1,4}){2,7}\b/g, standsFor: "<link-local>" },
  { what: "solicited-node groups made of them", pattern: /\bff02::1:ff[0-9a-f]{2}:[0-9a-f]{1,4}\b/g, standsFor: "<solicited-node>" },
  { what: "switch ids", pattern: /\b[0-9a-f]{64}\b/g, standsFor: "<switch-id>" },
  { what: "bytes of the test reporter", pattern: /(test_binary:\s*)(?:(?:[0-9a-f]{2} ?)+\s*)+/g, standsFor: "$1<bytes> " },
  { what: "bytes of the test reporter as JSON", pattern: /("test_binary":\s*)\[[^\]]*\]/g, standsFor: "$1[]" },
  { what: "contents of the test region", pattern: /^([0-9a-f]{16})(?: [0-9a-f]{2})+ ?$/gm, standsFor: "$1 <bytes>" },
  { what: "process ids", pattern: /^(bash: line \d+:) +\d+( \w+)/gm, standsFor: "$1 <pid>$2" },
  { what: "inodes of namespaces other than the first", pattern: /\bnet:\[(?!4026531992|4026531840)\d+\]/g, standsFor: "net:[<inode>]" },
  { what: "dates of ls -l", pattern: /\b[A-Z][a-z]{2} [ \d]\d (?:\d\d:\d\d| \d{4}) /g, standsFor: "<date> " },
  { what: "time stamps of ip monitor", pattern: /^Timestamp: .*$/gm, standsFor: "Timestamp: <time>" },
  { what: "the kernel's release", pattern: /^version: .*$/gm, standsFor: "version: <release>" },
];

export function normalise(text: string): string {
  return VARIABLES.reduce((rest, { pattern, standsFor }) => rest.replace(pattern, standsFor), text);
}

const USAGE = "<usage>\n";

/** True if `seen` is what was recorded, where `<usage>` stands for a help text of any words. */
export function sameText(recorded: string, seen: string): boolean {
  const wanted = normalise(recorded);
  const got = normalise(seen);
  if (!wanted.endsWith(USAGE)) return wanted === got;
  const before = wanted.slice(0, -USAGE.length);
  return got.startsWith(before) && /^Usage: /.test(got.slice(before.length));
}
