/** umask: the permissions that new files do not get, in octal or symbolic. */
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

async function umask(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "umask", args, "pS", "[-p] [-S] [mode]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const [mode] = rest;
  const { process } = shell;
  const current = process.umask(0);
  process.umask(current);
  if (mode === undefined) {
    const shown = given.has("S") ? symbolic(current) : current.toString(8).padStart(4, "0");
    return await output(shell, "umask", `${given.has("p") ? `umask ${given.has("S") ? "-S " : ""}` : ""}${shown}\n`);
  }
  if (/^\d/.test(mode)) {
    if (!/^[0-7]+$/.test(mode) || Number.parseInt(mode, 8) > 0o7777)
      return await builtinError(shell, "umask", `${mode}: octal number out of range`);
    process.umask(Number.parseInt(mode, 8) & 0o777);
    return 0;
  }
  const changed = applySymbolic(current, mode);
  if (typeof changed === "string") return await builtinError(shell, "umask", changed);
  process.umask(changed);
  return given.has("S") ? await output(shell, "umask", `${symbolic(changed)}\n`) : 0;
}

function symbolic(mask: number): string {
  const allowed = ~mask & 0o777;
  return ["u", "g", "o"]
    .map((who, i) => `${who}=${["r", "w", "x"].filter((_, bit) => ((allowed >> (8 - 3 * i - bit)) & 1) === 1).join("")}`)
    .join(",");
}

/** u=rwx,g-w on the permissions that the mask allows; or what is wrong with the text. */
function applySymbolic(mask: number, text: string): number | string {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const [, who = "", rest = ""] = /^([ugoa]*)(.*)$/s.exec(clause) ?? [];
    const operator = rest.slice(0, 1);
    if (!/^[=+-]$/.test(operator)) return `\`${operator}': invalid symbolic mode operator`;
    const wrong = /[^rwx]/.exec(rest.slice(1))?.[0];
    if (wrong !== undefined) return `\`${wrong}': invalid symbolic mode character`;
    allowed = applyClause(allowed, who, operator, rest.slice(1));
  }
  return ~allowed & 0o777;
}

function applyClause(before: number, who: string, operator: string, letters: string): number {
  let allowed = before;
  const bits = (letters.includes("r") ? 4 : 0) | (letters.includes("w") ? 2 : 0) | (letters.includes("x") ? 1 : 0);
  for (const [letter, shift] of [
    ["u", 6],
    ["g", 3],
    ["o", 0],
  ] as const) {
    if (who !== "" && !who.includes("a") && !who.includes(letter)) continue;
    if (operator === "=") allowed = (allowed & ~(7 << shift)) | (bits << shift);
    else if (operator === "+") allowed |= bits << shift;
    else allowed &= ~(bits << shift);
  }
  return allowed;
}

export const umaskBuiltins: BuiltinTable = { umask: { run: umask } };
