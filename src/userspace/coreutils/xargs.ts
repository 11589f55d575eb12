/** xargs(1) of GNU findutils 4.9: -0 -a -d -E -I -i -L -l -n -r -s -t -x. Left out: -P (commands run one after the other), -p. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_RDONLY } from "../../syscall/index.ts";
import { complain, decode, execvp, STDIN } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

const [EXIT_COMMAND_FAILED, EXIT_ABORTED, EXIT_SIGNALLED, EXIT_CANNOT_RUN, EXIT_NOT_FOUND] = [123, 124, 125, 126, 127];

/** Bytes of one command line, if -s does not say otherwise. */
const MAX_CHARS = 131_072;

const manual = {
  usage: "[OPTION]... COMMAND [INITIAL-ARGS]...",
  short: "0a:d:E:e::I:i::L:l::n:P:prs:tx",
  long: {
    ...{ null: "0", "arg-file": "a", delimiter: "d", eof: "e", replace: "i", "max-lines": "l", "max-args": "n", "max-procs": "P" },
    ...{
      interactive: "p",
      "no-run-if-empty": "r",
      "max-chars": "s",
      verbose: "t",
      exit: "x",
      "show-limits": "show-limits",
      "open-tty": "o",
    },
  },
  refused: ["p", "show-limits", "o"],
  stopAtOperand: true,
};

class Stop {}

interface Plan {
  readonly command: readonly string[];
  readonly replace: string | null;
  readonly maxArgs: number;
  readonly maxLines: number;
  readonly maxChars: number;
}

export const xargs = utility(manual, async (util) => {
  const bytes = await readOperand(util, util.value("a") ?? "-");
  if (typeof bytes === "number") return await util.die(`Cannot open input file '${util.value("a") ?? "-"}': ${strerror(bytes)}`);
  const replace = util.lastOf("I", "i") === undefined ? null : (util.value("I") ?? (util.value("i") || "{}"));
  const plan: Plan = {
    command: util.operands.length === 0 ? ["echo"] : util.operands,
    replace,
    maxArgs: await positive(util, "n"),
    maxLines: util.has("L", "l") ? Number(util.value("L") ?? (util.value("l") || 1)) : Number.POSITIVE_INFINITY,
    maxChars: Math.min(await positive(util, "s"), MAX_CHARS),
  };
  const lines = await itemsOf(util, decode(bytes), replace !== null);
  try {
    for (const items of batches(lines, plan)) await invoke(util, plan, items);
    if (lines.every((line) => line.length === 0) && !util.has("r") && replace === null) await invoke(util, plan, []);
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
  }
});

async function positive(util: Utility, letter: "n" | "s"): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(text)) return await util.misused(`invalid number "${text}" for -${letter} option`);
  if (Number(text) < 1) return await util.misused(`value ${text} for -${letter} option should be >= 1`);
  return Number(text);
}

/** The arguments of each line of the input. */
async function itemsOf(util: Utility, text: string, wholeLines: boolean): Promise<string[][]> {
  const delimiter = util.has("0") ? "\0" : util.value("d");
  if (delimiter !== undefined) {
    const separator = delimiter.replace(/^\\n$/, "\n").replace(/^\\t$/, "\t").replace(/^\\0$/, "\0");
    const pieces = text.split(separator);
    if (pieces.at(-1) === "") pieces.pop();
    return pieces.map((piece) => [piece]);
  }
  const end = util.value("E") ?? util.value("e");
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  if (text === "") return [];
  const result: string[][] = [];
  for (const line of lines) {
    const words = await wordsOf(util, wholeLines ? line.trimStart() : line, wholeLines);
    const stop = end === undefined || end === "" ? -1 : words.indexOf(end);
    result.push(stop < 0 ? words : words.slice(0, stop));
    if (stop >= 0) break;
  }
  return result;
}

async function unmatched(util: Utility, quote: string): Promise<never> {
  const kind = quote === "'" ? "single" : "double";
  return await util.die(`unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option`);
}

async function wordsOf(util: Utility, line: string, whole: boolean): Promise<string[]> {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "'" || char === '"') {
      const close = line.indexOf(char, i + 1);
      if (close < 0) return await unmatched(util, char);
      word = (word ?? "") + line.slice(i + 1, close);
      i = close;
    } else if (char === "\\" && i + 1 < line.length) word = (word ?? "") + line.charAt(++i);
    else if (!whole && (char === " " || char === "\t")) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + char;
  }
  if (word !== null) words.push(word);
  return words;
}

function* batches(lines: readonly string[][], { replace, maxArgs, maxLines, maxChars, command }: Plan): Generator<readonly string[]> {
  const base = command.reduce((sum, word) => sum + word.length + 1, 0);
  let [items, count, size]: [string[], number, number] = [[], 0, base];
  for (const line of lines) {
    if (line.length === 0) continue;
    if (replace !== null) {
      yield line;
      continue;
    }
    for (const item of line) {
      if (items.length >= maxArgs || (items.length > 0 && size + item.length + 1 > maxChars)) {
        yield items;
        [items, count, size] = [[], 0, base];
      }
      items.push(item);
      size += item.length + 1;
    }
    if (++count < maxLines) continue;
    yield items;
    [items, count, size] = [[], 0, base];
  }
  if (items.length > 0) yield items;
}

async function invoke(util: Utility, { command, replace }: Plan, items: readonly string[]): Promise<void> {
  const words = replace === null ? [...command, ...items] : command.map((word) => word.replaceAll(replace, items[0] ?? ""));
  if (util.has("t")) await complain(util.process, `${words.join(" ")}\n`);
  await util.flush();
  const pid = await util.process.fork(async (child) => {
    const input = await child.open("/dev/null", O_RDONLY);
    if (util.value("a") === undefined) await child.dup2(input, STDIN);
    const error = await execvp(child, words);
    await complain(child, `xargs: ${words[0]}: ${strerror(error)}\n`);
    return error === -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
  });
  const ended = pid < 0 ? pid : await util.process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") return await util.die(`cannot fork: ${strerror(ended ?? 0)}`);
  if (ended.signal !== 0) return await util.die(`${words[0]}: terminated by signal ${ended.signal}`, EXIT_SIGNALLED);
  if (ended.exitCode === 255) return await util.die(`${words[0]}: exited with status 255; aborting`, EXIT_ABORTED);
  if (ended.exitCode === EXIT_NOT_FOUND || ended.exitCode === EXIT_CANNOT_RUN) {
    util.status = ended.exitCode;
    throw new Stop();
  }
  if (ended.exitCode !== 0) util.status = EXIT_COMMAND_FAILED;
}
