/**
 * What the GNU utilities have in common (gnulib): options by getopt_long, messages that begin with the program's name,
 * buffered standard output that is written before every message, a check of that writing at the end.
 */
import { type Soon, strerror } from "../../kernel/index.ts";
import type { Process, Program } from "../../syscall/index.ts";
import { complain, print, STDOUT, scanOptions } from "../lib/index.ts";

/** stdio's buffer. */
const BUFFER = 4096;

/** What a utility understands. */
export interface Manual {
  /** The operands as the usage line shows them. */
  readonly usage: string;
  /** All options of the real program, as for getopt: `refused` says which of them are not modelled. */
  readonly short: string;
  readonly long?: Readonly<Record<string, string>>;
  /** Letters, and names of options without a letter, that exist but are refused. */
  readonly refused?: readonly string[];
  readonly stopAtOperand?: boolean;
  /** Status after wrong usage and other trouble; 1 if not given. */
  readonly trouble?: number;
  /** Old forms of options that getopt does not know, rewritten in today's form. */
  readonly modernise?: (words: readonly string[]) => readonly string[];
  /** The first line of --version, if the program is not of GNU coreutils. */
  readonly version?: string;
  /** Whether the usage line stands between a complaint about an option and the hint at --help. */
  readonly synopsisOnError?: boolean;
  /** Whether the hint at --help begins with the program's name too, as that of diffutils. */
  readonly namedHint?: boolean;
  /** The hint, if it has words of its own. */
  readonly hint?: string;
}

/** An option that was given, in order. */
export interface Given {
  readonly letter: string;
  readonly argument: string;
}

export class Utility {
  readonly process: Process;
  /** As it was called. */
  readonly name: string;
  readonly operands: readonly string[];
  readonly given: readonly Given[];
  /** The status to end with if all else goes well. */
  status = 0;
  private readonly trouble: number;
  private readonly hint: string;
  private buffered = "";
  /** As stdbuf(1) wishes it: every piece is written at once. (All pieces are lines or more.) */
  private readonly unbuffered: boolean;

  constructor(process: Process, name: string, manual: Manual, operands: readonly string[], given: readonly Given[]) {
    this.process = process;
    this.name = name;
    this.trouble = manual.trouble ?? 1;
    this.hint = manual.hint ?? `${manual.namedHint === true ? `${name}: ` : ""}Try '${name} --help' for more information.\n`;
    this.operands = operands;
    this.given = given;
    this.unbuffered = /^[L0]$/.test(process.env.get("_STDBUF_O") ?? "");
  }

  has(...letters: readonly string[]): boolean {
    return this.given.some((option) => letters.includes(option.letter));
  }

  /** The argument of the last such option. */
  value(letter: string): string | undefined {
    return this.given.findLast((option) => option.letter === letter)?.argument;
  }

  /** Which of these options was given last. */
  lastOf(...letters: readonly string[]): string | undefined {
    return this.given.findLast((option) => letters.includes(option.letter))?.letter;
  }

  async out(text: string): Promise<void> {
    this.buffered += text;
    if (this.unbuffered || this.buffered.length >= BUFFER || this.process.isatty(STDOUT)) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.buffered === "") return;
    const text = this.buffered;
    this.buffered = "";
    const error = await print(this.process, text);
    if (error < 0) await this.die(`write error: ${strerror(error)}`);
  }

  /** The regular end: what was printed is written. Its answer is the status. */
  finish(): Soon<number> {
    return this.buffered === "" ? this.status : this.flush().then(() => this.status);
  }

  /** A message on standard error, behind what was printed before. */
  async say(message: string): Promise<void> {
    await this.flush();
    await complain(this.process, `${this.name}: ${message}\n`);
  }

  /** A message, and a status for later. */
  async fail(message: string, status = this.trouble): Promise<void> {
    this.status = status;
    await this.say(message);
  }

  /** A message, and the end. */
  async die(message: string, status = this.trouble): Promise<never> {
    await this.say(message);
    return this.end(status);
  }

  /** Wrong usage: a message (if there is one), the hint at --help, and the end. */
  async misused(message: string | null): Promise<never> {
    await this.flush();
    await complain(this.process, message === null ? this.hint : `${this.name}: ${message}\n${this.hint}`);
    return this.end(this.trouble);
  }

  /** The hint at --help and the end. */
  async hinted(status: number): Promise<never> {
    await this.flush();
    await complain(this.process, this.hint);
    return this.end(status);
  }

  /** Wrong usage, for programs that answer with their synopsis. */
  async synopsis(manual: Manual): Promise<never> {
    await this.flush();
    await complain(this.process, `Usage: ${this.name} ${manual.usage}\n`);
    return await this.misused(null);
  }

  /** Refuses what the real program can do and this one cannot. */
  async notModelled(what: string): Promise<never> {
    return await this.die(`${what} is not modelled by this emulator`);
  }

  /** The end, in the middle of everything. */
  async end(status: number): Promise<never> {
    await this.flush();
    return this.process.exit(status);
  }

  async missingOperand(what = "operand"): Promise<never> {
    return await this.misused(`missing ${what}`);
  }
}

/** Makes a program of a utility's main function, which returns when all went well or `fail` has noted what did not. */
export function utility(manual: Manual, main: (util: Utility) => Promise<void>): Program {
  const spec = {
    short: manual.short,
    long: new Map([...Object.entries(manual.long ?? {}), ["help", "help"], ["version", "version"]]),
    stopAtOperand: manual.stopAtOperand ?? false,
  };
  return (process) => {
    const name = process.argv[0] ?? "";
    const { steps, operands } = scanOptions(manual.modernise?.(process.argv.slice(1)) ?? process.argv.slice(1), spec);
    const given = steps.filter((step) => step.kind === "option");
    const util = new Utility(process, name, manual, operands, given);
    for (const step of steps) {
      if (step.kind === "bad") return complainOption(util, manual, step.complaint);
      if (step.letter === "help") return help(util, manual);
      if (step.letter === "version") return version(util, manual);
      if (manual.refused?.includes(step.letter) === true) return util.notModelled(`option '${step.word}'`);
    }
    return main(util).then(() => util.finish());
  };
}

async function complainOption(util: Utility, manual: Manual, complaint: string): Promise<never> {
  if (manual.synopsisOnError !== true) return await util.misused(complaint);
  await util.say(complaint);
  return await util.synopsis(manual);
}

async function version(util: Utility, manual: Manual): Promise<never> {
  const name = util.name.replace(/^.*\//, "");
  await util.out(`${manual.version ?? `${name} (GNU coreutils) 9.1`}\nas modelled by mlx5-emu\n`);
  return await util.end(0);
}

async function help(util: Utility, manual: Manual): Promise<never> {
  const known = (letter: string): boolean => manual.refused?.includes(letter) !== true;
  const letters = Array.from(manual.short.replaceAll(":", "")).filter(known);
  const long = Object.entries(manual.long ?? {}).filter(([, meaning]) => known(meaning.replace(/:+$/, "")));
  await util.out(`Usage: ${util.name} ${manual.usage}\nOptions that this emulator knows:\n`);
  await util.out(
    `  ${[...letters.map((letter) => `-${letter}`), ...long.map(([word]) => `--${word}`), "--help", "--version"].join(" ")}\n`,
  );
  return await util.end(0);
}
