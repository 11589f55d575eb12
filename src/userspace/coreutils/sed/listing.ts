/** How the command `l` of sed shows the pattern space. */
import { encode } from "../../lib/index.ts";

/** @param width how long a line may be, 0 for any length */
export function listed(text: string, width: number): string {
  const named: Readonly<Record<string, string>> = {
    "\\": "\\\\",
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
  };
  let [lines, line] = ["", ""];
  for (const byte of encode(text)) {
    const char = String.fromCharCode(byte);
    const shown = named[char] ?? (byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, "0")}` : char);
    if (width > 0 && line.length + shown.length > width - 1) {
      lines += `${line}\\\n`;
      line = "";
    }
    line += shown;
  }
  return `${lines}${line}$`;
}
