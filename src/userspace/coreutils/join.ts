/** join(1): -a -v -e -i -j -1 -2 -o (also auto) -t -z, --header, --check-order and --nocheck-order. */
import { strerror } from "../../kernel/index.ts";
import type { Fd } from "../../syscall/index.ts";
import { LineSource } from "./grep-lines.ts";
import { openOperand } from "./input.ts";
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
  const order = new OrderCheck(plan, [first, second]);
  const files = [await openRows(plan, first, 0, order), await openRows(plan, second, 1, order)] as const;
  const auto = util.value("o") === "auto";
  const format = auto ? autoFormat(plan, files[0].row, files[1].row) : plan.format;
  await merge({ ...plan, format }, files, order);
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
function autoFormat({ keys }: Plan, first: Row | null, second: Row | null): readonly Field[] {
  const others = (file: 0 | 1, row: Row | null): readonly Field[] =>
    (row?.fields ?? []).map((_text, field) => ({ file, field })).filter(({ field }) => field !== keys[file]);
  return ["key", ...others(0, first), ...others(1, second)];
}

async function openRows(plan: Plan, operand: string, file: 0 | 1, order: OrderCheck): Promise<Rows> {
  const fd = await openOperand(plan.util, operand);
  if (fd < 0) await plan.util.die(`${quoteIfNeeded(operand)}: ${strerror(fd)}`);
  const rows = new Rows(plan, fd, file, order);
  await rows.advance();
  return rows;
}

/** The lines of one file, of which only the first that is left is held. */
class Rows {
  /** Null at the end. */
  row: Row | null = null;
  private readonly plan: Plan;
  private readonly file: 0 | 1;
  private readonly order: OrderCheck;
  private readonly source: LineSource;

  constructor(plan: Plan, fd: Fd, file: 0 | 1, order: OrderCheck) {
    this.plan = plan;
    this.file = file;
    this.order = order;
    this.source = new LineSource(plan.util.process, fd, { end: plan.end, mayBeBinary: false, offsets: false });
  }

  /** Goes to the next line; it must not be less than the one before unless `checked` is false. */
  async advance(checked = true): Promise<void> {
    const line = await this.source.next();
    if (typeof line === "number") return await this.plan.util.die(`read error: ${strerror(line)}`);
    const before = this.row;
    this.row = line === null ? null : this.rowOf(line.text);
    if (checked && before !== null && this.row !== null && line !== null) await this.order.check(this.file, before, this.row, line.number);
  }

  /** The first lines that are left and have the same key. */
  async takeGroup(): Promise<readonly Row[]> {
    const group: Row[] = [];
    const key = this.row?.key;
    while (this.row !== null && this.row.key === key) {
      group.push(this.row);
      await this.advance();
    }
    return group;
  }

  private rowOf(line: string): Row {
    const { util, separator, keys } = this.plan;
    const fields =
      separator === null
        ? line.split(/[ \t\n]+/).filter((part, i, all) => part !== "" || (i > 0 && i < all.length - 1))
        : line.split(separator);
    const key = fields[keys[this.file]] ?? "";
    return { line, fields, key: util.has("i") ? key.toLowerCase() : key };
  }
}

async function merge(plan: Plan, [left, right]: readonly [Rows, Rows], order: OrderCheck): Promise<void> {
  const { util } = plan;
  if (util.has("header") && (left.row !== null || right.row !== null)) {
    await put(plan, left.row, right.row);
    await left.advance(false);
    await right.advance(false);
  }
  while (left.row !== null && right.row !== null) {
    const side = sideWithoutPartner(left.row, right.row);
    if (side === null) {
      const [some, others] = [await left.takeGroup(), await right.takeGroup()];
      if (plan.paired) await putPairs(plan, some, others);
    } else await passUnpaired(plan, side, side === 0 ? left : right, order);
  }
  await finish(plan, 0, left, order);
  await finish(plan, 1, right, order);
  if (order.said) await util.fail("input is not in sorted order");
}

/** What is left of a file when the other one is at its end: to be shown, or only to be checked until there is a complaint. */
async function finish(plan: Plan, side: 0 | 1, rows: Rows, order: OrderCheck): Promise<void> {
  while (rows.row !== null) {
    if (!plan.unpaired[side] && (plan.util.has("nocheck-order") || order.told[side])) return;
    if (plan.unpaired[side]) await put(plan, side === 0 ? rows.row : null, side === 1 ? rows.row : null);
    await rows.advance();
  }
}

/** Shows a row that has no partner, if it is asked for. From then on the files must be sorted. */
async function passUnpaired(plan: Plan, side: 0 | 1, rows: Rows, order: OrderCheck): Promise<void> {
  if (plan.unpaired[side]) await put(plan, side === 0 ? rows.row : null, side === 1 ? rows.row : null);
  await rows.advance();
  order.unpaired = true;
}

/** Which of the two rows, the first that are left of each file, can have no partner; null if they are partners. */
function sideWithoutPartner(a: Row, b: Row): 0 | 1 | null {
  if (a.key < b.key) return 0;
  return b.key < a.key ? 1 : null;
}

async function putPairs(plan: Plan, left: readonly Row[], right: readonly Row[]): Promise<void> {
  for (const a of left) for (const b of right) await put(plan, a, b);
}

/** Complains once for each file whose lines are not sorted; without --check-order only behind a line that had no partner. */
class OrderCheck {
  said = false;
  unpaired = false;
  readonly told: [boolean, boolean] = [false, false];
  private readonly plan: Plan;
  private readonly names: readonly [string, string];

  constructor(plan: Plan, names: readonly [string, string]) {
    this.plan = plan;
    this.names = names;
  }

  async check(file: 0 | 1, before: Row, row: Row, number: number): Promise<void> {
    const { util } = this.plan;
    if (util.has("nocheck-order") || this.told[file] || before.key <= row.key) return;
    if (!this.unpaired && !util.has("check-order")) return;
    this.told[file] = true;
    this.said = true;
    const text = `${this.names[file]}:${number}: is not sorted: ${row.line}`;
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
