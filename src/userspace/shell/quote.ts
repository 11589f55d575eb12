/** The ways in which bash quotes text so that it can be read back. */

const UNPRINTABLE = /[\x00-\x1f\x7f\udc80-\udcff]/;
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

const NAMED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\x1b": "\\E",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  "'": "\\'",
};

/** $'...' */
function ansiQuote(text: string): string {
  let quoted = "";
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    const raw = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code < 0x20 || code === 0x7f ? code : -1;
    quoted += NAMED[char] ?? (raw >= 0 ? `\\${raw.toString(8).padStart(3, "0")}` : char);
  }
  return `$'${quoted}'`;
}

/** 'it'\''s', as ${x@Q} and `trap` show it. */
export function singleQuote(text: string): string {
  return UNPRINTABLE.test(text) ? ansiQuote(text) : `'${text.replaceAll("'", "'\\''")}'`;
}

/** "it's", as `declare -p` shows it. */
export function doubleQuote(text: string): string {
  return UNPRINTABLE.test(text) ? ansiQuote(text) : `"${text.replace(/[$`"\\]/g, "\\$&")}"`;
}

/** a\ b, as printf %q does. */
export function backslashQuote(text: string): string {
  if (text === "") return "''";
  if (UNPRINTABLE.test(text)) return ansiQuote(text);
  return text
    .replace(/[ !"#$&'()*,;<>?[\\\]^`{|}]/g, (char, at: number) => (char === "#" && at > 0 ? char : `\\${char}`))
    .replace(/^~/, "\\~");
}

/** As `set -x` shows a word: quoted only if that is needed. */
export function traceQuote(text: string): string {
  if (text === "") return "''";
  if (PLAIN.test(text)) return text;
  if (/[\s'"\\|&;()<>!{}*[\]?^$`]/.test(text) || /^#|(?:^|[=:])~/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  return UNPRINTABLE.test(text) ? ansiQuote(text) : text;
}

/** As `set` shows the value of a variable. */
export function valueQuote(text: string): string {
  if (UNPRINTABLE.test(text)) return ansiQuote(text);
  return text === "" || PLAIN.test(text) ? text : traceQuote(text);
}
