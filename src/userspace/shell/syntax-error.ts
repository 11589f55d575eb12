/** Says in bash's words what the parser complains about. bash names the token it stopped at, the parser what it missed there. */
import { conditionProblem } from "./cond-error.ts";
import type { Source } from "./source.ts";

export interface SyntaxProblem {
  readonly line: number;
  /** Null: bash gives up without a word. */
  readonly message: string | null;
  /** bash repeats the offending line below some messages. */
  readonly quote: string | null;
  /** What becomes of $?; null: it stays. Left out: 2. */
  readonly status?: number | null;
  /** Where the text goes on. Left out: it is given up. */
  readonly resume?: number;
}

/** $? after a broken compound value of an array, which ends no more than its line. */
const BROKEN_ARRAY = 1;

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
  const { text } = source;
  const condition = conditionBefore(source, message, pos);
  if (condition !== null) return condition;
  if (/unterminated extended glob|in array assignment/.test(message)) return brokenArray(source, pos);
  const closer = CLOSERS.find(([pattern]) => pattern.test(message));
  if (closer !== undefined) {
    // A substitution is read to the end of the text before it is missed.
    const toEnd = /^unterminated (?:command|process)/.test(message) && !text.startsWith("$((", pos);
    const line = toEnd ? source.lineOf(text.length) + 1 : source.lineOf(pos);
    return { line, message: `unexpected EOF while looking for matching \`${closer[1]}'`, quote: null };
  }
  if (/nesting depth exceeded/.test(message)) return { line: source.lineOf(pos), message, quote: null };
  if (/arithmetic expressions/.test(message)) {
    return { line: source.lineOf(pos), message: "syntax error: arithmetic expression required", quote: source.lineText(pos) };
  }
  return unexpectedToken(source, message, pos);
}

/** The parser's complaint about [[ ]] in bash's words; null if it is about something else. */
function conditionBefore(source: Source, message: string, pos: number): SyntaxProblem | null {
  if (!/^(?:unexpected token|expected '\]\]'|expected operand|expected '\)' to close test|expected test operator)/.test(message))
    return null;
  const open = source.text.lastIndexOf("[[", pos);
  if (open < 0 || !/(?:^|[\s;&|(!])$/.test(source.text.slice(0, open)) || !/^\[\[\s/.test(source.text.slice(open))) return null;
  const problem = conditionProblem(source.text, open);
  if (problem === undefined || (problem.pos < pos && !source.text.slice(problem.pos, pos).includes("]]") && problem.pos + 1 < pos)) {
    return null;
  }
  return {
    line: source.lineOf(Math.max(0, problem.pos - 1)),
    message: problem.message,
    quote: null,
    ...(problem.atEnd ? {} : { status: null }),
  };
}

/** x=( with something in it that no compound value has, or without an end. */
function brokenArray(source: Source, pos: number): SyntaxProblem {
  const { text } = source;
  const open = text[pos] === "=" || text[pos] === "(" ? text.indexOf("(", pos) : -1;
  const at = open < 0 ? pos : operatorBehind(text, open + 1);
  const end = text.indexOf("\n", at);
  const common = { line: source.lineOf(Math.min(at, text.length)), status: BROKEN_ARRAY, resume: end < 0 ? text.length : end + 1 };
  if (at >= text.length)
    return { ...common, line: source.lineOf(pos), message: "unexpected EOF while looking for matching `)'", quote: null };
  return { ...common, message: `syntax error near unexpected token \`${tokenAt(text, at)}'`, quote: source.lineText(at) };
}

/** The first operator behind a position that stands outside of quotes and substitutions; the end of the text if there is none. */
function operatorBehind(text: string, from: number): number {
  const skip = /^(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|[$<>]\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|`[^`]*`|[^;&|<>()])/;
  let at = from;
  for (let found = skip.exec(text.slice(at)); found !== null && at < text.length; found = skip.exec(text.slice(at))) at += found[0].length;
  return at;
}

function unexpectedToken(source: Source, message: string, pos: number): SyntaxProblem {
  const { text } = source;
  const closer = TOO_EARLY.get(message);
  const closed = closer !== undefined && new RegExp(`\\b${closer}\\s*$`).test(text.slice(0, pos));
  const before = tokenBefore(text, message, pos);
  const at = closed ? text.lastIndexOf(closer, pos) : (before ?? tokenStart(text, message, pos));
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

/** Where that token begins if the parser has gone past it; null if it has not. */
function tokenBefore(text: string, message: string, pos: number): number | null {
  const done = text.slice(0, pos);
  if (message === "expected 'do'") {
    const word = /[^\s;&|()<>]+$/.exec(done)?.[0];
    return word === undefined || word === "for" || word === "select" ? null : pos - word.length;
  }
  if (/function body/.test(message)) return done.endsWith(";") ? pos - 1 : null;
  if (/^unexpected token '[)}]'/.test(message)) {
    const name = /(?:^|[\s;|&(])[\w.:-]+[ \t]*\([ \t]*(?=[^\s)])(?!.*\()/.exec(done);
    return name === null || /\)[ \t]*\S/.test(done.slice(name.index)) ? null : name.index + name[0].length;
  }
  return null;
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
