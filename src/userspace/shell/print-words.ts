/**
 * Words and redirections as bash keeps them after reading: $'..' is already plain text in single quotes, $".." is "..", a continued line is one
 * line, and a substitution is written anew from its commands.
 */
import type { Assignment, DoubleQuotedChild, HereDoc, Redirect, Redirection, Statement, Word, WordPart } from "unbash";
import type { Source } from "./source.ts";

/** What stands between two positions of the source in place of what was written there. */
interface Replacement {
  readonly pos: number;
  readonly end: number;
  readonly text: string;
}

/** Where words come from, and how the commands of a substitution in them are written. */
export interface WordPrinting {
  readonly source: Source;
  list(statements: readonly Statement[]): string;
}

export function printWord(printing: WordPrinting, word: Word | Assignment): string {
  if (word.type === "Assignment" && word.value.type === "ArrayValue") {
    const head = printing.source.text.slice(word.pos, word.value.pos);
    return `${head}(${word.value.elements.map((element) => printWord(printing, element)).join(" ")})`;
  }
  const replacements: Replacement[] = [];
  if (word.type === "Word") collectFrom(printing, word, replacements);
  else for (const part of [word.index, word.value]) if (part?.type === "Word") collectFrom(printing, part, replacements);
  return word.type === "Word" && word.end <= word.pos ? word.text : replaced(printing.source.text, word, replacements);
}

function replaced(
  text: string,
  { pos, end }: { readonly pos: number; readonly end: number },
  replacements: readonly Replacement[],
): string {
  let result = "";
  let at = pos;
  for (const replacement of replacements) {
    result += text.slice(at, replacement.pos) + replacement.text;
    at = replacement.end;
  }
  return result + text.slice(at, end);
}

function collectFrom(printing: WordPrinting, word: Word, into: Replacement[]): void {
  if (word.parts === undefined) addContinued(word, into);
  else for (const part of word.parts) collect(printing, part, into);
}

/** Continued lines as one. */
function joined(text: string): string {
  return text.replace(/\\([\s\S])/g, (pair, char: string) => (char === "\n" ? "" : pair));
}

function addContinued(part: { readonly pos: number; readonly end: number; readonly text: string }, into: Replacement[]): void {
  if (part.text.includes("\\\n")) into.push({ pos: part.pos, end: part.end, text: joined(part.text) });
}

function collect(printing: WordPrinting, part: WordPart | DoubleQuotedChild, into: Replacement[]): void {
  const { pos, end } = part;
  switch (part.type) {
    case "Literal":
    case "ArithmeticExpansion":
      addContinued(part, into);
      break;
    case "AnsiCQuoted":
      into.push({ pos, end, text: `'${part.value.replaceAll("'", "'\\''")}'` });
      break;
    case "LocaleString":
      into.push({ pos, end: pos + 1, text: "" });
      for (const child of part.parts) collect(printing, child, into);
      break;
    case "DoubleQuoted":
      for (const child of part.parts) collect(printing, child, into);
      break;
    case "CommandExpansion":
    case "ProcessSubstitution": {
      if (part.text.startsWith("`")) addContinued(part, into);
      if (part.script === undefined || part.text.startsWith("`")) return;
      const inside = printing.list(part.script.commands);
      into.push({ pos, end, text: `${part.text.slice(0, 2)}${inside.startsWith("(") ? " " : ""}${inside})` });
      return;
    }
    case "ParameterExpansion":
      if (part.operation !== undefined && "operand" in part.operation && part.operation.operand !== undefined)
        collectFrom(printing, part.operation.operand, into);
      return;
    default:
      break;
  }
}

export function printRedirection(printing: WordPrinting, redirection: Redirection): string {
  const { descriptor, operator } = redirection;
  const named = descriptor?.type === "FileDescriptorVariable" ? `{${descriptor.name}}` : null;
  const given = descriptor?.type === "FileDescriptor" ? descriptor.value : null;
  const shown = (usual: number): string => named ?? (given === null || given === usual ? "" : String(given));
  if (redirection.type === "HereDoc") return `${shown(0)}${operator}${delimiterText(redirection)}`;
  const target = redirection.target === undefined ? "" : printWord(printing, redirection.target);
  switch (operator) {
    case ">&":
    case "<&":
      return duplicateText(redirection as Redirect, named, given, target);
    case "<>":
      return `${named ?? (given === 1 ? "" : String(given ?? 0))}<> ${target}`;
    default:
      return `${shown(operator.startsWith("<") ? 0 : 1)}${operator} ${target}`;
  }
}

/** N>&M, with the descriptors told even where they are the usual ones; a word in the place of M is not. */
function duplicateText({ operator }: Redirect, named: string | null, given: number | null, target: string): string {
  const usual = operator === ">&" ? 1 : 0;
  if (target === "-") return `${named ?? given ?? usual}>&-`;
  const number = /^\d+-?$/.test(target);
  return `${named ?? (number ? (given ?? usual) : given === null || given === usual ? "" : given)}${operator}${target}`;
}

function delimiterText({ delimiter }: HereDoc): string {
  const value = delimiter?.value ?? "";
  return delimiter?.quoted === true ? `'${value.replaceAll("'", "'\\''")}'` : value;
}

/** The text of a here-document and the line that ends it. */
export function documentText({ body, delimiter, operator }: HereDoc): string {
  const text = operator === "<<-" ? body.text.replace(/^\t+/gm, "") : body.text;
  return text + (delimiter?.value ?? "");
}
