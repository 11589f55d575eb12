/** The right side of sed's `s`, and the escapes that GNU sed has in regular expressions. */
import type { ReplacementPart } from "./script.ts";

const CONTROL: Readonly<Record<string, string>> = { n: "\n", t: "\t", a: "\x07", f: "\f", v: "\v", r: "\r" };

/** `\n`, `\t`, `\x41`, `\o101`, `\d065`, `\cX` as the characters that they are; others stay. */
export function unescapeRegex(pattern: string): string {
  return pattern.replace(
    /\\(?:([ntafvr])|x([0-9a-fA-F]{1,2})|o([0-7]{1,3})|d(\d{3})|c(.)|(.))/gs,
    (all, control, hex, octal, decimal, ctrl) => {
      if (control !== undefined) return CONTROL[control] ?? all;
      const code = codeOf(hex, octal, decimal, ctrl);
      if (code === null) return all;
      const char = String.fromCharCode(code);
      return /[.*[\]^$\\+?(){}|/]/.test(char) ? `\\${char}` : char;
    },
  );
}

function codeOf(hex?: string, octal?: string, decimal?: string, ctrl?: string): number | null {
  if (hex !== undefined) return Number.parseInt(hex, 16);
  if (octal !== undefined) return Number.parseInt(octal, 8) & 0xff;
  if (decimal !== undefined) return Number(decimal) & 0xff;
  return ctrl === undefined ? null : ctrl.toUpperCase().charCodeAt(0) ^ 0x40;
}

/** Text of `a`, `c` and `i`: escapes that name a character are that character, others lose their backslash. */
export function unescapeText(text: string): string {
  return text.replace(
    /\\(?:([ntafvr])|x([0-9a-fA-F]{1,2})|o([0-7]{1,3})|d(\d{3})|c(.)|(.)|$)/gs,
    (_all, control, hex, octal, decimal, ctrl, other = "") => {
      if (control !== undefined) return CONTROL[control] ?? "";
      const code = codeOf(hex, octal, decimal, ctrl);
      return code === null ? other : String.fromCharCode(code);
    },
  );
}

/** Reads a replacement. */
export function replacementOf(text: string): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  const pattern = /\\([0-9])|(&)|\\([LUluE])|\\([ntafvr])|\\x([0-9a-fA-F]{1,2})|\\o([0-7]{1,3})|\\d(\d{3})|\\c(.)|\\([\s\S])|([^\\&]+)/g;
  for (const [, group, whole, mode, control, hex, octal, decimal, ctrl, escaped, plain] of text.matchAll(pattern)) {
    if (group !== undefined || whole !== undefined) parts.push({ kind: "group", group: Number(group ?? 0) });
    else if (mode !== undefined) parts.push({ kind: "case", mode: mode as "L" });
    else {
      const code = codeOf(hex, octal, decimal, ctrl);
      const char = control !== undefined ? CONTROL[control] : code === null ? escaped : String.fromCharCode(code);
      parts.push({ kind: "text", text: char ?? plain ?? "" });
    }
  }
  return parts;
}

/** What takes the place of one match. */
export function fillReplacement(parts: readonly ReplacementPart[], match: RegExpExecArray): string {
  let result = "";
  let lasting: "L" | "U" | "E" = "E";
  let once: "l" | "u" | null = null;
  for (const part of parts) {
    if (part.kind === "case") {
      if (part.mode === "l" || part.mode === "u") once = part.mode;
      else lasting = part.mode;
      continue;
    }
    let piece = part.kind === "text" ? part.text : (match[part.group] ?? "");
    if (lasting === "L") piece = piece.toLowerCase();
    if (lasting === "U") piece = piece.toUpperCase();
    if (once !== null && piece !== "") {
      piece = (once === "u" ? piece.charAt(0).toUpperCase() : piece.charAt(0).toLowerCase()) + piece.slice(1);
      once = null;
    }
    result += piece;
  }
  return result;
}
