/** What a builtin is: a command that runs inside the shell's own process. */
import { strerror } from "../../../kernel/index.ts";
import { print } from "../../lib/index.ts";
import type { ArrayElement } from "../eval/assignment.ts";
import type { Shell } from "../shell.ts";

export interface Invocation {
  /** The name by which it was called. */
  readonly name: string;
  /** For `declare a=(...)`: what is in the parentheses, by the argument's number. */
  readonly arrays: ReadonlyMap<number, readonly ArrayElement[]>;
}

export interface Builtin {
  /** Returns the exit status. */
  run(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> | number;
  /** Arguments that look like assignments are assignments: nothing in them is split. */
  readonly declares?: boolean;
}

export type BuiltinTable = Readonly<Record<string, Builtin>>;

/** The status of wrong usage. */
export const USAGE = 2;

/** Complains as bash's builtins do: "name: message". Returns `status`. */
export async function builtinError(shell: Shell, name: string, message: string, status = 1): Promise<number> {
  await shell.complain(`${name}: ${message}`);
  return status;
}

/** Prints a builtin's output. Returns its status: 1 with a message if it could not be written. */
export function output(shell: Shell, name: string, text: string): Promise<number> {
  return print(shell.process, text).then((result) => (result < 0 ? builtinError(shell, name, `write error: ${strerror(result)}`) : 0));
}
