/**
 * Turns a word of the parser's tree into the list of pieces that the expansion walks: quoting is resolved once, and what has
 * been worked out is kept beside the word.
 */
import type {
  AnsiCQuotedPart,
  ArrayValue,
  CommandExpansionPart,
  DoubleQuotedChild,
  HereDocBody,
  ParameterExpansionPart,
  ProcessSubstitutionPart,
  Word,
  WordPart,
} from "unbash";
import { parse } from "unbash";
import { unescapeAnsi } from "../escapes.ts";

export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  /** Double quotes; with nothing in them they still make a field. */
  | { readonly kind: "quotes"; readonly pieces: readonly Piece[] }
  | { readonly kind: "parameter"; readonly parameter: Parameter; readonly quoted: boolean }
  | { readonly kind: "command"; readonly part: CommandExpansionPart; readonly quoted: boolean }
  | { readonly kind: "arithmetic"; readonly expression: string; readonly quoted: boolean }
  | { readonly kind: "process"; readonly part: ProcessSubstitutionPart }
  | { readonly kind: "tilde"; readonly user: string };

export interface Parameter {
  readonly name: string;
  /** `#` length, `!` indirection. */
  readonly prefix: "!" | "#" | undefined;
  readonly index: Word | undefined;
  readonly operation: ParameterExpansionPart["operation"];
  /** As written, for errors. */
  readonly text: string;
}

/** `assignment` looks for tildes behind every colon as well. */
export type PlanContext = "word" | "assignment";

export class Plans {
  private readonly words = new WeakMap<Word, readonly Piece[]>();
  private readonly assignments = new WeakMap<Word, readonly Piece[]>();
  private readonly quotedOperands = new WeakMap<Word, readonly Piece[]>();
  private readonly bodies = new WeakMap<HereDocBody, readonly Piece[]>();
  private readonly embedded = new Map<string, readonly Piece[]>();
  private readonly prompts = new Map<string, readonly Piece[]>();
  private readonly parsed = new Map<string, Word>();

  word(word: Word, context: PlanContext = "word"): readonly Piece[] {
    const kept = context === "word" ? this.words : this.assignments;
    let plan = kept.get(word);
    if (plan === undefined) {
      plan = withTildes(planBare(word), context);
      kept.set(word, plan);
    }
    return plan;
  }

  /** The operand of `${x:-operand}` inside double quotes. */
  quotedOperand(word: Word): readonly Piece[] {
    let plan = this.quotedOperands.get(word);
    if (plan === undefined) {
      plan =
        word.parts === undefined
          ? [{ kind: "text", text: word.value, quoted: true }]
          : word.parts.flatMap((part) => (part.type === "SingleQuoted" ? [quotedText(part.text)] : planPart(part, true)));
      this.quotedOperands.set(word, plan);
    }
    return plan;
  }

  hereDoc(body: HereDocBody, quoted: boolean, stripTabs: boolean): readonly Piece[] {
    let plan = this.bodies.get(body);
    if (plan === undefined) {
      const { parts } = body;
      const literal: readonly Piece[] = [{ kind: "text", text: body.text, quoted: true }];
      const pieces = quoted || parts === undefined ? literal : parts.flatMap((part) => planPart(part, true));
      plan = stripTabs ? withoutLeadingTabs(pieces) : pieces;
      this.bodies.set(body, plan);
    }
    return plan;
  }

  /** Text that is expanded as if in double quotes, but in which double quotes mean nothing, nor single ones around a subscript: arithmetic. */
  text(text: string): readonly Piece[] {
    let plan = this.embedded.get(text);
    if (plan === undefined) {
      plan = /[$`\\"']/.test(text) ? planEmbedded(text) : [{ kind: "text", text, quoted: true }];
      this.embedded.set(text, plan);
    }
    return plan;
  }

  /** Text that is expanded as if in double quotes, in which double quotes stand for themselves: prompts. */
  prompt(text: string): readonly Piece[] {
    let plan = this.prompts.get(text);
    if (plan === undefined) {
      plan = /[$`\\]/.test(text) ? planDocument(text) : [{ kind: "text", text, quoted: true }];
      this.prompts.set(text, plan);
    }
    return plan;
  }

  /** The compound value that text is; null if it is none. */
  parseArray(text: string): ArrayValue | null {
    return parseArray(text);
  }

  /** A word of its own, parsed from text. */
  parseWord(text: string): Word {
    let word = this.parsed.get(text);
    if (word === undefined) {
      word = parseWord(text);
      this.parsed.set(text, word);
    }
    return word;
  }
}

/** "(a b)" as the compound value that it is in an assignment; null if it is none. */
function parseArray(text: string): ArrayValue | null {
  const command = parse(`x=${text}`).commands[0]?.command;
  const assignment = command?.type === "Command" ? command.prefix[0] : undefined;
  return assignment?.type === "Assignment" && assignment.value.type === "ArrayValue" ? assignment.value : null;
}

function parseWord(text: string): Word {
  const command = parse(`: ${text.startsWith("#") ? "\\" : ""}${text}`).commands[0]?.command;
  const word = command?.type === "Command" ? command.suffix[0] : undefined;
  if (word?.type === "Word") return word;
  return {
    type: "Word",
    text: `'${text}'`,
    value: text,
    pos: 0,
    end: 0,
    parts: [{ type: "SingleQuoted", pos: 0, end: 0, text: "", value: text }],
  };
}

function planEmbedded(text: string): readonly Piece[] {
  const unquoted = (part: string): string => part.replaceAll('"', "").replace(/\['([^']*)'\]/g, "[$1]");
  return planDocument(text).map((piece) => (piece.kind === "text" ? { ...piece, text: unquoted(piece.text) } : piece));
}

function planDocument(text: string): readonly Piece[] {
  let end = "END";
  while (text.includes(end)) end += "X";
  const command = parse(`: <<${end}\n${text}\n${end}\n`).commands[0]?.command;
  const document = command?.type === "Command" ? command.suffix[0] : undefined;
  if (document?.type !== "HereDoc") return [{ kind: "text", text, quoted: true }];
  const pieces: Piece[] = (document.body.parts ?? []).flatMap((part) => planPart(part, true));
  if (document.body.parts === undefined) pieces.push({ kind: "text", text: document.body.text, quoted: true });
  const last = pieces.at(-1);
  if (last?.kind === "text") pieces[pieces.length - 1] = { ...last, text: last.text.replace(/\n$/, "") };
  return pieces;
}

function planBare(word: Word): Piece[] {
  return word.parts === undefined ? unquoteText(word.text) : word.parts.flatMap((part) => planPart(part, false));
}

/** The parser's text has no bytes that are no UTF-8: where it may have lost one, the source is read again. */
function ansiText({ text, value }: AnsiCQuotedPart): string {
  return value.includes("\ufffd") ? unescapeAnsi(text.slice(2, -1)) : value;
}

function planPart(part: WordPart | DoubleQuotedChild, inDouble: boolean): Piece[] {
  switch (part.type) {
    case "Literal":
      return inDouble ? [{ kind: "text", text: part.value, quoted: true }] : unquoteText(part.text);
    case "SingleQuoted":
      return [{ kind: "text", text: part.value, quoted: true }];
    case "AnsiCQuoted":
      return [{ kind: "text", text: ansiText(part), quoted: true }];
    case "DoubleQuoted":
    case "LocaleString":
      return [{ kind: "quotes", pieces: part.parts.flatMap((child) => planPart(child, true)) }];
    case "Glob":
      return part.kind === "bracket" ? bracket(part.text, part.parts) : [plainText(part.text)];
    case "ExtendedGlob":
      return part.parts === undefined ? [plainText(part.text)] : extendedGlob(part.operator, part.pattern, part.parts);
    case "BraceExpansion":
      return part.parts === undefined
        ? unquoteText(part.text)
        : [plainText("{"), ...part.parts.flatMap((child) => planPart(child, false)), plainText("}")];
    case "SimpleExpansion":
      return [{ kind: "parameter", parameter: simpleParameter(part.text), quoted: inDouble }];
    case "ParameterExpansion":
      return [{ kind: "parameter", parameter: fullParameter(part), quoted: inDouble }];
    case "CommandExpansion":
      return [{ kind: "command", part, quoted: inDouble }];
    case "ArithmeticExpansion":
      return [
        { kind: "arithmetic", expression: part.text.startsWith("$((") ? part.text.slice(3, -2) : part.text.slice(2, -1), quoted: inDouble },
      ];
    case "ProcessSubstitution":
      return [{ kind: "process", part }];
  }
}

function bracket(text: string, parts: readonly WordPart[]): Piece[] {
  const only = parts[0];
  if (parts.length === 1 && only?.type === "Literal" && !text.includes("\\")) return [plainText(text)];
  return [plainText("["), ...parts.flatMap((part) => planPart(part, false)), plainText("]")];
}

function extendedGlob(operator: string, pattern: string, parts: readonly WordPart[]): Piece[] {
  const pieces = parts.length === 0 ? unquoteText(pattern) : parts.flatMap((part) => planPart(part, false));
  return [plainText(`${operator}(`), ...pieces, plainText(")")];
}

function quotedText(text: string): Piece {
  return { kind: "text", text, quoted: true };
}

function plainText(text: string): Piece {
  return { kind: "text", text, quoted: false };
}

function simpleParameter(text: string): Parameter {
  return { name: text.slice(1), prefix: undefined, index: undefined, operation: undefined, text };
}

function fullParameter(part: ParameterExpansionPart): Parameter {
  const { parameter, prefix, index, operation, text } = part;
  return { name: parameter, prefix, index, operation, text };
}

/** Unquoted text: a backslash quotes the character behind it, and with a newline it vanishes. */
function unquoteText(text: string): Piece[] {
  if (!text.includes("\\")) return [plainText(text)];
  const pieces: Piece[] = [];
  for (const match of text.matchAll(/\\([\s\S])|[^\\]+|\\$/g)) {
    const escaped = match[1];
    if (escaped === "\n") continue;
    pieces.push(escaped === undefined ? plainText(match[0]) : { kind: "text", text: escaped, quoted: true });
  }
  return pieces;
}

const TILDE = /^~([A-Za-z0-9_.+-]*)(?=[/:]|$)/;

/** A word that looks like an assignment gets tildes like one. */
function startsAssignment(first: Piece): boolean {
  return first.kind === "text" && !first.quoted && /^[A-Za-z_]\w*\+?=.*~/s.test(first.text);
}

/** Replaces the tilde prefixes of unquoted text. */
function withTildes(pieces: readonly Piece[], context: PlanContext): readonly Piece[] {
  const [first] = pieces;
  if (first === undefined) return pieces;
  if (context === "word" && !startsAssignment(first)) {
    if (first.kind !== "text" || first.quoted || !first.text.startsWith("~")) return pieces;
    return [...tildeSplit(first.text, pieces.length === 1), ...pieces.slice(1)];
  }
  return pieces.flatMap((piece, i) => {
    if (piece.kind !== "text" || piece.quoted || !piece.text.includes("~")) return [piece];
    return piece.text.split(i === 0 && context === "word" ? /(?<=:)|(?<=^[A-Za-z_]\w*\+?=)/ : /(?<=:)/).flatMap((section, n, all) => {
      const atStart = n > 0 || i === 0;
      return atStart && section.startsWith("~") ? tildeSplit(section, n < all.length - 1 || i === pieces.length - 1) : [plainText(section)];
    });
  });
}

/** `complete`: nothing follows that could belong to the user's name. */
function tildeSplit(text: string, complete: boolean): Piece[] {
  const found = TILDE.exec(text);
  if (found === null || (found[0].length === text.length && !complete)) return [plainText(text)];
  const rest = text.slice(found[0].length);
  const tilde: Piece = { kind: "tilde", user: found[1] ?? "" };
  return rest === "" ? [tilde] : [tilde, plainText(rest)];
}

/** <<-: tabs at the beginning of the document's lines are no part of it. */
function withoutLeadingTabs(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.map((piece, i) => {
    if (piece.kind !== "text") return piece;
    const stripped = piece.text.replace(/\n\t+/g, "\n");
    return { ...piece, text: i === 0 ? stripped.replace(/^\t+/, "") : stripped };
  });
}
