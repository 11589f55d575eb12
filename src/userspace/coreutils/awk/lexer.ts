/** The words of an awk program. Whether a slash divides or begins a regular expression depends on the word before it. */
import { escapeAt } from "./escape.ts";
import { AwkError } from "./syntax.ts";

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly line: number }
  | { readonly kind: "string" | "regex" | "name" | "call" | "builtin" | "keyword" | "op"; readonly text: string; readonly line: number }
  | { readonly kind: "newline" | "end"; readonly text: string; readonly line: number };

const KEYWORDS: ReadonlySet<string> = new Set([
  ...["BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next", "nextfile", "exit", "return"],
  ...["delete", "in", "getline", "print", "printf"],
]);

/** Of GNU awk, where the program has no function of that name. */
const GNU_FUNCTIONS = ["gensub", "strtonum", "and", "or", "xor", "lshift", "rshift", "compl"];

const BUILTINS: ReadonlySet<string> = new Set([
  ...["length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "sin", "cos", "atan2", "exp", "log", "sqrt", "int", "rand"],
  ...["srand", "tolower", "toupper", "system", "close", "fflush", "systime", "strftime", "mktime"],
  ...GNU_FUNCTIONS,
]);

const OPERATOR = /^(?:\*\*=|\+\+|--|\+=|-=|\*=|\/=|%=|\^=|\*\*|==|<=|>=|!=|!~|&&|\|\||>>|[-+*/%^!<>|?:~$=,;(){}[\]])/;
const NUMBER = /^(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;

/** The words, and what is wrong with the brackets among them: those that close what was not open are left out. */
export function tokenize(text: string): { readonly tokens: readonly Token[]; readonly complaints: readonly string[] } {
  const tokens: Token[] = [];
  const complaints: string[] = [];
  const open = { "(": 0, "{": 0 };
  const own = new Set(text.match(/(?<=\bfunction\s+)[A-Za-z_]\w*/g));
  let [at, line] = [0, 1];
  while (at < text.length) {
    const rest = text.slice(at, at + 4096);
    const blank = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest)?.[0];
    if (blank !== undefined) {
      at += blank.length;
      if (blank.includes("\n")) line++;
      continue;
    }
    const [token, length] = one(text, at, line, tokens.at(-1), own);
    at += length;
    if (token.kind === "newline") line++;
    const bracket = token.kind === "op" ? token.text : "";
    if (bracket === "(" || bracket === "{") open[bracket]++;
    const opening = bracket === ")" ? "(" : bracket === "}" ? "{" : null;
    if (opening === null || open[opening]-- > 0) tokens.push(token);
    else {
      open[opening] = 0;
      complaints.push(`line ${line}: extra '${bracket}'`);
    }
  }
  tokens.push({ kind: "end", text: "end of line", line });
  return { tokens, complaints };
}

function one(text: string, at: number, line: number, before: Token | undefined, own: ReadonlySet<string>): readonly [Token, number] {
  const rest = text.slice(at);
  const char = text.charAt(at);
  if (char === "\n") return [{ kind: "newline", text: "end of line", line }, 1];
  if (char === '"') return stringAt(text, at, line);
  if (char === "/" && !endsValue(before)) return regexAt(text, at, line);
  const number = NUMBER.exec(rest)?.[0];
  if (number !== undefined) return [{ kind: "number", value: Number(number), line }, number.length];
  const word = /^[A-Za-z_][A-Za-z_0-9]*/.exec(rest)?.[0];
  if (word !== undefined) return [wordToken(word, rest.slice(word.length), line, own), word.length];
  const operator = OPERATOR.exec(rest)?.[0];
  if (operator === undefined) throw new AwkError(`${line}: unexpected character '${char}'`);
  const known = operator === "**" ? "^" : operator === "**=" ? "^=" : operator;
  return [{ kind: "op", text: known, line }, operator.length];
}

/** @param own the names of the program's functions: a blank may stand between them and their arguments */
function wordToken(word: string, behind: string, line: number, own: ReadonlySet<string>): Token {
  if (KEYWORDS.has(word)) return { kind: "keyword", text: word === "func" ? "function" : word, line };
  if (BUILTINS.has(word) && !(GNU_FUNCTIONS.includes(word) && own.has(word))) return { kind: "builtin", text: word, line };
  return { kind: (own.has(word) ? /^[ \t]*\(/ : /^\(/).test(behind) ? "call" : "name", text: word, line };
}

/** True if a value can end here, so that a slash divides. */
function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "number" || token.kind === "string" || token.kind === "name" || token.kind === "regex") return true;
  if (token.kind === "builtin") return token.text === "length";
  return token.kind === "op" && [")", "]", "$", "++", "--"].includes(token.text);
}

function stringAt(text: string, at: number, line: number): readonly [Token, number] {
  let value = "";
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') return [{ kind: "string", text: value, line }, i + 1 - at];
    if (char === "\n") break;
    if (char !== "\\") {
      value += char;
      continue;
    }
    const [piece, length] = escapeAt(text, i);
    value += piece;
    i += length - 1;
  }
  throw new AwkError(`line ${line}: runaway string constant ${shortened(text, at)} ...`);
}

function regexAt(text: string, at: number, line: number): readonly [Token, number] {
  let source = "";
  let inBracket = false;
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\n") break;
    if (char === "/" && !inBracket) return [{ kind: "regex", text: source, line }, i + 1 - at];
    if (char === "\\") {
      const escaped = text.charAt(++i);
      source += escaped === "/" ? "/" : `\\${escaped}`;
      continue;
    }
    if (char === "[" && !inBracket) {
      inBracket = true;
      const head = /^\[\^?\]?/.exec(text.slice(i))?.[0] ?? "[";
      source += head;
      i += head.length - 1;
      continue;
    }
    if (char === "[" && /^\[:[a-z]+:\]/.test(text.slice(i))) {
      const name = /^\[:[a-z]+:\]/.exec(text.slice(i))?.[0] ?? "";
      source += name;
      i += name.length - 1;
      continue;
    }
    if (char === "]") inBracket = false;
    source += char;
  }
  throw new AwkError(`line ${line}: runaway regular expression ${shortened(text, at)} ...`);
}

/** The beginning of what has no end, for a message. */
function shortened(text: string, at: number): string {
  return /^.{1,11}/.exec(text.slice(at))?.[0] ?? "";
}
