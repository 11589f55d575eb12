/** numfmt(1): all options but --debug; digits are never grouped, as in the C locale. */

import { LineReader, STDIN } from "../lib/index.ts";
import { chooseWord } from "./choices.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [NUMBER]...",
  short: "d:z",
  long: {
    ...{
      from: "from:",
      "from-unit": "from-unit:",
      to: "to:",
      "to-unit": "to-unit:",
      round: "round:",
      padding: "padding:",
      field: "field:",
    },
    ...{
      suffix: "suffix:",
      grouping: "grouping",
      delimiter: "d",
      header: "header::",
      format: "format:",
      invalid: "invalid:",
      debug: "debug",
    },
    "zero-terminated": "z",
  },
  refused: ["debug"],
  modernise: (words: readonly string[]): readonly string[] => {
    const at = words.findIndex((word) => /^-\d/.test(word));
    return at < 0 || words.slice(0, at).includes("--") ? words : [...words.slice(0, at), "--", ...words.slice(at)];
  },
};

const UNITS = "KMGTPEZY";
const SCALES_TO = ["none", "si", "iec", "iec-i"] as const;
const SCALES = ["none", "auto", "si", "iec", "iec-i"] as const;
const ROUNDS = ["up", "down", "from-zero", "towards-zero", "nearest"] as const;

type Scale = (typeof SCALES)[number];

interface Plan {
  readonly from: Scale;
  readonly to: Scale;
  readonly fromUnit: number;
  readonly toUnit: number;
  readonly round: (typeof ROUNDS)[number];
  readonly suffix: string;
  readonly delimiter: string | null;
  readonly wanted: (field: number) => boolean;
  readonly format: Format;
}

/** What --format says, with --padding. */
interface Format {
  readonly before: string;
  readonly after: string;
  readonly width: number;
  readonly left: boolean;
  readonly zeros: boolean;
  readonly precision: number | null;
}

export const numfmt = utility(manual, async (util) => {
  const plan: Plan = {
    from: await choice(util, "from", SCALES, "none"),
    to: await choice(util, "to", SCALES_TO, "none"),
    fromUnit: await unitOf(util, "from-unit"),
    toUnit: await unitOf(util, "to-unit"),
    round: await choice(util, "round", ROUNDS, "from-zero"),
    suffix: util.value("suffix") ?? "",
    delimiter: util.value("d") ?? null,
    wanted: await fieldsOf(util),
    format: await formatOf(util),
  };
  if (plan.delimiter !== null && plan.delimiter.length > 1) await util.die("the delimiter must be a single character");
  for (const operand of util.operands) await util.out(`${await line(util, plan, operand)}\n`);
  if (util.operands.length > 0) return;
  const header = util.has("header") ? Number(util.value("header") || 1) : 0;
  const reader = new LineReader(util.process, STDIN);
  for (let number = 1; ; number++) {
    const text = await reader.next();
    if (typeof text !== "string") return;
    await util.out(`${number <= header ? text : await line(util, plan, text)}${reader.endsUnfinished ? "" : "\n"}`);
  }
});

async function choice<T extends string>(util: Utility, option: string, known: readonly T[], otherwise: T): Promise<T> {
  const word = util.value(option);
  if (word === undefined) return otherwise;
  return await chooseWord(
    util,
    word,
    `--${option}`,
    known.map((one) => [one] as const),
  );
}

async function unitOf(util: Utility, option: string): Promise<number> {
  const text = util.value(option);
  if (text === undefined) return 1;
  const match = /^(\d+)([KMGTPEZY]?)(i?)$/.exec(text);
  if (match === null || Number(match[1]) === 0) return await util.die(`invalid unit size: ${quote(text)}`);
  return Number(match[1]) * (match[3] === "i" ? 1024 : 1000) ** (UNITS.indexOf(match[2] || "-") + 1);
}

async function fieldsOf(util: Utility): Promise<(field: number) => boolean> {
  const text = util.value("field") ?? "1";
  if (text === "-") return () => true;
  const ranges: (readonly [number, number])[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null || part === "") return await util.misused(`invalid field value ${quote(part)}`);
    const [, from, dash, to] = match;
    ranges.push([Number(from || 1), dash === "" ? Number(from) : to === "" ? Number.POSITIVE_INFINITY : Number(to)]);
  }
  return (field) => ranges.some(([from, to]) => field >= from && field <= to);
}

async function formatOf(util: Utility): Promise<Format> {
  const padding = Number(util.value("padding") ?? 0);
  const text = util.value("format");
  const width = { width: Math.abs(padding), left: padding < 0 };
  if (Number.isNaN(padding) || (util.has("padding") && padding === 0))
    await util.die(`invalid padding value ${quote(util.value("padding") ?? "")}`);
  if (text === undefined) return { before: "", after: "", zeros: false, precision: null, ...width };
  const match = /^((?:[^%]|%%)*)%([-'0]*)(\d*)(?:\.(\d*))?f((?:[^%]|%%)*)$/.exec(text);
  if (match === null)
    return await util.die(`format ${quote(text)} ${text.includes("%") ? "must have exactly one %f directive" : "has no % directive"}`);
  const [, before = "", flags = "", digits = "", precision, after = ""] = match;
  const own = { width: Number(digits), left: flags.includes("-") };
  return {
    before: before.replaceAll("%%", "%"),
    after: after.replaceAll("%%", "%"),
    zeros: flags.includes("0"),
    precision: precision === undefined ? null : Number(precision),
    ...(util.has("padding") ? width : own),
  };
}

/** A line with its fields converted; what cannot be stays, or ends everything. */
async function line(util: Utility, plan: Plan, text: string): Promise<string> {
  if (plan.delimiter !== null) {
    const fields: string[] = [];
    for (const [i, field] of text.split(plan.delimiter).entries())
      fields.push(plan.wanted(i + 1) ? await convert(util, plan, field, false) : field);
    return fields.join(plan.delimiter);
  }
  let [result, number] = ["", 0];
  for (const [whole, blanks = "", word = ""] of text.matchAll(/([ \t]*)([^ \t]+)|[ \t]+$/g)) {
    number++;
    if (word === "" || !plan.wanted(number)) result += whole;
    else result += await convert(util, plan, word, true, number === 1 ? blanks : blanks.slice(1), number === 1 ? "" : blanks.slice(0, 1));
  }
  return result;
}

/** @param aligned whether blanks before the field are part of its width */
async function convert(util: Utility, plan: Plan, field: string, aligned: boolean, blanks = "", lead = ""): Promise<string> {
  const parsed = parse(plan, field.trimStart());
  if (typeof parsed === "string") {
    const how = util.value("invalid") ?? "abort";
    if (how === "abort") return await util.die(parsed, 2);
    if (how !== "ignore") await util.say(parsed);
    if (how === "fail") util.status = 2;
    return lead + blanks + field;
  }
  const shown = present(plan, parsed);
  const { before, after, width, left, zeros } = plan.format;
  const least = aligned && width === 0 && blanks !== "" ? blanks.length + field.length : width;
  const padded = left
    ? shown.padEnd(least)
    : zeros
      ? shown.replace(/^(-?)(.*)$/, (_all, sign: string, rest: string) => sign + rest.padStart(least - sign.length, "0"))
      : shown.padStart(least);
  return lead + before + padded + after;
}

/** The number, or what is wrong with it. */
function parse(plan: Plan, field: string): number | string {
  const { from, suffix } = plan;
  const bare = suffix !== "" && field.endsWith(suffix) ? field.slice(0, -suffix.length) : field;
  const match = /^(-?\d+(?:\.\d+)?)(.*)$/s.exec(bare);
  if (match === null) return `invalid number: ${quote(field)}`;
  const [, digits = "", rest = ""] = match;
  if (rest === "") return Number(digits) * plan.fromUnit;
  const power = UNITS.indexOf(rest.charAt(0)) + 1;
  if (power === 0) return `invalid suffix in input: ${quote(field)}`;
  if (from === "none") return `rejecting suffix in input: ${quote(field)} (consider using --from)`;
  const binary = rest.charAt(1) === "i" && (from === "auto" || from === "iec-i");
  if (from === "iec-i" && !binary) return `missing 'i' suffix in input: ${quote(field)} (e.g Ki/Mi/Gi)`;
  const behind = rest.slice(binary ? 2 : 1);
  if (behind !== "") return `invalid suffix in input ${quote(field)}: ${quote(behind)}`;
  const base = from === "si" || (from === "auto" && !binary) ? 1000 : 1024;
  return Number(digits) * base ** power * plan.fromUnit;
}

function present(plan: Plan, parsed: number): string {
  const { to, suffix, format } = plan;
  let value = parsed / plan.toUnit;
  if (to === "none" || to === "auto") {
    const digits = format.precision ?? (Number.isInteger(value) ? 0 : String(value).replace(/^.*\./, "").length);
    return rounded(value, format.precision === null && plan.toUnit !== 1 ? 0 : digits, plan.round) + suffix;
  }
  const base = to === "si" ? 1000 : 1024;
  let power = 0;
  while (Math.abs(value) >= base && power < UNITS.length) {
    value /= base;
    power++;
  }
  const digitsFor = (number: number): number => format.precision ?? (power > 0 && Math.abs(number) < 10 ? 1 : 0);
  let text = rounded(value, digitsFor(value), plan.round);
  if (Math.abs(Number(text)) >= base && power < UNITS.length) {
    power++;
    text = rounded(Number(text) / base, digitsFor(Number(text) / base), plan.round);
  } else if (power > 0 && Math.abs(value) < 10 && Math.abs(Number(text)) >= 10 && format.precision === null)
    text = rounded(value, 0, plan.round);
  return text + (power === 0 ? "" : UNITS.charAt(power - 1) + (to === "iec-i" ? "i" : "")) + suffix;
}

function rounded(value: number, digits: number, how: Plan["round"]): string {
  const scale = 10 ** digits;
  // What was read as a decimal fraction is not to be rounded up for its last binary digit.
  const scaled = Number((value * scale).toPrecision(15));
  const up = how === "up" || (how === "from-zero" && value > 0) || (how === "towards-zero" && value < 0);
  const whole = how === "nearest" ? Math.sign(scaled) * Math.round(Math.abs(scaled)) : up ? Math.ceil(scaled) : Math.floor(scaled);
  return (whole / scale).toFixed(digits);
}
