/** Says in bash's words what the parser complains about. bash names the token it stopped at, the parser what it missed there. */
import type { Source } from "./source.ts";

export interface SyntaxProblem {
  readonly line: number;
  readonly message: string;
  /** bash repeats the offending line below some messages. */
  readonly quote: string | null;
}

const CLOSERS: readonly (readonly [RegExp, string])[] = [
  [/^unterminated single quote|^unterminated ANSI/, "'"],
  [/^unterminated double quote|^unterminated locale/, '"'],
  [/^unterminated backtick/, "`"],
  [/^unterminated parameter expansion/, "}"],
  [/^unterminated (command|arithmetic|process|extended|array)/, ")"],
];

/** What ends a command before the part that the parser misses. */
const TOO_EARLY: ReadonlyMap<string, string> = new Map([
  ["expected 'do'", "done"],
  ["expected 'then'", "fi"],
]);

const OPERATOR = /^(?:;;&|;;|;&|&&|\|\||\|&|<<<|<<-|<<|>>|&>>|&>|>&|<&|<>|>\||[;&|()<>\n])/;

export function describeSyntaxError(source: Source, error: { readonly message: string; readonly pos: number }): SyntaxProblem {
  const { message, pos } = error;
  const closer = CLOSERS.find(([pattern]) => pattern.test(message));
  if (closer !== undefined) {
    // A substitution is read to the end of the text before it is missed.
    const line = message.startsWith("unterminated command") ? source.lineOf(source.text.length) + 1 : source.lineOf(pos);
    return { line, message: `unexpected EOF while looking for matching \`${closer[1]}'`, quote: null };
  }
  if (/nesting depth exceeded/.test(message)) return { line: source.lineOf(pos), message, quote: null };
  if (/arithmetic expressions/.test(message)) {
    return { line: source.lineOf(pos), message: "syntax error: arithmetic expression required", quote: source.lineText(pos) };
  }
  return unexpectedToken(source, message, pos);
}

function unexpectedToken(source: Source, message: string, pos: number): SyntaxProblem {
  const { text } = source;
  const closer = TOO_EARLY.get(message);
  const closed = closer !== undefined && new RegExp(`\\b${closer}\\s*$`).test(text.slice(0, pos));
  const at = closed ? text.lastIndexOf(closer, pos) : tokenStart(text, message, pos);
  const wordMissing =
    /redirect target|function body|test operator|expected word/.test(message) || /\b(case|for|select)\s*$/.test(text.slice(0, pos));
  if (at >= text.length && !wordMissing) {
    const lines = text.endsWith("\n") ? 0 : 1;
    return { line: source.lineOf(text.length) + lines, message: "syntax error: unexpected end of file", quote: null };
  }
  const token = tokenAt(text, at);
  return {
    line: source.lineOf(Math.min(at, text.length)),
    message: `syntax error near unexpected token \`${token}'`,
    quote: source.lineText(Math.min(at, text.length - 1)),
  };
}

/** Where the token begins that bash would have stumbled over. */
function tokenStart(text: string, message: string, pos: number): number {
  let at = pos;
  if (/^expected command in/.test(message)) while (/[\s{(]/.test(text[at] ?? "")) at++;
  const overLines = !/redirect target|function body|expected word|^unexpected token/.test(message);
  for (;;) {
    const char = text[at] ?? "";
    if (char === " " || char === "\t" || (char === "\n" && overLines)) at++;
    else if (char === "#" && overLines) at = endOfLine(text, at);
    else return at;
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function tokenAt(text: string, at: number): string {
  const rest = text.slice(at);
  const operator = OPERATOR.exec(rest)?.[0];
  if (operator === "\n" || rest === "") return "newline";
  return operator ?? /^[^\s;&|()<>]+/.exec(rest)?.[0] ?? "newline";
}
