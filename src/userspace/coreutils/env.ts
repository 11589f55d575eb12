/** env(1): -i, -u, -C, -S, -0, assignments, a command. Left out: -v and changing signals. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { execvp } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { utility } from "./utility.ts";

const EXIT_CANNOT_INVOKE = 126;
const EXIT_ENOENT = 127;

const manual = {
  usage: "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]",
  short: "C:iS:u:v0",
  long: {
    ...{ chdir: "C", "ignore-environment": "i", null: "0", "split-string": "S", unset: "u", debug: "v", "block-signal": "block-signal::" },
    ...{ "default-signal": "default-signal::", "ignore-signal": "ignore-signal::", "list-signal-handling": "list-signal-handling" },
  },
  refused: ["v", "block-signal", "default-signal", "ignore-signal", "list-signal-handling"],
  stopAtOperand: true,
  trouble: 125,
  modernise: splitStrings,
};

const SPLIT = /^(-[i0v]*S|--split-string=)(.*)$/s;

/** -S TEXT: the words of the text stand in its place. */
function splitStrings(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => SPLIT.test(word) || word === "--split-string" || !word.startsWith("-"));
  const word = words[at];
  if (word === undefined || !word.startsWith("-")) return words;
  const [, option = "", attached = ""] = SPLIT.exec(word) ?? [];
  const separate = attached === "" && option !== "--split-string=";
  const text = separate ? words[at + 1] : attached;
  if (text === undefined) return words;
  const others = /^-([i0v]+)S$/.exec(option)?.[1];
  return [
    ...words.slice(0, at),
    ...(others === undefined ? [] : [`-${others}`]),
    ...wordsIn(text),
    ...words.slice(at + (separate ? 2 : 1)),
  ];
}

/** Words apart by blanks, with quotes and the backslash as in a shell; `${NAME}` stays for a shebang line's sake. */
function wordsIn(text: string): string[] {
  const piece = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\]+/gs;
  return (text.match(/(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/gs) ?? []).map((word) =>
    word.replace(piece, (part) => (/^['"]/.test(part) ? part.slice(1, -1) : part).replace(/\\(.)/gs, "$1")),
  );
}

export const env = utility(manual, async (util) => {
  const { process } = util;
  const words = [...util.operands];
  const bare = words[0] === "-";
  if (bare) words.shift();
  const variables = new Map(bare || util.has("i") ? [] : process.env);
  for (const { letter, argument } of util.given) {
    if (letter !== "u") continue;
    if (argument === "" || argument.includes("=")) await util.die(`cannot unset ${quote(argument)}: Invalid argument`);
    variables.delete(argument);
  }
  for (; words[0]?.includes("=") === true; words.shift()) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(words[0]) ?? [];
    variables.set(name, value);
  }
  if (words.length === 0) {
    if (util.has("C")) await util.misused("must specify command with --chdir (-C)");
    for (const [name, value] of variables) await util.out(`${name}=${value}${util.has("0") ? "\0" : "\n"}`);
    return;
  }
  if (util.has("0")) await util.misused("cannot specify --null (-0) with command");
  const folder = util.value("C");
  const moved = folder === undefined ? 0 : await process.chdir(folder);
  if (moved < 0) await util.die(`cannot change directory to ${quote(folder ?? "")}: ${strerror(moved)}`);
  const error = await execvp(process, words, variables);
  await util.die(`${quote(words[0] ?? "")}: ${strerror(error)}`, error === -ENOENT ? EXIT_ENOENT : EXIT_CANNOT_INVOKE);
});
