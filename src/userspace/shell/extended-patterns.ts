/**
 * Without `shopt -s extglob` the grammar has no extended patterns: ?( *( +( @( !( in a word is a syntax error, but for the right side of == and
 * != in [[ ]] and what stands in ${ }. bash reads a line at a time, so the option holds from the line after the one that sets it.
 */
import type { Statement } from "unbash";
import type { Source } from "./source.ts";
import type { SyntaxProblem } from "./syntax-error.ts";

const EXTENDED = /[?*+@!]\(/;

/** What bash says of a line that uses an extended pattern; null if it uses none. */
export function extendedPatternProblem(source: Source, statements: readonly Statement[]): SyntaxProblem | null {
  const [first, last] = [statements[0], statements.at(-1)];
  if (first === undefined || last === undefined || !EXTENDED.test(source.text.slice(first.pos, last.end))) return null;
  const pos = firstPattern(statements);
  if (pos === null) return null;
  return { line: source.lineOf(pos), message: "syntax error near unexpected token `('", quote: source.lineText(pos) };
}

/** Where the first extended pattern begins below a node. */
function firstPattern(node: unknown): number | null {
  if (typeof node !== "object" || node === null) return null;
  if ("type" in node) {
    if (node.type === "ExtendedGlob" && "pos" in node && typeof node.pos === "number") return node.pos;
    if (node.type === "ParameterExpansion") return null;
    if (node.type === "Word") return "parts" in node ? firstPattern(node.parts) : null;
    if (node.type === "TestBinary") return "left" in node ? firstPattern(node.left) : null;
  }
  for (const child of Object.values(node)) {
    const found = firstPattern(child);
    if (found !== null) return found;
  }
  return null;
}
