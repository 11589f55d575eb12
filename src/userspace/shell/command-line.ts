/** The command line of bash itself. */
import { optionOfLetter, setOptionNames, shoptNames } from "./options.ts";

export interface CommandLine {
  readonly options: readonly (readonly [name: string, on: boolean])[];
  readonly shopts: readonly (readonly [name: string, on: boolean])[];
  /** -c: the first operand is the text. */
  readonly command: boolean;
  /** -s: all operands are parameters. */
  readonly readsInput: boolean;
  readonly rest: readonly string[];
}

/** Long options that change nothing for a shell that is not interactive. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(["--norc", "--noprofile", "--login", "--noediting"]);

/** What the arguments ask for, or what is wrong with them. */
export function parseCommandLine(args: readonly string[]): CommandLine | string {
  const line = new ArgumentReader(args);
  return line.read() ?? line;
}

class ArgumentReader implements CommandLine {
  readonly options: [string, boolean][] = [];
  readonly shopts: [string, boolean][] = [];
  rest: readonly string[] = [];
  private readonly args: readonly string[];
  private readonly letters = new Set<string>();
  private next = 0;

  constructor(args: readonly string[]) {
    this.args = args;
  }

  get command(): boolean {
    return this.letters.has("c");
  }

  get readsInput(): boolean {
    return this.letters.has("s");
  }

  /** Null, or what is wrong. */
  read(): string | null {
    for (; this.next < this.args.length; this.next++) {
      const arg = this.args[this.next] as string;
      if (WITHOUT_EFFECT.has(arg)) continue;
      if (arg === "--posix" || arg === "--verbose") {
        this.options.push([arg.slice(2), true]);
        continue;
      }
      if (!/^[-+]./.test(arg) || arg === "--") break;
      const problem = arg.startsWith("--") ? `${arg}: invalid option` : this.bundle(arg);
      if (problem !== null) return problem;
    }
    const ended = this.args[this.next] === "--" || this.args[this.next] === "-";
    this.rest = this.args.slice(ended ? this.next + 1 : this.next);
    return null;
  }

  private bundle(arg: string): string | null {
    const on = arg.startsWith("-");
    for (const letter of arg.slice(1)) {
      const option = optionOfLetter(letter);
      if (letter === "o" || letter === "O") {
        const problem = this.named(letter, on);
        if (problem !== null) return problem;
      } else if (option !== undefined) {
        this.options.push([option, on]);
      } else if ("csl".includes(letter)) {
        this.letters.add(letter);
      } else {
        return `${arg[0]}${letter}: invalid option`;
      }
    }
    return null;
  }

  /** -o name, -O name */
  private named(letter: "o" | "O", on: boolean): string | null {
    const name = this.args[++this.next] ?? "";
    const known = letter === "o" ? setOptionNames() : shoptNames();
    if (!known.includes(name))
      return `line 0: ${letter === "o" ? "bash: " : ""}${name}: invalid ${letter === "o" ? "option" : "shell option"} name`;
    (letter === "o" ? this.options : this.shopts).push([name, on]);
    return null;
  }
}
