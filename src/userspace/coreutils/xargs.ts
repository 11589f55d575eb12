/** xargs(1) of GNU findutils 4.9. Left out: -p, -o and --show-limits. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_RDONLY, type Process } from "../../syscall/index.ts";
import { complain, decode, execvp, STDIN } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

const [EXIT_COMMAND_FAILED, EXIT_ABORTED, EXIT_SIGNALLED, EXIT_CANNOT_RUN, EXIT_NOT_FOUND] = [123, 124, 125, 126, 127];

/** Bytes of one command line, if -s does not say otherwise. */
const MAX_CHARS = 131_072;

const manual = {
  usage: "[OPTION]... COMMAND [INITIAL-ARGS]...",
  short: "0a:d:E:e::I:i::L:l::n:oP:prs:tx",
  long: {
    ...{ null: "0", "arg-file": "a", delimiter: "d", eof: "e", replace: "i", "max-lines": "l", "max-args": "n", "max-procs": "P" },
    ...{
      interactive: "p",
      "no-run-if-empty": "r",
      "max-chars": "s",
      verbose: "t",
      exit: "x",
      "show-limits": "show-limits",
      "process-slot-var": "process-slot-var:",
      "open-tty": "o",
    },
  },
  refused: ["p", "show-limits", "o"],
  stopAtOperand: true,
};

class Stop {}

interface Plan {
  /** How many commands run at a time. */
  readonly maxProcs: number;
  readonly command: readonly string[];
  readonly replace: string | null;
  readonly maxArgs: number;
  readonly maxLines: number;
  readonly maxChars: number;
}

export const xargs = utility(manual, async (util) => {
  const bytes = await readOperand(util, util.value("a") ?? "-");
  if (typeof bytes === "number") return await util.die(`Cannot open input file '${util.value("a") ?? "-"}': ${strerror(bytes)}`);
  const replace = !replaced(util) ? null : (util.value("I") ?? (util.value("i") || "{}"));
  await warnOfExclusive(util);
  const plan: Plan = {
    maxProcs: Math.max(0, await countOf(util, "P", 1, 0)) || Number.POSITIVE_INFINITY,
    command: util.operands.length === 0 ? ["echo"] : util.operands,
    replace,
    maxArgs: replaced(util) ? Number.POSITIVE_INFINITY : await countOf(util, "n", Number.POSITIVE_INFINITY, 1),
    maxLines: util.has("L", "l") ? Number(util.value("L") ?? (util.value("l") || 1)) : Number.POSITIVE_INFINITY,
    maxChars: Math.min(await countOf(util, "s", MAX_CHARS, 1), MAX_CHARS),
  };
  const lines = await itemsOf(util, decode(bytes), replace !== null);
  const runner = new Runner(util, plan);
  try {
    for (const items of batches(lines.items, plan)) await (items === null ? tooLong(util, runner) : runner.run(items));
    if (lines.items.every((line) => line.length === 0) && !util.has("r") && replace === null) await runner.run([]);
    if (lines.complaint !== null) await util.fail(lines.complaint);
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
  }
  await runner.finish();
});

function replaced(util: Utility): boolean {
  return /^[Ii]$/.test(util.lastOf("I", "i", "L", "l", "n") ?? "") || (util.has("I", "i") && util.value("n") === "1");
}

/** -I, -L and -n exclude each other: the last one holds. */
async function warnOfExclusive(util: Utility): Promise<void> {
  const names: Readonly<Record<string, string>> = {
    I: "--replace/-I/-i",
    i: "--replace/-I/-i",
    L: "--max-lines/-l",
    l: "--max-lines/-l",
    n: "--max-args",
  };
  let before: string | null = null;
  for (const { letter, argument } of util.given) {
    const name = names[letter];
    if (name === undefined) continue;
    const harmless = letter === "n" && argument === "1" && before === names["I"];
    if (before !== null && before !== name && !harmless)
      await util.say(`warning: options ${before} and ${name} are mutually exclusive, ignoring previous ${before} value`);
    if (!harmless) before = name;
  }
}

async function countOf(util: Utility, letter: "n" | "s" | "P", otherwise: number, least: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  if (!/^-?\d+$/.test(text)) return await util.misused(`invalid number "${text}" for -${letter} option`);
  if (Number(text) < least) return await util.misused(`value ${text} for -${letter} option should be >= ${least}`);
  return Number(text);
}

async function tooLong(util: Utility, runner: Runner): Promise<void> {
  await util.fail("argument line too long");
  await runner.finish();
  await util.end(1);
}

interface Input {
  /** The arguments of each line. */
  readonly items: readonly string[][];
  /** What is wrong behind them. */
  readonly complaint: string | null;
}

async function itemsOf(util: Utility, text: string, wholeLines: boolean): Promise<Input> {
  const delimiter = util.has("0") ? "\0" : util.value("d");
  if (delimiter !== undefined) {
    const separator = delimiter.replace(/^\\n$/, "\n").replace(/^\\t$/, "\t").replace(/^\\0$/, "\0");
    const pieces = text.split(separator);
    if (pieces.at(-1) === "") pieces.pop();
    return { items: pieces.map((piece) => [piece]), complaint: null };
  }
  const end = util.value("E") ?? util.value("e");
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  const result: string[][] = [];
  if (text === "") return { items: result, complaint: null };
  let continued = false;
  for (const line of lines) {
    const { words, unmatched } = wordsOf(wholeLines ? line.trimStart() : line, wholeLines);
    const stop = end === undefined || end === "" ? -1 : words.indexOf(end);
    const taken = stop < 0 ? words : words.slice(0, stop);
    // A blank at the end of a line continues it on the next one.
    if (continued) result.at(-1)?.push(...taken);
    else result.push(taken);
    continued = !wholeLines && /[ \t]$/.test(line) && taken.length > 0;
    if (stop >= 0) break;
    if (unmatched !== null) {
      const kind = unmatched === "'" ? "single" : "double";
      return { items: result, complaint: `unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option` };
    }
  }
  return { items: result, complaint: null };
}

function wordsOf(line: string, whole: boolean): { readonly words: string[]; readonly unmatched: string | null } {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "'" || char === '"') {
      const close = line.indexOf(char, i + 1);
      if (close < 0) return { words, unmatched: char };
      word = (word ?? "") + line.slice(i + 1, close);
      i = close;
    } else if (char === "\\" && i + 1 < line.length) word = (word ?? "") + line.charAt(++i);
    else if (!whole && (char === " " || char === "\t")) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + char;
  }
  if (word !== null) words.push(word);
  return { words, unmatched: null };
}

/** What each command gets; null where one argument is too long for any. */
function* batches(
  lines: readonly string[][],
  { replace, maxArgs, maxLines, maxChars, command }: Plan,
): Generator<readonly string[] | null> {
  const base = command.reduce((sum, word) => sum + word.length + 1, 0);
  let [items, count, size]: [string[], number, number] = [[], 0, base];
  for (const line of lines) {
    if (line.length === 0) continue;
    if (replace !== null) {
      yield line;
      continue;
    }
    for (const item of line) {
      if (base + item.length + 1 > maxChars) yield null;
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

/** Runs commands, as many at a time as -P says. */
class Runner {
  private readonly util: Utility;
  private readonly plan: Plan;
  /** The slot of every command that runs. */
  private readonly running = new Map<number, number>();

  constructor(util: Utility, plan: Plan) {
    this.util = util;
    this.plan = plan;
  }

  async run(items: readonly string[]): Promise<void> {
    const { util, plan } = this;
    const { command, replace } = plan;
    const words = replace === null ? [...command, ...items] : command.map((word) => word.replaceAll(replace, items[0] ?? ""));
    while (this.running.size >= plan.maxProcs) await this.reap();
    if (util.has("t")) await complain(util.process, `${words.join(" ")}\n`);
    await util.flush();
    let slot = 0;
    while ([...this.running.values()].includes(slot)) slot++;
    const pid = await util.process.fork((child) => this.become(child, words, slot));
    if (pid < 0) return await util.die(`cannot fork: ${strerror(pid)}`);
    this.running.set(pid, slot);
    // One at a time: its end decides whether there is a next one.
    if (plan.maxProcs === 1) await this.reap();
  }

  private async become(child: Process, words: readonly string[], slot: number): Promise<number> {
    const { util } = this;
    const input = await child.open("/dev/null", O_RDONLY);
    if (util.value("a") === undefined) await child.dup2(input, STDIN);
    const name = util.value("process-slot-var");
    const env = name === undefined ? child.env : new Map([...child.env, [name, String(slot)]]);
    const error = await execvp(child, words, env);
    await complain(child, `xargs: ${words[0]}: ${strerror(error)}\n`);
    return error === -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
  }

  /** Waits for the commands that still run. */
  async finish(): Promise<void> {
    try {
      while (this.running.size > 0) await this.reap();
    } catch (thrown) {
      if (!(thrown instanceof Stop)) throw thrown;
    }
  }

  /** Waits for one command and heeds how it ended. */
  private async reap(): Promise<void> {
    const { util } = this;
    const name = this.plan.command[0] ?? "";
    const ended = await util.process.wait4(-1, 0);
    if (ended === null || typeof ended === "number") {
      this.running.clear();
      return;
    }
    if (!this.running.delete(ended.pid)) return;
    if (ended.signal !== 0) return await util.die(`${name}: terminated by signal ${ended.signal}`, EXIT_SIGNALLED);
    if (ended.exitCode === 255) return await util.die(`${name}: exited with status 255; aborting`, EXIT_ABORTED);
    if (ended.exitCode === EXIT_NOT_FOUND || ended.exitCode === EXIT_CANNOT_RUN) {
      util.status = ended.exitCode;
      throw new Stop();
    }
    if (ended.exitCode !== 0) util.status = EXIT_COMMAND_FAILED;
  }
}
