/** xargs(1) of GNU findutils 4.9. Left out: -p, -o and --show-limits. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { type Fd, O_CLOEXEC, O_RDONLY, type Process } from "../../syscall/index.ts";
import { complain, execvp, STDIN } from "../lib/index.ts";
import { readSome } from "./input.ts";
import { TextPieces } from "./pieces.ts";
import { type Utility, utility } from "./utility.ts";
import { type Found, Items } from "./xargs-items.ts";

const [EXIT_COMMAND_FAILED, EXIT_ABORTED, EXIT_SIGNALLED, EXIT_CANNOT_RUN, EXIT_NOT_FOUND] = [123, 124, 125, 126, 127];

/** Bytes of one command line, if -s does not say otherwise. */
const MAX_CHARS = 131_072;

const manual = {
  version: "xargs (GNU findutils) 4.9.0",
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
  const file = util.value("a") ?? "-";
  const fd = file === "-" ? STDIN : await util.process.open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return await util.die(`Cannot open input file '${file}': ${strerror(fd)}`);
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
  const separator = await separatorOf(util);
  const items = new Items({ separator, wholeLines: replace !== null, end: util.value("E") ?? util.value("e"), most: plan.maxChars });
  const runner = new Runner(util, plan);
  try {
    await runAll(util, fd, items, new Batch(util, plan, runner));
    if (!runner.ranAny && !util.has("r") && replace === null) await runner.run([]);
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
  }
  await runner.finish();
});

/** Commands run as soon as there are enough arguments for them. An input that cannot be read has none. */
async function runAll(util: Utility, fd: Fd, items: Items, batch: Batch): Promise<void> {
  const pieces = new TextPieces();
  while (!items.ended) {
    const bytes = await readSome(util.process, fd);
    const atEnd = typeof bytes === "number" || bytes.length === 0;
    for (const found of items.take(atEnd ? pieces.end() : pieces.take(bytes))) await batch.take(found);
    if (atEnd) for (const found of items.end()) await batch.take(found);
  }
  await batch.run();
}

/** What -0 or -d puts between arguments; null if blanks and newlines do. */
async function separatorOf(util: Utility): Promise<string | null> {
  const delimiter = util.has("0") ? "\0" : util.value("d");
  if (delimiter === undefined) return null;
  const separator = delimiter.replace(/^\\n$/, "\n").replace(/^\\t$/, "\t").replace(/^\\0$/, "\0");
  if (separator.length === 1) return separator;
  const reason = "the delimiter must be either a single character or an escape sequence starting with \\.";
  return await util.die(`Invalid input delimiter specification ${delimiter}: ${reason}`);
}

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

/** Gathers arguments until they are enough for a command. */
class Batch {
  private readonly util: Utility;
  private readonly plan: Plan;
  private readonly runner: Runner;
  private readonly base: number;
  private items: string[] = [];
  private lines = 0;
  private size: number;

  constructor(util: Utility, plan: Plan, runner: Runner) {
    this.util = util;
    this.plan = plan;
    this.runner = runner;
    this.base = plan.command.reduce((sum, word) => sum + word.length + 1, 0);
    this.size = this.base;
  }

  async take(found: Found): Promise<void> {
    switch (found.kind) {
      case "item":
        return await this.add(found.text);
      case "line":
        if (++this.lines >= this.plan.maxLines) await this.run();
        return;
      case "unmatched":
        await this.run();
        await this.util.fail(`unmatched ${found.quote} quote; by default quotes are special to xargs unless you use the -0 option`);
        throw new Stop();
      case "long":
        return await this.tooLong();
    }
  }

  async run(): Promise<void> {
    const { items } = this;
    [this.items, this.lines, this.size] = [[], 0, this.base];
    if (items.length > 0) await this.runner.run(items);
  }

  private async add(item: string): Promise<void> {
    const { replace, maxArgs, maxChars } = this.plan;
    if (replace !== null) return await this.runner.run([item]);
    if (this.base + item.length + 1 > maxChars) return await this.tooLong();
    if (this.size + item.length + 1 > maxChars) await this.run();
    this.items.push(item);
    this.size += item.length + 1;
    if (this.items.length >= maxArgs) await this.run();
  }

  private async tooLong(): Promise<void> {
    await this.run();
    await this.util.fail("argument line too long");
    await this.runner.finish();
    await this.util.end(1);
  }
}

/** Runs commands, as many at a time as -P says. */
class Runner {
  private readonly util: Utility;
  private readonly plan: Plan;
  /** The slot of every command that runs. */
  private readonly running = new Map<number, number>();
  ranAny = false;

  constructor(util: Utility, plan: Plan) {
    this.util = util;
    this.plan = plan;
  }

  async run(items: readonly string[]): Promise<void> {
    const { util, plan } = this;
    const { command, replace } = plan;
    this.ranAny = true;
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
