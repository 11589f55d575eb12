/** echo */
import { unescapeText } from "../escapes.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, output } from "./builtin.ts";

function echo(shell: Shell, args: readonly string[]): Promise<number> {
  let newline = true;
  let escapes = shell.options.shopt("xpg_echo");
  let first = 0;
  for (; first < args.length && /^-[neE]+$/.test(args[first] as string); first++) {
    for (const letter of (args[first] as string).slice(1)) {
      if (letter === "n") newline = false;
      else escapes = letter === "e";
    }
  }
  const joined = (first === 0 ? args : args.slice(first)).join(" ");
  if (!escapes) return output(shell, "echo", newline ? `${joined}\n` : joined);
  const { text, stopped } = unescapeText(joined, "echo");
  return output(shell, "echo", newline && !stopped ? `${text}\n` : text);
}

export const echoBuiltins: BuiltinTable = { echo: { run: echo } };
