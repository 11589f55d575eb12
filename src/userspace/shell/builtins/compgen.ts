/**
 * compgen: the words that a completion could offer. Left out: what only line editing could use (`complete`, `compopt`, -C, -F; -o changes nothing), and -A for
 * hosts, services and jobs.
 */

import { SIGNAL_NAMES } from "../../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../../syscall/index.ts";
import { IndexedArray } from "../arrays.ts";
import { glob } from "../expand/glob.ts";
import { expandWords } from "../expand/word.ts";
import { setOptionNames, shoptNames } from "../options.ts";
import type { Shell } from "../shell.ts";
import { KEYWORDS } from "../syntax-words.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const COMPGEN_USAGE =
  "[-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]";

const LETTERS: Readonly<Record<string, string>> = {
  a: "alias",
  b: "builtin",
  c: "command",
  d: "directory",
  e: "export",
  f: "file",
  k: "keyword",
  u: "user",
  v: "variable",
};

async function compgen(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "compgen", args, "abcdefkuvA:G:W:X:P:S:o:", COMPGEN_USAGE);
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const [word = ""] = rest;
  const actions = [
    ...Object.keys(LETTERS)
      .filter((letter) => given.has(letter))
      .map((letter) => LETTERS[letter] as string),
  ];
  const named = given.get("A");
  if (named !== undefined) actions.push(named);
  const words: string[] = [];
  for (const action of actions) {
    const found = await wordsOf(shell, action, word);
    if (found === null) return await builtinError(shell, "compgen", `${action}: invalid action name`, USAGE);
    words.push(...found.filter((candidate) => candidate.startsWith(word)));
  }
  words.push(...(await listed(shell, given)).filter((candidate) => candidate.startsWith(word)));
  const filter = given.get("X");
  const kept = filter === undefined ? words : words.filter((candidate) => !isFiltered(shell, candidate, filter));
  const lines = kept.map((candidate) => `${given.get("P") ?? ""}${candidate}${given.get("S") ?? ""}\n`);
  return (await output(shell, "compgen", lines.join(""))) || Number(lines.length === 0);
}

/** -G and -W. */
async function listed(shell: Shell, given: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const pattern = given.get("G");
  const list = given.get("W");
  const paths = pattern === undefined ? null : await glob(shell, pattern);
  const words =
    list === undefined
      ? []
      : await expandWords(
          shell,
          list
            .split(/\s+/)
            .filter((word) => word !== "")
            .map((word) => shell.compiled.plans.parseWord(word)),
        );
  return [...(paths ?? []), ...words];
}

/** -X: what matches the pattern is left out; behind a ! what does not. */
function isFiltered(shell: Shell, word: string, filter: string): boolean {
  const inverted = filter.startsWith("!");
  return shell.compiled.matcher.matches(word, inverted ? filter.slice(1) : filter, shell.patternOptions()) !== inverted;
}

/** Everything that an action can offer; null if there is no such action. */
async function wordsOf(shell: Shell, action: string, word: string): Promise<readonly string[] | null> {
  const { variables } = shell;
  switch (action) {
    case "alias":
      return [...shell.aliases.keys()].sort();
    case "builtin":
    case "enabled":
      return [...shell.builtins.keys()].sort();
    case "command":
      return [...KEYWORDS, ...[...shell.functions.keys()].sort(), ...[...shell.builtins.keys()].sort(), ...(await programs(shell))];
    case "directory":
    case "file":
      return await paths(shell, word, action === "directory");
    case "function":
      return [...shell.functions.keys()].sort();
    case "keyword":
      return [...KEYWORDS];
    case "setopt":
      return setOptionNames();
    case "shopt":
      return shoptNames();
    case "signal":
      return ["EXIT", ...Object.values(SIGNAL_NAMES).map((name) => `SIG${name}`), "DEBUG", "ERR", "RETURN"];
    case "user":
      return ["root"];
    case "variable":
      return variables.names().filter((name) => variables.value(name) !== undefined);
    case "export":
      return variables.names().filter((name) => variables.find(name)?.exported === true);
    case "arrayvar":
      return variables.names().filter((name) => variables.value(name) instanceof IndexedArray);
    default:
      return null;
  }
}

async function programs(shell: Shell): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const directory of (shell.variables.text("PATH") ?? "").split(":")) {
    const entries = await shell.process.readdir(directory === "" ? "." : directory);
    if (typeof entries !== "number") for (const { name } of entries) names.add(name);
  }
  return [...names].sort();
}

/** Paths that begin with the word. */
async function paths(shell: Shell, word: string, onlyDirectories: boolean): Promise<readonly string[]> {
  const base = word.slice(0, word.lastIndexOf("/") + 1);
  const entries = await shell.process.readdir(base === "" ? "." : base);
  if (typeof entries === "number") return [];
  const found: string[] = [];
  for (const { name } of entries) {
    if (name === "." || name === ".." || (name.startsWith(".") && !word.slice(base.length).startsWith("."))) continue;
    const stat = onlyDirectories ? await shell.process.stat(base + name) : 0;
    if (typeof stat === "number" ? !onlyDirectories : (stat.mode & S_IFMT) === S_IFDIR) found.push(base + name);
  }
  return found.sort();
}

export const compgenBuiltins: BuiltinTable = { compgen: { run: compgen } };
