/** How GNU programs quote file names in messages (gnulib quotearg, shell-escape style, LC_ALL=C). */

/** A character that makes quoting necessary wherever it stands. */
const SPECIAL = /[\s!"$&'()*;<=>?[\\^`|\x00-\x1f\x7f]/;

/** quotef(): as it is if a shell would read it as one plain word without a colon, else quoted. */
export function quoteIfNeeded(name: string): string {
  return name === "" || SPECIAL.test(name) || name.includes(":") || /^[#~]/.test(name) || /^[{}]$/.test(name) ? quote(name) : name;
}

/** quoteaf(), quote(): always in quotes. */
export function quote(name: string): string {
  const plain = !/[\x00-\x1f\x7f]/.test(name);
  if (plain && name.includes("'") && !/[!"$\\`]/.test(name)) return `"${name}"`;
  const pieces = name.split(/([\x00-\x1f\x7f]+)/);
  return pieces.map((piece, i) => (i % 2 === 1 ? `$'${escapes(piece)}'` : wrap(piece, pieces.length > 1))).join("");
}

function wrap(piece: string, between: boolean): string {
  return piece === "" && between ? "" : `'${piece.replaceAll("'", "'\\''")}'`;
}

function escapes(piece: string): string {
  const named: Readonly<Record<string, string>> = { "\x07": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v" };
  return Array.from(piece, (c) => `\\${named[c] ?? c.charCodeAt(0).toString(8).padStart(3, "0")}`).join("");
}
