/** join(1): -a -v -e -i -j -1 -2 -o (also auto) -t -z, --header, --check-order and --nocheck-order. Both inputs are read whole. */
import { strerror } from "../../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE1 FILE2",
  short: "a:e:i1:2:j:o:t:v:z",
  long: {
    ...{ "ignore-case": "i", "zero-terminated": "z", header: "header" },
    ...{ "check-order": "check-order", "nocheck-order": "nocheck-order" },
  },
};

/** A field of the output: of which file, counted from 0; the common field is of neither. */
type Field = "key" | { readonly file: 0 | 1; readonly field: number };

interface Row {
  readonly line: string;
  readonly fields: readonly string[];
  readonly key: string;
}

interface Plan {
  readonly util: Utility;
  readonly separator: string | null;
  readonly end: string;
  /** The common field of each file, from 0. */
  readonly keys: readonly [number, number];
  /** Rows without a partner are shown, for each file. */
  readonly unpaired: readonly [boolean, boolean];
  readonly paired: boolean;
  readonly format: readonly Field[] | null;
  readonly filler: string;
}

export const join = utility(manual, async (util) => {
  const [first, second, extra] = util.operands;
  if (first === undefined) return await util.missingOperand();
  if (second === undefined) return await util.misused(`missing operand after ${quote(first)}`);
  if (extra !== undefined) return await util.misused(`extra operand ${quote(extra)}`);
  if (first === "-" && second === "-") return await util.die("both files cannot be standard input");
  const plan = await planOf(util);
  const rows = [await rowsOf(plan, first, 0), await rowsOf(plan, second, 1)] as const;
  const auto = util.value("o") === "auto";
  const format = auto ? autoFormat(plan, rows[0][0], rows[1][0]) : plan.format;
  await merge({ ...plan, format }, rows, [first, second]);
});

async function planOf(util: Utility): Promise<Plan> {
  const number = async (letter: string, what: string): Promise<number | null> => {
    const text = util.value(letter) ?? util.value("j");
    if (text === undefined) return null;
    return /^[1-9]\d*$/.test(text) ? Number(text) - 1 : await util.die(`invalid field number: ${quote(text)}${what}`);
  };
  const tab = util.value("t");
  if (tab !== undefined && tab.length > 1 && tab !== "\\0") await util.die(`multi-character tab ${quote(tab)}`);
  const wants = async (letter: string, file: string): Promise<boolean> => {
    for (const given of util.given)
      if (given.letter === letter && !/^[12]$/.test(given.argument)) await util.die(`invalid file number: ${quote(given.argument)}`);
    return util.given.some((given) => given.letter === letter && given.argument === file);
  };
  const end = util.has("z") ? "\0" : "\n";
  return {
    util,
    separator: tab === undefined ? null : tab === "\\0" ? "\0" : tab === "" ? end : tab,
    end,
    keys: [(await number("1", "")) ?? 0, (await number("2", "")) ?? 0],
    unpaired: [(await wants("a", "1")) || (await wants("v", "1")), (await wants("a", "2")) || (await wants("v", "2"))],
    paired: !util.has("v"),
    format: await formatOf(util),
    filler: util.value("e") ?? "",
  };
}

async function formatOf(util: Utility): Promise<readonly Field[] | null> {
  const texts = util.given.filter(({ letter, argument }) => letter === "o" && argument !== "auto").map(({ argument }) => argument);
  if (texts.length === 0) return null;
  const fields: Field[] = [];
  for (const text of texts.join(",").split(/[, \t]+/)) {
    const match = /^([12])\.([1-9]\d*)$/.exec(text);
    if (text === "0") fields.push("key");
    else if (match === null) {
      const what = /^\d\.\d+$/.test(text) ? "invalid file number in field spec" : "invalid field specifier";
      await util.die(`${what}: ${quote(text)}`);
    } else fields.push({ file: match[1] === "1" ? 0 : 1, field: Number(match[2]) - 1 });
  }
  return fields;
}

/** As many fields as the first line of each file has. */
function autoFormat({ keys }: Plan, first: Row | undefined, second: Row | undefined): readonly Field[] {
  const others = (file: 0 | 1, row: Row | undefined): readonly Field[] =>
    (row?.fields ?? []).map((_text, field) => ({ file, field })).filter(({ field }) => field !== keys[file]);
  return ["key", ...others(0, first), ...others(1, second)];
}

async function rowsOf(plan: Plan, operand: string, file: 0 | 1): Promise<readonly Row[]> {
  const { util, separator, end } = plan;
  const bytes = await readOperand(util, operand);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
  const text = decode(bytes);
  const lines = text === "" ? [] : (text.endsWith(end) ? text.slice(0, -1) : text).split(end);
  return lines.map((line) => {
    const fields =
      separator === null
        ? line.split(/[ \t\n]+/).filter((part, i, all) => part !== "" || (i > 0 && i < all.length - 1))
        : line.split(separator);
    const key = fields[plan.keys[file]] ?? "";
    return { line, fields, key: util.has("i") ? key.toLowerCase() : key };
  });
}

async function merge(plan: Plan, rows: readonly [readonly Row[], readonly Row[]], names: readonly [string, string]): Promise<void> {
  const { util } = plan;
  const [left, right] = rows;
  const order = new OrderCheck(plan, rows, names);
  let [i, j] = [0, 0];
  if (util.has("header") && (left.length > 0 || right.length > 0)) {
    await put(plan, left[i++] ?? null, right[j++] ?? null);
    order.passHeader();
  }
  while (i < left.length || j < right.length) {
    const side = sideWithoutPartner(left[i], right[j]);
    if (side === null) {
      const [to, until] = [endOfGroup(left, i), endOfGroup(right, j)];
      if (plan.paired) await putPairs(plan, left.slice(i, to), right.slice(j, until));
      await order.check(0, to - 1, false);
      await order.check(1, until - 1, false);
      [i, j] = [to, until];
      continue;
    }
    const at = side === 0 ? i++ : j++;
    const row = rows[side][at] ?? null;
    if (plan.unpaired[side]) await put(plan, side === 0 ? row : null, side === 1 ? row : null);
    await order.check(side, at, true);
  }
  if (order.said) await util.fail("input is not in sorted order");
}

/** Which of the two rows, the first that are left of each file, can have no partner; null if they are partners. */
function sideWithoutPartner(a: Row | undefined, b: Row | undefined): 0 | 1 | null {
  if (a === undefined) return 1;
  if (b === undefined || a.key < b.key) return 0;
  return b.key < a.key ? 1 : null;
}

async function putPairs(plan: Plan, left: readonly Row[], right: readonly Row[]): Promise<void> {
  for (const a of left) for (const b of right) await put(plan, a, b);
}

function endOfGroup(rows: readonly Row[], from: number): number {
  let to = from + 1;
  while (rows[to] !== undefined && rows[to]?.key === rows[from]?.key) to++;
  return to;
}

/** Complains once for each file whose lines are not sorted; without --check-order only where a line had no partner. */
class OrderCheck {
  said = false;
  private readonly plan: Plan;
  private readonly rows: readonly [readonly Row[], readonly Row[]];
  private readonly names: readonly [string, string];
  private readonly told: [boolean, boolean] = [false, false];
  private unpaired = false;
  private from = 0;

  constructor(plan: Plan, rows: readonly [readonly Row[], readonly Row[]], names: readonly [string, string]) {
    this.plan = plan;
    this.rows = rows;
    this.names = names;
  }

  passHeader(): void {
    this.from = 1;
  }

  async check(file: 0 | 1, at: number, unpaired: boolean): Promise<void> {
    const { util } = this.plan;
    this.unpaired ||= unpaired;
    if (util.has("nocheck-order") || this.told[file] || at < this.from) return;
    if (!this.unpaired && !util.has("check-order")) return;
    const [row, next] = [this.rows[file][at], this.rows[file][at + 1]];
    if (row === undefined || next === undefined || row.key <= next.key) return;
    this.told[file] = true;
    this.said = true;
    const text = `${this.names[file]}:${at + 2}: is not sorted: ${next.line}`;
    if (util.has("check-order")) await util.die(text);
    await util.say(text);
  }
}

/** One line of output, of a pair or of a row alone. */
async function put(plan: Plan, a: Row | null, b: Row | null): Promise<void> {
  const { util, format, keys, filler, end } = plan;
  const rows = [a, b] as const;
  const key = a?.fields[keys[0]] ?? b?.fields[keys[1]] ?? "";
  const value = (field: Field): string => (field === "key" ? key : (rows[field.file]?.fields[field.field] ?? "")) || filler;
  const rest = (file: 0 | 1): readonly string[] =>
    (rows[file]?.fields ?? []).filter((_text, i) => i !== keys[file]).map((text) => text || filler);
  const cells = format === null ? [key || filler, ...rest(0), ...rest(1)] : format.map(value);
  await util.out(cells.join(plan.separator ?? " ") + end);
}
