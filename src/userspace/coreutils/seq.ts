/** seq(1): -s and -w; numbers are shown with as many decimals as the operands have. Left out: -f. */
import { parseNumber } from "./duration.ts";
import { quote } from "./quote.ts";
import { utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FIRST [INCREMENT]] LAST",
  short: "f:s:w",
  long: { format: "f", separator: "s", "equal-width": "w" },
  refused: ["f"],
  /** Negative numbers are operands. */
  modernise: (words: readonly string[]): readonly string[] => {
    const at = words.findIndex((word) => /^-[\d.]/.test(word));
    return at < 0 ? words : [...words.slice(0, at), "--", ...words.slice(at)];
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
  const decimals = Math.max(...operands.slice(0, Math.max(1, operands.length - 1)).map((text) => /\.(\d+)$/.exec(text)?.[1]?.length ?? 0));
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  const width = util.has("w") ? Math.max(first.toFixed(decimals).length, (first + (count - 1) * step).toFixed(decimals).length) : 0;
  const separator = util.value("s") ?? "\n";
  for (let i = 0; i < count; i++) {
    const text = (first + i * step).toFixed(decimals);
    const shown = text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");
    await util.out((i === 0 ? "" : separator) + shown);
  }
  if (count > 0) await util.out("\n");
});
