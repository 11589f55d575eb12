/** Backslash sequences in strings of awk, in regular expressions, and in what -v and the operands assign. */

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/** An escape and its length; unknown ones stay as they are. */
export function escapeAt(text: string, at: number): readonly [string, number] {
  const number = /^\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2}))/.exec(text.slice(at, at + 4));
  if (number !== null) {
    const [whole, octal, hex] = number;
    return [String.fromCharCode((octal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(octal, 8)) & 0xff), whole.length];
  }
  const char = text.charAt(at + 1);
  if (char === "\n") return ["", 2];
  return [ESCAPES[char] ?? `\\${char}`, 2];
}

/** A text with its escapes replaced. */
export function unescapeAll(text: string): string {
  let [result, at] = ["", 0];
  for (let next = text.indexOf("\\"); next >= 0; next = text.indexOf("\\", at)) {
    const [piece, length] = next + 1 < text.length ? escapeAt(text, next) : ["\\", 1];
    result += text.slice(at, next) + piece;
    at = next + length;
  }
  return result + text.slice(at);
}
