/** uniq(1): -c, -d, -f, -i, -s, -u, -w, with an output operand. Left out: -D, --group, -z. */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { decode, encode, writeAll } from "../lib/index.ts";
import { readOperand, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [INPUT [OUTPUT]]",
  short: "cdDf:is:uw:z",
  long: {
    ...{ count: "c", repeated: "d", "ignore-case": "i", unique: "u", "skip-fields": "f", "skip-chars": "s", "check-chars": "w" },
    ...{ "zero-terminated": "z", "all-repeated": "all-repeated::", group: "group::" },
  },
  refused: [..."Dz", "all-repeated", "group"],
};

export const uniq = utility(manual, async (util) => {
  const [input = "-", output, extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const bytes = await readOperand(util, input);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(input)}: ${strerror(bytes)}`);
  const [fields, chars, most] = [
    await countOf(util, "f", 0),
    await countOf(util, "s", 0),
    await countOf(util, "w", Number.POSITIVE_INFINITY),
  ];
  const skipped = new RegExp(`^(?:[ \\t]*[^ \\t]*){${fields}}`);
  const keyOf = (line: string): string => {
    const part = line.replace(skipped, "").slice(chars, chars + most);
    return util.has("i") ? part.toLowerCase() : part;
  };
  const groups: { readonly line: string; count: number }[] = [];
  for (const line of splitLines(decode(bytes))) {
    const last = groups.at(-1);
    if (last !== undefined && keyOf(last.line) === keyOf(line)) last.count++;
    else groups.push({ line, count: 1 });
  }
  const shown = groups.filter(({ count }) => (count > 1 ? !util.has("u") : !util.has("d")));
  const text = shown.map(({ line, count }) => `${util.has("c") ? `${String(count).padStart(7)} ` : ""}${line}\n`).join("");
  if (output === undefined || output === "-") return await util.out(text);
  const fd = await util.process.open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  const error = fd < 0 ? fd : await writeAll(util.process, fd, encode(text));
  if (error < 0) await util.die(`${quoteIfNeeded(output)}: ${strerror(error)}`);
});

const WHAT: Readonly<Record<string, string>> = { f: "fields to skip", s: "bytes to skip", w: "bytes to compare" };

async function countOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : await util.die(`${text}: invalid number of ${WHAT[letter]}`);
}
