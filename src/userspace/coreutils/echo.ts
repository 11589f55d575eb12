/** echo(1) of GNU coreutils: -n, -e and -E, in front only. What is no option is printed. */
import type { Program } from "../../syscall/index.ts";
import { print } from "../lib/index.ts";
import { escapedCharacter } from "./backslash.ts";

const SEQUENCE = /\\(?:(0[0-7]{0,3}|[1-7][0-7]{0,2})|x([0-9a-fA-F]{1,2})|([abefnrtv\\]))/g;

export const echo: Program = async (process) => {
  const words = process.argv.slice(1);
  let newline = true;
  let escapes = false;
  for (; /^-[neE]+$/.test(words[0] ?? ""); words.shift()) {
    for (const letter of words[0] ?? "") {
      if (letter === "n") newline = false;
      else if (letter !== "-") escapes = letter === "e";
    }
  }
  const text = words.join(" ");
  const { shown, stopped } = escapes ? interpret(text) : { shown: text, stopped: false };
  return (await print(process, newline && !stopped ? `${shown}\n` : shown)) < 0 ? 1 : 0;
};

/** Replaces backslash sequences; `\c` ends the output. */
function interpret(text: string): { shown: string; stopped: boolean } {
  const [before = "", ...rest] = text.split(/(?<!\\)(?:\\\\)*\\c/s);
  const shown = before.replace(SEQUENCE, (all, octal, hex, letter) => escapedCharacter(octal, hex, letter) ?? all);
  return { shown, stopped: rest.length > 0 };
}
