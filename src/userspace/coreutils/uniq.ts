/** uniq(1): all options. */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { complain, decode, encode, writeAll } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [INPUT [OUTPUT]]",
  short: "cdDf:is:uw:z",
  long: {
    ...{ count: "c", repeated: "d", "ignore-case": "i", unique: "u", "skip-fields": "f", "skip-chars": "s", "check-chars": "w" },
    ...{ "zero-terminated": "z", "all-repeated": "all-repeated::", group: "group::" },
  },
  /** `-N` skips N fields. */
  modernise: (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^-(\d+)$/, "-f$1")),
};

/** Where empty lines stand between groups of lines. */
type Delimit = "none" | "prepend" | "separate" | "append" | "both";

export const uniq = utility(manual, async (util) => {
  const [input = "-", output, extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const repeated = util.has("D", "all-repeated") ? await delimitOf(util, "all-repeated", ["none", "prepend", "separate"]) : null;
  const grouped = util.has("group") ? await delimitOf(util, "group", ["prepend", "append", "separate", "both"]) : null;
  if (grouped !== null && util.has("c", "d", "D", "u")) await util.misused("--group is mutually exclusive with -c/-d/-D/-u");
  if (repeated !== null && util.has("c")) await util.misused("printing all duplicated lines and repeat counts is meaningless");
  const end = util.has("z") ? "\0" : "\n";
  const bytes = await readOperand(util, input);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(input)}: ${strerror(bytes)}`);
  const lines = decode(bytes).split(end);
  if (lines.at(-1) === "") lines.pop();
  const groups = await groupsOf(util, lines);
  const delimit = grouped ?? repeated;
  const text =
    delimit === null
      ? summary(util, groups, end)
      : blocks(grouped === null ? groups.filter((group) => group.length > 1) : groups, delimit, end);
  if (output === undefined || output === "-") return await util.out(text);
  const fd = await util.process.open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  const error = fd < 0 ? fd : await writeAll(util.process, fd, encode(text));
  if (error < 0) await util.die(`${quoteIfNeeded(output)}: ${strerror(error)}`);
});

/** Lines that follow one another and are equal in what is compared. */
async function groupsOf(util: Utility, lines: readonly string[]): Promise<readonly (readonly string[])[]> {
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
  const groups: string[][] = [];
  let key: string | null = null;
  for (const line of lines) {
    const mine = keyOf(line);
    if (mine === key) groups.at(-1)?.push(line);
    else groups.push([line]);
    key = mine;
  }
  return groups;
}

/** One line of each group. */
function summary(util: Utility, groups: readonly (readonly string[])[], end: string): string {
  const shown = groups.filter(({ length }) => (length > 1 ? !util.has("u") : !util.has("d")));
  return shown.map((lines) => `${util.has("c") ? `${String(lines.length).padStart(7)} ` : ""}${lines[0]}${end}`).join("");
}

/** All lines of the groups. */
function blocks(groups: readonly (readonly string[])[], delimit: Delimit, end: string): string {
  if (groups.length === 0) return "";
  const texts = groups.map((lines) => lines.map((line) => line + end).join(""));
  const before = delimit === "prepend" || delimit === "both" ? end : "";
  const after = delimit === "append" || delimit === "both" ? end : "";
  return before + texts.join(delimit === "none" ? "" : end) + after;
}

async function delimitOf<T extends Delimit>(util: Utility, option: string, known: readonly T[]): Promise<Delimit> {
  const word = util.lastOf("D", option) === "D" ? "" : (util.value(option) ?? "");
  if (word === "") return option === "group" ? "separate" : "none";
  const found = known.filter((one) => one.startsWith(word));
  if (found.length === 1) return found[0] ?? "none";
  await util.say(`invalid argument ${quote(word)} for ${quote(`--${option}`)}`);
  await complain(util.process, `Valid arguments are:\n${known.map((one) => `  - '${one}'\n`).join("")}`);
  return await util.misused(null);
}

const WHAT: Readonly<Record<string, string>> = { f: "fields to skip", s: "bytes to skip", w: "bytes to compare" };

async function countOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : await util.die(`${text}: invalid number of ${WHAT[letter]}`);
}
