/**
 * A piece of shell text: what it is called in errors, where its lines begin, and what the parser makes of it. bash reads,
 * parses and runs one complete command after the other; so when the parser finds an error, the complete commands in front of
 * it are still there to be run.
 */
import { type ParsedScript, parse, type Statement } from "unbash";
import { describeSyntaxError, type SyntaxProblem } from "./syntax-error.ts";

export class Source {
  /** BASH_SOURCE: the script's path, "environment" for functions of -c, "main" for standard input. */
  readonly name: string;
  readonly text: string;
  /** Line number of the first line. */
  readonly firstLine: number;
  /** How messages about its syntax name it: "-c", "eval", or nothing. */
  label = "";
  private starts: readonly number[] | null = null;

  constructor(name: string, text: string, firstLine = 1) {
    this.name = name;
    this.text = text;
    this.firstLine = firstLine;
  }

  /** Line number of a position in the text. */
  lineOf(position: number): number {
    this.starts ??= lineStarts(this.text);
    const { starts } = this;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return this.firstLine + low;
  }

  /** The text of the line that `position` is on. */
  lineText(position: number): string {
    const start = this.text.lastIndexOf("\n", position - 1) + 1;
    const end = this.text.indexOf("\n", position);
    return this.text.slice(start, end < 0 ? this.text.length : end);
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

export interface Parsed {
  /** The complete commands that can be run before the error, all of them if there is none; those of one line together. */
  readonly lines: readonly (readonly Statement[])[];
  readonly problem: SyntaxProblem | null;
}

export function parseSource(source: Source): Parsed {
  return judge(source, parse(source.text));
}

/** Splits what the parser recovered into what bash would have run and the error it would have stopped at. */
export function judge(source: Source, script: ParsedScript): Parsed {
  const { commands, errors } = script;
  const first = firstOf([...(errors ?? []), ...unseen(source, script)]);
  if (first === null) return { lines: byLine(source, commands), problem: null };
  const broken = commands.findIndex((statement) => statement.end <= statement.pos || statement.end > first.pos);
  let count = broken < 0 ? commands.length : broken;
  let next = Math.min(commands[broken]?.pos ?? first.pos, first.pos);
  while (count > 0) {
    const last = commands[count - 1] as Statement;
    if (source.text.slice(last.end, next).includes("\n")) break;
    next = last.pos;
    count--;
  }
  return { lines: byLine(source, commands.slice(0, count)), problem: describeSyntaxError(source, first) };
}

/** What the parser passes over in silence: a ( behind a command, and, where something is not closed, a } in the place of a command. */
function unseen({ text }: Source, { commands, errors }: ParsedScript): readonly { readonly message: string; readonly pos: number }[] {
  const last = errors === undefined ? commands.at(-1) : undefined;
  const open = last === undefined ? null : /^[ \t]*\([ \t]*/.exec(text.slice(last.end));
  const found = open === null || last === undefined ? [] : [{ message: "unexpected token '('", pos: last.end + open[0].length }];
  if (!/expected '(?:fi|done|esac)'/.test(errors?.[0]?.message ?? "")) return found;
  const brace = /(?:^|[;\n])[ \t]*\}[ \t]*(?:[;\n]|$)/.exec(text);
  return brace === null ? found : [...found, { message: "unexpected token '}'", pos: text.indexOf("}", brace.index) }];
}

/** Groups statements with no newline between them: bash reads and gives up whole lines. */
function byLine(source: Source, statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const lines: Statement[][] = [];
  let end = 0;
  for (const statement of statements) {
    const line = lines.at(-1);
    if (line === undefined || source.text.slice(end, statement.pos).includes("\n")) lines.push([statement]);
    else line.push(statement);
    end = statement.end;
  }
  return lines;
}

function firstOf(errors: NonNullable<ParsedScript["errors"]>): { readonly message: string; readonly pos: number } | null {
  let first: { readonly message: string; readonly pos: number } | null = null;
  for (const error of errors) if (first === null || error.pos < first.pos) first = error;
  return first;
}
