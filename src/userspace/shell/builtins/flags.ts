/** Options of builtins: single letters, bundled, ended by -- or the first operand. */

import { complain } from "../../lib/index.ts";
import type { Shell } from "../shell.ts";
import { builtinError } from "./builtin.ts";

export interface Flags {
  /** Letters that were given, with their arguments ("" for those that take none). "+x" for those given with a plus. */
  readonly given: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** `spec` as getopt has it: "ab:c". `plus` allows +x. Null after an error, which has been printed; the status is then 2. */
export async function parseFlags(
  shell: Shell,
  name: string,
  args: readonly string[],
  spec: string,
  usage: string,
  plus = false,
): Promise<Flags | null> {
  const parser = new FlagParser(args, spec, plus);
  const problem = parser.parse();
  if (problem === null) return parser;
  await builtinError(shell, name, problem);
  await complain(shell.process, `${name}: usage: ${name} ${usage}\n`);
  return null;
}

class FlagParser implements Flags {
  readonly given = new Map<string, string>();
  rest: readonly string[] = [];
  private readonly args: readonly string[];
  private readonly spec: string;
  private readonly plus: boolean;
  private next = 0;

  constructor(args: readonly string[], spec: string, plus: boolean) {
    this.args = args;
    this.spec = spec;
    this.plus = plus;
  }

  /** Null, or what is wrong. */
  parse(): string | null {
    for (; this.next < this.args.length; this.next++) {
      const arg = this.args[this.next] as string;
      if (arg === "--") {
        this.next++;
        break;
      }
      if (arg.length < 2 || !(arg.startsWith("-") || (this.plus && arg.startsWith("+")))) break;
      const problem = this.bundle(arg);
      if (problem !== null) return problem;
    }
    this.rest = this.args.slice(this.next);
    return null;
  }

  /** One argument with its letters. */
  private bundle(arg: string): string | null {
    const sign = arg.startsWith("+") ? "+" : "";
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      const found = letter === ":" ? -1 : this.spec.indexOf(letter);
      if (found < 0) return `${arg[0]}${letter}: invalid option`;
      if (this.spec[found + 1] !== ":") {
        this.given.set(sign + letter, "");
        continue;
      }
      const value = at + 1 < arg.length ? arg.slice(at + 1) : this.args[++this.next];
      if (value === undefined) return `-${letter}: option requires an argument`;
      this.given.set(sign + letter, value);
      break;
    }
    return null;
  }
}
