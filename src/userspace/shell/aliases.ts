/**
 * Aliases: with `expand_aliases` (an interactive shell has it) the first word of a command is replaced by what an alias says,
 * before the line it stands on runs; so an alias holds from the line after the one that defines it.
 */
import { type ParsedScript, parse } from "unbash";
import type { Shell } from "./shell.ts";

interface Replacement {
  readonly pos: number;
  readonly end: number;
  readonly name: string;
}

/** Expansions of expansions that are followed. */
const MAX_ROUNDS = 16;

/** The text with its aliases replaced; the text itself if there are none in it. */
export function expandAliases(shell: Shell, text: string): string {
  if (shell.aliases.size === 0 || !shell.options.shopt("expand_aliases")) return text;
  let expanded = text;
  const used = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = commandNames(shell, parse(expanded), used);
    if (found.length === 0) break;
    for (const { pos, end, name } of found.sort((a, b) => b.pos - a.pos)) {
      expanded = expanded.slice(0, pos) + (shell.aliases.get(name) ?? name) + withNextWord(shell, expanded, end, name);
    }
    for (const { name } of found) used.add(name);
  }
  return expanded;
}

/** What follows the alias. If its value ends with a blank, the next word is replaced as well. */
function withNextWord(shell: Shell, text: string, end: number, name: string): string {
  const rest = text.slice(end);
  if (!/[ \t]$/.test(shell.aliases.get(name) ?? "")) return rest;
  return rest.replace(/^([ \t]+)([^\s;|&<>()'"\\$`]+)/, (whole, blank: string, word: string) => {
    const value = shell.aliases.get(word);
    return value === undefined ? whole : blank + value;
  });
}

/** Unquoted first words of simple commands that are aliases, but for those that are being expanded. */
function commandNames(shell: Shell, script: ParsedScript, used: ReadonlySet<string>): Replacement[] {
  const found: Replacement[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && node.type === "Command" && "name" in node) {
      const { name } = node as { readonly name?: { readonly text: string; readonly pos: number; readonly end: number } };
      if (name !== undefined && shell.aliases.has(name.text) && !used.has(name.text))
        found.push({ pos: name.pos, end: name.end, name: name.text });
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(script.commands);
  return found;
}
