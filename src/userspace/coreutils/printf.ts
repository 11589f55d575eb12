/** printf(1) of coreutils: /usr/bin/printf, for programs that run it as a command. Formats are those of the shell's printf. */
import { Formatter } from "../shell/index.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { utility } from "./utility.ts";

const manual = {
  usage: "FORMAT [ARGUMENT]...",
  short: "",
  stopAtOperand: true,
  /** Only --help and --version are options, and only when they stand alone. */
  modernise: (words: readonly string[]): readonly string[] =>
    words[0] === "--" || /^--(help|version)$/.test(words.length === 1 ? (words[0] ?? "") : "") ? words : ["--", ...words],
};

export const printf = utility(manual, async (util) => {
  const [format, ...values] = util.operands;
  if (format === undefined) return await util.missingOperand();
  const formatter = new Formatter(util.process, values, {
    invalidNumber: (text, partly) => `${quote(text)}: ${partly ? "value not completely converted" : "expected a numeric value"}`,
    invalidOctal: (text) => `${quote(text)}: value not completely converted`,
    outOfRange: (text) => `${quote(text)}: Numerical result out of range`,
    invalidDirective: (rest) => `${/^%[-+ 0#']*\d*(?:\.\d*)?[hljzLt]*.?/s.exec(rest)?.[0] ?? "%"}: invalid conversion specification`,
    quoted: quoteIfNeeded,
  });
  // Behind \c nothing is printed.
  await util.out(formatter.run(/^((?:[^\\]|\\[^c])*)\\c/s.exec(format)?.[1] ?? format));
  for (const message of [...formatter.warnings, ...formatter.errors]) await util.fail(message);
  const [extra] = formatter.left;
  if (extra !== undefined) await util.say(`warning: ignoring excess arguments, starting with ${quote(extra)}`);
});
