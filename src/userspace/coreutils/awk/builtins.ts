/** The functions that awk brings along: those of POSIX, and of GNU awk gensub, strtonum, the bits and the time. */
import { momentOf, strftime } from "../../lib/index.ts";
import { formatText, toInt } from "./format.ts";
import type { Interpreter } from "./interpreter.ts";
import { AwkError, type Expr, type Target } from "./syntax.ts";
import { fromInput, toNumber, type Value } from "./value.ts";

const DEFAULT_DATE = "%a %b %e %H:%M:%S %Z %Y";

export async function callBuiltin(awk: Interpreter, name: string, args: readonly Expr[]): Promise<Value> {
  switch (name) {
    case "length":
      return await lengthOf(awk, args[0]);
    case "split":
      return await splitInto(awk, args);
    case "sub":
    case "gsub":
      return await substitute(awk, name === "gsub", args);
    case "match":
      return await match(awk, args);
    case "gensub":
      return await gensub(awk, args);
    default: {
      const values: Value[] = [];
      for (const arg of args) values.push(await awk.value(arg));
      return (await otherFunction(awk, name, values)) ?? textFunction(awk, name, values) ?? numberFunction(awk, name, values.map(toNumber));
    }
  }
}

async function lengthOf(awk: Interpreter, arg: Expr | undefined): Promise<Value> {
  if (arg === undefined) return awk.text(awk.record.get(0)).length;
  if (arg.kind === "name" && awk.variables.cell(arg.name).isArray) return awk.variables.cell(arg.name).elements().size;
  return awk.text(await awk.value(arg)).length;
}

function needed(args: readonly Expr[], index: number, name: string): Expr {
  const arg = args[index];
  if (arg === undefined) throw new AwkError(`wrong number of arguments in call to ${name}`);
  return arg;
}

async function splitInto(awk: Interpreter, args: readonly Expr[]): Promise<Value> {
  const target = needed(args, 1, "split");
  if (target.kind !== "name") throw new AwkError("type error in arg(2) in call to split");
  const text = awk.text(await awk.value(needed(args, 0, "split")));
  const by = args[2];
  const separator =
    by === undefined
      ? awk.text(awk.variables.global("FS").value)
      : by.kind === "regex"
        ? awk.regex(by.source)
        : awk.text(await awk.value(by));
  const pieces = awk.split(text, separator);
  const array = awk.variables.cell(target.name).elements();
  array.load(pieces.map(fromInput));
  return pieces.length;
}

/** What `&` and `\\` mean in a replacement. */
function filled(replacement: string, match: RegExpExecArray, groups: boolean): string {
  return replacement.replace(groups ? /\\(\d|[\\&])|&/g : /\\([\\&])|&/g, (_all, escaped?: string) => {
    if (escaped === undefined) return match[0];
    return /\d/.test(escaped) ? (match[Number(escaped)] ?? "") : escaped;
  });
}

/** Replaces matches from the `from`th on. */
function replace(text: string, regex: RegExp, replacement: string, from: number, all: boolean, groups: boolean): readonly [string, number] {
  let [result, copied, at, count, replaced, lastEnd] = ["", 0, 0, 0, 0, -1];
  while (at <= text.length) {
    regex.lastIndex = at;
    const found = regex.exec(text);
    if (found === null) break;
    const end = found.index + found[0].length;
    at = found[0] === "" ? end + 1 : end;
    if (found[0] === "" && found.index === lastEnd) continue;
    lastEnd = end;
    if (++count < from) continue;
    result += text.slice(copied, found.index) + filled(replacement, found, groups);
    copied = end;
    replaced++;
    if (!all) break;
  }
  return [result + text.slice(copied), replaced];
}

async function substitute(awk: Interpreter, all: boolean, args: readonly Expr[]): Promise<Value> {
  const name = all ? "gsub" : "sub";
  const replacement = awk.text(await awk.value(needed(args, 1, name)));
  const given = args[2] ?? { kind: "field", index: { kind: "number", value: 0 } };
  const text = awk.text(await awk.value(given));
  const [result, count] = replace(text, await awk.pattern(needed(args, 0, name)), replacement, 1, all, false);
  if (count > 0 && (given.kind === "name" || given.kind === "field" || given.kind === "element")) await awk.assign(given as Target, result);
  return count;
}

async function gensub(awk: Interpreter, args: readonly Expr[]): Promise<Value> {
  const replacement = awk.text(await awk.value(needed(args, 1, "gensub")));
  const how = awk.text(await awk.value(needed(args, 2, "gensub")));
  const text = args[3] === undefined ? awk.text(awk.record.get(0)) : awk.text(await awk.value(args[3]));
  const all = /^[gG]/.test(how);
  return replace(text, await awk.pattern(needed(args, 0, "gensub")), replacement, all ? 1 : Math.max(1, Number(how) || 1), all, true)[0];
}

async function match(awk: Interpreter, args: readonly Expr[]): Promise<Value> {
  const text = awk.text(await awk.value(needed(args, 0, "match")));
  const found = (await awk.pattern(needed(args, 1, "match"))).exec(text);
  const start = found === null ? 0 : found.index + 1;
  awk.variables.global("RSTART").value = start;
  awk.variables.global("RLENGTH").value = found === null ? -1 : found[0].length;
  const into = args[2];
  if (into?.kind !== "name") return start;
  const array = awk.variables.cell(into.name).elements();
  array.clear();
  for (const [i, group] of (found ?? []).entries()) if (group !== undefined) array.set(i, fromInput(group));
  return start;
}

async function otherFunction(awk: Interpreter, name: string, values: readonly Value[]): Promise<Value> {
  switch (name) {
    case "close":
      return await awk.streams.close(awk.text(values[0]));
    case "system":
      return await awk.streams.system(awk.text(values[0]));
    case "fflush":
      await awk.streams.flush();
      return 0;
    case "srand":
      return awk.random.seed(values.length > 0 ? { value: values[0] } : null);
    default:
      return undefined;
  }
}

function textFunction(awk: Interpreter, name: string, values: readonly Value[]): Value {
  const text = (index: number): string => awk.text(values[index]);
  switch (name) {
    case "substr":
      return substr(text(0), toInt(toNumber(values[1])), values.length > 2 ? toInt(toNumber(values[2])) : null);
    case "index":
      return text(0).indexOf(text(1)) + 1;
    case "sprintf":
      return formatText(text(0), values.slice(1), awk.format("CONVFMT"), "sprintf");
    case "tolower":
      return text(0).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    case "toupper":
      return text(0).replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    case "strftime": {
      const seconds = values.length > 1 ? toNumber(values[1]) : Math.floor(awk.process.clockRealtime() / 1e9);
      return strftime(values.length > 0 ? text(0) : DEFAULT_DATE, momentOf(seconds * 1e9));
    }
    case "mktime": {
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text(0).trim().split(/\s+/).map(Number);
      return Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1000);
    }
    case "strtonum":
      return /^\s*0[xX]/.test(text(0))
        ? Number(text(0)) || 0
        : /^\s*0[0-7]+$/.test(text(0))
          ? Number.parseInt(text(0), 8)
          : toNumber(values[0]);
    default:
      return undefined;
  }
}

/** A start before the text makes the piece longer, not shorter: so does mawk. */
function substr(text: string, start: number, length: number | null): string {
  if (length === null) return text.slice(Math.max(0, start - 1));
  const from = Math.max(1, start);
  return text.slice(from - 1, Math.max(0, from - 1 + (start < 1 ? length - start : length)));
}

function numberFunction(awk: Interpreter, name: string, [a = 0, b = 0]: readonly number[]): Value {
  switch (name) {
    case "sin":
      return Math.sin(a);
    case "cos":
      return Math.cos(a);
    case "atan2":
      return Math.atan2(a, b);
    case "exp":
      return Math.exp(a);
    case "log":
      return Math.log(a);
    case "sqrt":
      return Math.sqrt(a);
    case "int":
      return Math.trunc(a);
    case "rand":
      return awk.random.next();
    case "systime":
      return Math.floor(awk.process.clockRealtime() / 1e9);
    case "and":
      return Number(BigInt(a) & BigInt(b));
    case "or":
      return Number(BigInt(a) | BigInt(b));
    case "xor":
      return Number(BigInt(a) ^ BigInt(b));
    case "lshift":
      return a * 2 ** b;
    case "rshift":
      return Math.floor(a / 2 ** b);
    default:
      return Number(BigInt.asUintN(53, ~BigInt(a)));
  }
}
