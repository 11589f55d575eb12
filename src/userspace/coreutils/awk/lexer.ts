/** The words of an awk program. Whether a slash divides or begins a regular expression depends on the word before it. */
import { AwkError } from "./syntax.ts";

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly line: number }
  | { readonly kind: "string" | "regex" | "name" | "call" | "builtin" | "keyword" | "op"; readonly text: string; readonly line: number }
  | { readonly kind: "newline" | "end"; readonly text: string; readonly line: number };

const KEYWORDS: ReadonlySet<string> = new Set([
  ...["BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next", "nextfile", "exit", "return"],
  ...["delete", "in", "getline", "print", "printf"],
]);

export const BUILTINS: ReadonlySet<string> = new Set([
  ...["length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "sin", "cos", "atan2", "exp", "log", "sqrt", "int", "rand"],
  ...["srand", "tolower", "toupper", "system", "close", "fflush", "systime", "strftime", "mktime", "gensub", "strtonum"],
  ...["and", "or", "xor", "lshift", "rshift", "compl"],
]);

const OPERATOR = /^(?:\*\*=|\+\+|--|\+=|-=|\*=|\/=|%=|\^=|\*\*|==|<=|>=|!=|!~|&&|\|\||>>|[-+*/%^!<>|?:~$=,;(){}[\]])/;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let [at, line] = [0, 1];
  while (at < text.length) {
    const rest = text.slice(at, at + 4096);
    const blank = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest)?.[0];
    if (blank !== undefined) {
      at += blank.length;
      if (blank.includes("\n")) line++;
      continue;
    }
    const [token, length] = one(text, at, line, tokens.at(-1));
    tokens.push(token);
    at += length;
    if (token.kind === "newline") line++;
  }
  tokens.push({ kind: "end", text: "end of file", line });
  return tokens;
}

function one(text: string, at: number, line: number, before: Token | undefined): readonly [Token, number] {
  const rest = text.slice(at);
  const char = text.charAt(at);
  if (char === "\n") return [{ kind: "newline", text: "end of line", line }, 1];
  if (char === '"') return stringAt(text, at, line);
  if (char === "/" && !endsValue(before)) return regexAt(text, at, line);
  const number = NUMBER.exec(rest)?.[0];
  if (number !== undefined) return [{ kind: "number", value: Number(number), line }, number.length];
  const word = /^[A-Za-z_][A-Za-z_0-9]*/.exec(rest)?.[0];
  if (word !== undefined) return [wordToken(word, rest.charAt(word.length), line), word.length];
  const operator = OPERATOR.exec(rest)?.[0];
  if (operator === undefined) throw new AwkError(`${line}: unexpected character '${char}'`);
  const known = operator === "**" ? "^" : operator === "**=" ? "^=" : operator;
  return [{ kind: "op", text: known, line }, operator.length];
}

function wordToken(word: string, behind: string, line: number): Token {
  if (KEYWORDS.has(word)) return { kind: "keyword", text: word === "func" ? "function" : word, line };
  if (BUILTINS.has(word)) return { kind: "builtin", text: word, line };
  return { kind: behind === "(" ? "call" : "name", text: word, line };
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
  throw new AwkError(`line ${line}: runaway string constant ${text.slice(at, at + 10)} ...`);
}

/** An escape of a string and its length; unknown ones stay as they are. */
function escapeAt(text: string, at: number): readonly [string, number] {
  const octal = /^\\([0-7]{1,3})/.exec(text.slice(at, at + 4));
  if (octal?.[1] !== undefined) return [String.fromCharCode(Number.parseInt(octal[1], 8)), octal[0].length];
  const char = text.charAt(at + 1);
  if (char === "\n") return ["", 2];
  return [ESCAPES[char] ?? `\\${char}`, 2];
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
  throw new AwkError(`line ${line}: regular expression compile failed (missing '/')`);
}
