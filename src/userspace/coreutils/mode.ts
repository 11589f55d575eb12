/** File modes as chmod(1) and mkdir -m take them: octal, or changes such as `u+x,go-w`. */

const CHANGE = /^([ugoa]*)([-+=])([rwxXst]*)$/;

const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const WHAT: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: 0o111, s: 0o6000, t: 0o1000 };

/** The mode that results from `text` on a file with `mode`, or null if it is no mode. `X` is x for directories and what has an x. */
export function parseMode(text: string, mode: number, isDirectory: boolean): number | null {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let result = mode;
  for (const clause of text.split(",")) {
    const match = CHANGE.exec(clause);
    if (match === null) return null;
    const [, who = "", operator, what = ""] = match;
    const reach = Array.from(who === "" ? "a" : who).reduce((bits, letter) => bits | (WHO[letter] ?? 0), 0);
    const executable = isDirectory || (result & 0o111) !== 0;
    const bits = Array.from(what).reduce((all, letter) => all | (letter === "X" && !executable ? 0 : (WHAT[letter] ?? 0)), 0) & reach;
    result = operator === "+" ? result | bits : operator === "-" ? result & ~bits : (result & ~reach) | bits;
  }
  return result;
}
