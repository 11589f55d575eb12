/** read, mapfile (readarray). */
import { EBADF, strerror } from "../../../kernel/index.ts";
import type { Fd } from "../../../syscall/index.ts";
import { complain, encode } from "../../lib/index.ts";
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { assignElement, assignText } from "../assign.ts";
import { singleQuote } from "../quote.ts";
import { type LineRead, readLine } from "../read-line.ts";
import type { Shell } from "../shell.ts";
import { Source } from "../source.ts";
import { runPendingTraps } from "../traps.ts";
import { isName } from "../variables.ts";
import { type BuiltinTable, builtinError, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const READ_USAGE = "[-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";
const MAPFILE_USAGE = "[-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";
/** Lines between two calls of `mapfile -C`. */
const MAPFILE_QUANTUM = 5000;
const NEWLINE = 10;
const POLLIN = 1;
const SEEK_CUR = 1;
const NO_DELIMITER = -1;
/** Status of a read that ran out of time. */
const TIMED_OUT = 142;

/** A character of the line; escaped ones neither split nor end it. */
interface Character {
  readonly text: string;
  readonly escaped: boolean;
}

async function read(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "read", args, "ersa:d:i:n:N:p:t:u:", READ_USAGE);
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  for (const name of rest) {
    if (!/^[A-Za-z_]\w*(\[.*\])?$/s.test(name)) return await builtinError(shell, "read", `\`${name}': not a valid identifier`);
  }
  const problem = readProblem(shell, given);
  if (problem !== null) return await builtinError(shell, "read", problem);
  const fd = Number(given.get("u") ?? 0);
  if (given.has("u") && !(await isOpen(shell, fd))) return await refuseDescriptor(shell, "read", fd);
  const prompt = given.get("p");
  if (prompt !== undefined && shell.process.isatty(fd)) await complain(shell.process, prompt);
  const timeout = given.get("t");
  if (timeout !== undefined) {
    const ready = await waitForInput(shell, fd, timeout);
    if (ready !== null) return ready;
  }
  const limit = given.get("n") ?? given.get("N");
  const delimiter = given.has("N") ? NO_DELIMITER : (encode(given.get("d") ?? "\n")[0] ?? 0);
  const line = await readLogical(shell, fd, delimiter, limit === undefined ? null : Number(limit), given.has("r"));
  if (typeof line === "number") return await builtinError(shell, "read", `read error: ${fd}: ${strerror(line)}`);
  store(shell, line.characters, rest, given.get("a"), given.has("N"));
  return line.complete ? 0 : 1;
}

/** What is wrong with the options; null if nothing is. */
function readProblem(shell: Shell, given: ReadonlyMap<string, string>): string | null {
  const array = given.get("a");
  if (array !== undefined && !isName(array)) return `\`${array}': not a valid identifier`;
  if (array !== undefined && shell.variables.value(array) instanceof AssociativeArray) return `${array}: not an indexed array`;
  const fd = given.get("u");
  if (fd !== undefined && !/^\d+$/.test(fd)) return `${fd}: invalid file descriptor specification`;
  for (const letter of ["n", "N"]) {
    const count = given.get(letter);
    if (count !== undefined && !/^\d+$/.test(count)) return `${count}: invalid number`;
  }
  return null;
}

async function isOpen(shell: Shell, fd: Fd): Promise<boolean> {
  return (await shell.process.lseek(fd, 0, SEEK_CUR)) !== -EBADF;
}

async function refuseDescriptor(shell: Shell, name: string, fd: Fd): Promise<number> {
  return await builtinError(shell, name, `${fd}: invalid file descriptor: ${strerror(-EBADF)}`);
}

/** Null when there is something to read in time; else the status. */
async function waitForInput(shell: Shell, fd: Fd, timeout: string): Promise<number | null> {
  if (!/^\d*\.?\d*$/.test(timeout)) return await builtinError(shell, "read", `${timeout}: invalid timeout specification`);
  const ns = Number(timeout) * 1e9;
  const ready = await shell.process.poll([{ fd, events: POLLIN }], ns);
  const input = typeof ready !== "number" && ready.length > 0;
  if (ns === 0) return input ? 0 : 1;
  return input ? null : TIMED_OUT;
}

/** A line in which a backslash takes the meaning from the next character, and continues the line before a newline. */
async function readLogical(
  shell: Shell,
  fd: Fd,
  delimiter: number,
  limit: number | null,
  raw: boolean,
): Promise<{ readonly characters: readonly Character[]; readonly complete: boolean } | number> {
  const characters: Character[] = [];
  for (;;) {
    const line: LineRead | number = await readLine(shell.process, fd, {
      delimiter,
      limit: limit === null ? null : limit - characters.length,
      interrupted: () => runPendingTraps(shell),
    });
    if (typeof line === "number") return line;
    const text = delimiter === 0 ? line.text : line.text.replaceAll("\0", "");
    let open = false;
    for (const char of text) {
      if (open) {
        if (char !== "\n") characters.push({ text: char, escaped: true });
        open = false;
      } else if (char === "\\" && !raw) {
        open = true;
      } else {
        characters.push({ text: char, escaped: false });
      }
    }
    if (!open || !line.complete) return { characters, complete: line.complete };
    if (delimiter !== NEWLINE) characters.push({ text: String.fromCharCode(delimiter), escaped: true });
  }
}

function store(shell: Shell, characters: readonly Character[], names: readonly string[], array: string | undefined, whole: boolean): void {
  const text = (from: readonly Character[]): string => from.map((character) => character.text).join("");
  if (array !== undefined) {
    const variable = shell.variables.writable(shell.variables.resolve(array));
    variable.value = new IndexedArray(splitFields(characters, shell.ifs, Number.POSITIVE_INFINITY).map(text));
    return;
  }
  if (names.length === 0) {
    assignText(shell, "REPLY", text(characters), false);
    return;
  }
  const fields = whole ? [characters] : splitFields(characters, shell.ifs, names.length);
  for (let i = 0; i < names.length; i++) assignName(shell, names[i] as string, text(fields[i] ?? []));
}

function assignName(shell: Shell, name: string, value: string): void {
  const element = /^(\w+)\[(.*)\]$/s.exec(name);
  if (element === null) assignText(shell, name, value, false);
  else assignElement(shell, element[1] as string, element[2] as string, value, false);
}

/** Splits at IFS into at most `count` fields; the last one keeps its separators but the whitespace at its end, unless it is only one field. */
function splitFields(characters: readonly Character[], ifs: string, count: number): readonly (readonly Character[])[] {
  const isSeparator = (c: Character | undefined): boolean => c !== undefined && !c.escaped && ifs.includes(c.text);
  const isBlank = (c: Character | undefined): boolean => isSeparator(c) && /[ \t\n]/.test((c as Character).text);
  const fields: (readonly Character[])[] = [];
  let at = 0;
  while (isBlank(characters[at])) at++;
  while (at < characters.length) {
    const from = at;
    while (at < characters.length && !isSeparator(characters[at])) at++;
    const field = characters.slice(from, at);
    while (isBlank(characters[at])) at++;
    if (at < characters.length && isSeparator(characters[at])) {
      at++;
      while (isBlank(characters[at])) at++;
    }
    if (fields.length < count - 1 || at >= characters.length) {
      fields.push(field);
      continue;
    }
    let end = characters.length;
    while (end > from && isBlank(characters[end - 1])) end--;
    fields.push(characters.slice(from, end));
    break;
  }
  return fields;
}

/** What is wrong with the numbers that mapfile was given; null if nothing is. */
function mapfileProblem(given: ReadonlyMap<string, string>): string | null {
  const fd = given.get("u");
  if (fd !== undefined && !/^\d+$/.test(fd)) return `${fd}: invalid file descriptor specification`;
  for (const [letter, what] of [
    ["n", "line count"],
    ["s", "line count"],
    ["O", "array origin"],
    ["c", "callback quantum"],
  ] as const) {
    const text = given.get(letter);
    if (text !== undefined && (!/^\+?\d+$/.test(text) || (letter === "c" && Number(text) === 0))) return `${text}: invalid ${what}`;
  }
  return null;
}

async function mapfile(shell: Shell, args: readonly string[], { name }: { readonly name: string }): Promise<number> {
  const flags = await parseFlags(shell, name, args, "d:n:O:s:tu:C:c:", MAPFILE_USAGE);
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const [array = "MAPFILE"] = rest;
  if (!isName(array)) return await builtinError(shell, name, `\`${array}': not a valid identifier`);
  const problem = mapfileProblem(given);
  if (problem !== null) return await builtinError(shell, name, problem);
  const fd = Number(given.get("u") ?? 0);
  if (given.has("u") && !(await isOpen(shell, fd))) return await refuseDescriptor(shell, name, fd);
  if (shell.variables.value(array) instanceof AssociativeArray) return await builtinError(shell, name, `${array}: not an indexed array`);
  const variable = shell.variables.writable(shell.variables.resolve(array));
  const values = given.has("O") && variable.value instanceof IndexedArray ? variable.value : new IndexedArray();
  await fill(shell, fd, given, values);
  variable.value = values;
  return 0;
}

/** Reads the lines that mapfile's options ask for into the array. */
async function fill(shell: Shell, fd: Fd, given: ReadonlyMap<string, string>, values: IndexedArray): Promise<void> {
  const delimiter = encode(given.get("d") ?? "\n")[0] ?? 0;
  const count = Number(given.get("n") ?? 0) || Number.POSITIVE_INFINITY;
  const quantum = Number(given.get("c") ?? MAPFILE_QUANTUM);
  let index = Number(given.get("O") ?? 0);
  let skip = Number(given.get("s") ?? 0);
  for (let taken = 0; taken < count; ) {
    const line = await readLine(shell.process, fd, { delimiter, limit: null });
    if (typeof line === "number" || (!line.complete && line.text === "")) return;
    if (skip-- > 0) continue;
    const text = given.has("t") || !line.complete || delimiter === 0 ? line.text : line.text + String.fromCharCode(delimiter);
    taken++;
    const callback = given.get("C");
    if (callback !== undefined && taken % quantum === 0) {
      await shell.evaluator.runText(shell, new Source(shell.source.name, `${callback} ${index} ${singleQuote(text)}`, shell.line), "eval");
    }
    values.set(index++, text);
  }
}

export const readBuiltins: BuiltinTable = { read: { run: read }, mapfile: { run: mapfile }, readarray: { run: mapfile } };
