/** seq(1): -f, -s, -w; numbers are shown with as many decimals as the operands have. */
import { parseNumber } from "./duration.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FIRST [INCREMENT]] LAST",
  short: "f:s:w",
  long: { format: "f", separator: "s", "equal-width": "w" },
  /** Negative numbers are operands. */
  modernise: (words: readonly string[]): readonly string[] => {
    const at = words.findIndex((word, i) => word === "--" || (/^-[\d.]/.test(word) && !/^-[fs]$/.test(words[i - 1] ?? "")));
    return at < 0 || words[at] === "--" ? words : [...words.slice(0, at), "--", ...words.slice(at)];
  },
};

export const seq = utility(manual, async (util) => {
  const { operands } = util;
  if (operands.length === 0) await util.missingOperand();
  if (operands.length > 3) await util.misused(`extra operand ${quote(operands[3] ?? "")}`);
  const numbers: number[] = [];
  for (const operand of operands) {
    numbers.push(parseNumber(operand) ?? (await util.misused(`invalid floating point argument: ${quote(operand)}`)));
  }
  const last = numbers.at(-1) ?? 0;
  const [first, step] = [numbers.length > 1 ? (numbers[0] ?? 1) : 1, numbers.length > 2 ? (numbers[1] ?? 1) : 1];
  if (step === 0) await util.misused(`invalid Zero increment value: ${quote(operands[1] ?? "")}`);
  const format = util.value("f");
  if (format !== undefined && util.has("w")) await util.misused("format string may not be specified when printing equal width strings");
  if (format === undefined && operands.every((text) => /^-?\d+$/.test(text))) return await whole(util, operands.map(BigInt));
  await fractions(util, { first, step, last }, format === undefined ? null : await formatOf(util, format));
});

interface Range {
  readonly first: number;
  readonly step: number;
  readonly last: number;
}

async function fractions(util: Utility, { first, step, last }: Range, show: ((value: number) => string) | null): Promise<void> {
  const { operands } = util;
  const separator = util.value("s") ?? "\n";
  const decimals = Math.max(...operands.slice(0, Math.max(1, operands.length - 1)).map(decimalsOf));
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  const width = Math.max(first.toFixed(decimals).length, widthOf(last, decimalsOf(operands.at(-1) ?? ""), decimals));
  for (let i = 0; i < count; i++) {
    const value = first + i * step;
    const text = value.toFixed(decimals);
    await util.out((i === 0 ? "" : separator) + (show !== null ? show(value) : util.has("w") ? zeroed(text, width) : text));
  }
  if (count > 0) await util.out("\n");
}

function decimalsOf(operand: string): number {
  return /\.(\d+)$/.exec(operand)?.[1]?.length ?? 0;
}

/** How wide the last operand is with as many decimals as are shown. */
function widthOf(last: number, written: number, shown: number): number {
  return last.toFixed(written).replace(/\.\d*$/, "").length + (shown > 0 ? shown + 1 : 0);
}

function zeroed(text: string, width: number): string {
  return text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");
}

/** Whole numbers of any length. */
async function whole(util: Utility, operands: readonly bigint[]): Promise<void> {
  const separator = util.value("s") ?? "\n";
  const last = operands.at(-1) ?? 0n;
  const [first, step] = [operands.length > 1 ? (operands[0] ?? 1n) : 1n, operands.length > 2 ? (operands[1] ?? 1n) : 1n];
  const width = util.has("w") ? Math.max(String(first).length, String(last).length) : 0;
  let shown = false;
  for (let value = first; step > 0n ? value <= last : value >= last; value += step) {
    await util.out((shown ? separator : "") + zeroed(String(value), width));
    shown = true;
  }
  if (shown) await util.out("\n");
}

/** What -f makes of a number. */
async function formatOf(util: Utility, format: string): Promise<(value: number) => string> {
  const quoted = quote(format);
  const pieces = format.split("%%");
  const directives = pieces.flatMap((piece) => [...piece.matchAll(/%/g)]);
  if (directives.length === 0) await util.die(`format ${quoted} has no % directive`);
  const [, before = "", spec = "", letter = "", after = ""] =
    /^(.*?)%([-+ 0#']*\d*(?:\.\d*)?)L?(.?)(.*)$/s.exec(format.replaceAll("%%", "\0")) ?? [];
  if (letter === "") await util.die(`format ${quoted} ends in %`);
  if (!/[aefgAEFG]/.test(letter)) await util.die(`format ${quoted} has unknown %${letter} directive`);
  if (after.includes("%")) await util.die(`format ${quoted} has too many % directives`);
  if (letter === "a" || letter === "A") await util.notModelled(`directive %${letter}`);
  const { formatText } = await util.process.hostCall(() => import("./awk/format.ts"));
  return (value) => (before + formatText(`%${spec}${letter}`, [value], "", util.name) + after).replaceAll("\0", "%");
}
