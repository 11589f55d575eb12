/** Text that fits: wrapping, columns, and the three colours that mark what is held, what waits and what is broken. */

/** Widest line of a report. */
export const WIDTH = 100;

/** Where the text of a report stands behind its labels (Why, Where, Who, Next). */
export const MARGIN = 9;

export interface Paint {
  held(text: string): string;
  waits(text: string): string;
  broken(text: string): string;
}

export const PLAIN: Paint = { held: identity, waits: identity, broken: identity };

export const COLOUR: Paint = { held: sgr("33"), waits: sgr("36"), broken: sgr("1;31") };

function identity(text: string): string {
  return text;
}

function sgr(code: string): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

/** Breaks at spaces; a word longer than `width` stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** Cuts a text that is too long for its column, and says so. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 3)}...`;
}

/** A section: its label in front of the first line, the others below it. */
export function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `  ${(i === 0 ? label : "").padEnd(MARGIN - 2)}${line}`.trimEnd());
}

/** A list in running text: `a, b and c`. */
export function enumerate(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Virtual time for people. */
export function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}
