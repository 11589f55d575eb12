/**
 * Expands words: tildes, parameters, commands, arithmetic, then field splitting and pathnames. Nothing is awaited unless a
 * piece really needs a system call, so that plain words cost no promise.
 */
import type { Word } from "unbash";
import { evaluateExpression } from "../assign.ts";
import { decodePrompt } from "../prompt.ts";
import type { Shell } from "../shell.ts";
import { expandBraces } from "./brace.ts";
import { Builder, type Field } from "./builder.ts";
import type { Expander, Pending } from "./expander.ts";
import { glob } from "./glob.ts";
import { expandParameter } from "./parameter.ts";
import { escapePattern, escapeRegex, hasMagic } from "./pattern.ts";
import type { Piece, PlanContext } from "./plan.ts";
import { expandTilde } from "./tilde.ts";

const expander: Expander = { addPieces, toText: expandToText, toPattern: expandToPattern, toEscaped: expandQuoted, toPrompt: expandPrompt };

/** Adds pieces to the builder. `operand`: unquoted literal text is itself the result of an expansion. */
export function addPieces(shell: Shell, builder: Builder, pieces: readonly Piece[], operand = false): Pending {
  for (let i = 0; i < pieces.length; i++) {
    const pending = addPiece(shell, builder, pieces[i] as Piece, operand);
    if (pending !== undefined) return addRest(shell, builder, pieces, i + 1, operand, pending);
  }
  return undefined;
}

async function addRest(
  shell: Shell,
  builder: Builder,
  pieces: readonly Piece[],
  from: number,
  operand: boolean,
  pending: Promise<void>,
): Promise<void> {
  await pending;
  for (let i = from; i < pieces.length; i++) {
    const next = addPiece(shell, builder, pieces[i] as Piece, operand);
    if (next !== undefined) await next;
  }
}

function addPiece(shell: Shell, builder: Builder, piece: Piece, operand: boolean): Pending {
  switch (piece.kind) {
    case "text":
      if (operand) builder.expanded(piece.text, piece.quoted);
      else builder.append(piece.text, piece.quoted);
      return undefined;
    case "quotes":
      if (piece.pieces.length === 0) builder.markPresent();
      return addPieces(shell, builder, piece.pieces);
    case "parameter":
      return expandParameter(shell, expander, builder, piece.parameter, piece.quoted);
    case "tilde":
      builder.append(expandTilde(shell, piece.user), true);
      return undefined;
    case "arithmetic":
      return addArithmetic(shell, builder, piece.expression, piece.quoted);
    case "command":
      return addSubstitution(shell.evaluator.commandSubstitution(shell, piece.part), builder, piece.quoted);
    case "process":
      return addSubstitution(shell.evaluator.processSubstitution(shell, piece.part), builder, true);
  }
}

async function addSubstitution(output: Promise<string>, builder: Builder, quoted: boolean): Promise<void> {
  builder.expanded(await output, quoted);
}

function addArithmetic(shell: Shell, builder: Builder, expression: string, quoted: boolean): Pending {
  const text = expandEmbedded(shell, expression);
  if (typeof text !== "string") return addEvaluated(shell, builder, text, quoted);
  builder.expanded(evaluateExpression(shell, text).toString(), quoted);
  return undefined;
}

async function addEvaluated(shell: Shell, builder: Builder, text: Promise<string>, quoted: boolean): Promise<void> {
  builder.expanded(evaluateExpression(shell, await text).toString(), quoted);
}

/** Text that is expanded as if in double quotes: the inside of (( )). A promise only if it needs system calls. */
export function expandEmbedded(shell: Shell, text: string): string | Promise<string> {
  const pieces = shell.compiled.plans.text(text);
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === "text") return only.text;
  const builder = new Builder(null, null);
  const pending = addPieces(shell, builder, pieces);
  return pending === undefined ? builder.single().text : pending.then(() => builder.single().text);
}

/** What a prompt's text shows. */
export async function expandPrompt(shell: Shell, text: string): Promise<string> {
  return await expandPieces(shell, shell.compiled.plans.prompt(decodePrompt(shell, text)));
}

/** Expands pieces to one string: nothing is split. */
export async function expandPieces(shell: Shell, pieces: readonly Piece[]): Promise<string> {
  const builder = new Builder(null, null);
  const pending = addPieces(shell, builder, pieces);
  if (pending !== undefined) await pending;
  return builder.single().text;
}

/** A word as one string: no splitting, no pathnames. */
export function expandToText(shell: Shell, word: Word, context: PlanContext = "word"): Promise<string> | string {
  const pieces = shell.compiled.plans.word(word, context);
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === "text") return only.text;
  const builder = new Builder(null, null);
  builder.assigns = context === "assignment";
  const pending = addPieces(shell, builder, pieces);
  return pending === undefined ? builder.single().text : pending.then(() => builder.single().text);
}

/** A word as a pattern: what is quoted matches only itself. */
export function expandToPattern(shell: Shell, word: Word): Promise<string> {
  return expandQuoted(shell, word, escapePattern);
}

/** A word in which `escapeQuoted` has been applied to everything that was quoted. */
export async function expandQuoted(shell: Shell, word: Word, escapeQuoted: (text: string) => string): Promise<string> {
  const builder = new Builder(null, escapeQuoted);
  const pending = addPieces(shell, builder, shell.compiled.plans.word(word));
  if (pending !== undefined) await pending;
  return builder.single().pattern;
}

/** A word as a regular expression ([[ =~ ]]): what is quoted matches only itself. */
export function expandToRegex(shell: Shell, word: Word): Promise<string> {
  return expandQuoted(shell, word, escapeRegex);
}

/** Adds the fields a word expands to. */
export function expandWord(shell: Shell, word: Word, into: string[]): Pending {
  if (word.text.includes("{") && shell.options.get("braceexpand")) return expandBraced(shell, word, into);
  return expandUnbraced(shell, word, into);
}

/** Expands words in order. */
export async function expandWords(shell: Shell, words: readonly Word[]): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    const pending = expandWord(shell, word, fields);
    if (pending !== undefined) await pending;
  }
  return fields;
}

async function expandBraced(shell: Shell, word: Word, into: string[]): Promise<void> {
  const texts = expandBraces(word.text);
  if (texts.length === 1 && texts[0] === word.text) {
    const pending = expandUnbraced(shell, word, into);
    if (pending !== undefined) await pending;
    return;
  }
  for (const text of texts) {
    if (/^[\w./:,@%+=-]+$/.test(text)) {
      into.push(text);
    } else if (text !== "") {
      const pending = expandUnbraced(shell, shell.compiled.plans.parseWord(text), into);
      if (pending !== undefined) await pending;
    }
  }
}

function expandUnbraced(shell: Shell, word: Word, into: string[]): Pending {
  const pieces = shell.compiled.plans.word(word);
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === "text" && (only.quoted || !/[*?[]|[+@!]\(/.test(only.text))) {
    into.push(only.text);
    return undefined;
  }
  const builder = new Builder(shell.ifs, escapePattern);
  const pending = addPieces(shell, builder, pieces);
  if (pending !== undefined) return pending.then(() => addFields(shell, builder, into));
  return addFields(shell, builder, into);
}

function addFields(shell: Shell, builder: Builder, into: string[]): Pending {
  builder.endField();
  const { fields } = builder;
  const extglob = shell.options.shopt("extglob");
  if (shell.options.noglob || !fields.some(({ pattern }) => hasMagic(pattern, extglob))) {
    for (const { text } of fields) into.push(text);
    return undefined;
  }
  return addPaths(shell, fields, into);
}

async function addPaths(shell: Shell, fields: readonly Field[], into: string[]): Promise<void> {
  for (const { text, pattern } of fields) {
    const paths = hasMagic(pattern, shell.options.shopt("extglob")) ? await glob(shell, pattern) : null;
    if (paths === null) into.push(text);
    else for (const path of paths) into.push(path);
  }
}
