/** Names of files as ls(1) shows them (gnulib quotearg). */
import type { QuotingStyle } from "./ls-layout.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

const CONTROL = /[\x00-\x1f\x7f]/g;

const NAMED: Readonly<Record<string, string>> = {
  "\x07": "a",
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
  "\v": "v",
  "\\": "\\",
};

/** @param hideControls characters that cannot be seen become question marks where the style leaves them as they are */
export function escapeName(name: string, style: QuotingStyle, hideControls: boolean): string {
  const hide = (text: string): string => (hideControls ? text.replace(CONTROL, "?") : text);
  switch (style) {
    case "literal":
      return hide(name);
    case "c":
      return `"${escaped(name, /[\x00-\x1f\x7f\\"]/g, { '"': '"' })}"`;
    case "escape":
      return escaped(name, /[\x00-\x1f\x7f\\ ]/g, { " ": " " });
    case "shell-escape":
      return quoteIfNeeded(name).replace(/^'([^']*)'$/s, (all, inner: string) => (/^[\w.,/+@%:-]+$/.test(inner) ? inner : all));
    case "shell-escape-always":
      return quote(name);
    case "shell":
      return /[^\w.,/+@%:=-]/.test(name) || name === "" ? hide(`'${name.replaceAll("'", "'\\''")}'`) : name;
    case "shell-always":
      return hide(`'${name.replaceAll("'", "'\\''")}'`);
  }
}

function escaped(name: string, special: RegExp, more: Readonly<Record<string, string>>): string {
  return name.replace(special, (char) => `\\${more[char] ?? NAMED[char] ?? char.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
