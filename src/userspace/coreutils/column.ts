/**
 * column(1) of util-linux 2.38: lists in columns (-c -x), tables (-t) with -s -o -N -d -l -R -H -O, -J -n, -L. Left out: trees, wrapping and
 * hiding columns that do not fit a terminal (there is none: tables are as wide as they are).
 */
import { strerror } from "../../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { readOperand, splitLines } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  version: "column from util-linux 2.38.1",
  usage: "[options] [<file>...]",
  short: "c:C:dE:eH:i:JLl:N:n:O:o:p:R:r:s:T:tW:x",
  long: {
    ...{ table: "t", "table-name": "n", "table-order": "O", "table-columns": "N", "table-column": "C", "table-columns-limit": "l" },
    ...{ "table-noextreme": "E", "table-noheadings": "d", "table-header-repeat": "e", "table-hide": "H", "table-right": "R" },
    ...{ "table-truncate": "T", "table-wrap": "W", "keep-empty-lines": "L", "table-empty-lines": "L", json: "J", tree: "r" },
    ...{ "tree-id": "i", "tree-parent": "p", "output-width": "c", columns: "c", "output-separator": "o", separator: "s", fillrows: "x" },
  },
  refused: [..."CEeTWrip"],
};

const TERMINAL_WIDTH = 80;
const TAB = 8;

export const column = utility(manual, async (util) => {
  const lines: string[] = [];
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const bytes = await readOperand(util, operand);
    if (typeof bytes === "number") await util.fail(`${operand}: ${strerror(bytes)}`);
    else for (const line of splitLines(decode(bytes))) if (util.has("L") || /[^ \t]/.test(line)) lines.push(line);
  }
  if (util.has("t", "J")) return await table(util, lines);
  const text = util.value("c") ?? String(TERMINAL_WIDTH);
  const width = text === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(text);
  if (!/^(\d+|unlimited)$/.test(text) || width === 0) await util.die(`invalid columns argument: '${text}'`);
  await list(util, lines, width);
});

/** Entries in columns that are as wide as the widest of them, ended by tabs. */
async function list(util: Utility, entries: readonly string[], width: number): Promise<void> {
  const longest = Math.max(0, ...entries.map((entry) => entry.length));
  const cell = (Math.floor(longest / TAB) + 1) * TAB;
  const columns = Math.max(1, Math.floor(width / cell));
  if (longest >= width || columns === 1) return await util.out(entries.map((entry) => `${entry}\n`).join(""));
  const rows = Math.ceil(entries.length / columns);
  for (let row = 0; row < rows; row++) {
    let line = "";
    for (let at = 0; at < columns; at++) {
      const entry = util.has("x") ? entries[row * columns + at] : entries[at * rows + row];
      if (entry === undefined) break;
      const next = util.has("x") ? (at + 1 < columns ? entries[row * columns + at + 1] : undefined) : entries[(at + 1) * rows + row];
      line += next === undefined ? entry : entry + "\t".repeat(Math.ceil((cell - entry.length) / TAB));
    }
    await util.out(`${line}\n`);
  }
}

interface Table {
  readonly names: readonly string[];
  /** For each row the cells by column. */
  readonly rows: readonly (readonly string[])[];
  /** The columns that are shown, in order. */
  readonly order: readonly number[];
  readonly right: ReadonlySet<number>;
}

async function table(util: Utility, lines: readonly string[]): Promise<void> {
  const separators = util.value("s");
  const most = Number(util.value("l") ?? Number.POSITIVE_INFINITY);
  const rows = lines.map((line) => cellsOf(line, separators, most));
  const names = util.value("N")?.split(",") ?? [];
  const width = Math.max(names.length, ...rows.map(({ length }) => length), 0);
  if (util.has("J") && names.length === 0) await util.die("option --table-columns required for --json");
  const hidden = new Set(await indices(util, "H", names, width));
  const wanted = await indices(util, "O", names, width);
  const all = Array.from({ length: width }, (_, i) => i);
  const order = [...wanted, ...all.filter((i) => !wanted.includes(i))].filter((i) => !hidden.has(i));
  const shown: Table = { names, rows, order, right: new Set(await indices(util, "R", names, width)) };
  await (util.has("J") ? putJson(util, shown) : putTable(util, shown));
}

/** A line's cells: apart by any of the characters of -s each, else by blanks. */
function cellsOf(line: string, separators: string | undefined, most: number): readonly string[] {
  const blanks = separators === undefined;
  const isBreak = (char: string): boolean => (blanks ? char === " " || char === "\t" : separators.includes(char));
  const cells: string[] = [];
  let rest = blanks ? line.replace(/^[ \t]+/, "") : line;
  while (cells.length + 1 < most) {
    const at = Array.from(rest).findIndex(isBreak);
    if (at < 0) break;
    cells.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
    if (blanks) rest = rest.replace(/^[ \t]+/, "");
  }
  return rest === "" && blanks ? cells : [...cells, rest];
}

/** The columns that an option names, by number or by name; `-` at the end of a list of hidden ones means those without a name. */
async function indices(util: Utility, letter: string, names: readonly string[], width: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (const text of util.value(letter)?.split(",") ?? []) {
    const named = names.indexOf(text);
    const numbered = /^\d+$/.test(text) ? Number(text) - 1 : -1;
    const at = named >= 0 ? named : numbered;
    if (at < 0 || at >= width) await util.die(`undefined column name '${text}'`);
    found.push(at);
  }
  return found;
}

async function putTable(util: Utility, { names, rows, order, right }: Table): Promise<void> {
  const separator = util.value("o") ?? "  ";
  const lines = names.length > 0 && !util.has("d") ? [names, ...rows] : rows;
  const widths = order.map((at) => Math.max(0, ...lines.map((cells) => Array.from(cells[at] ?? "").length)));
  const last = order.length - 1;
  for (const cells of lines) {
    const laid = order.map((at, i) => {
      const cell = cells[at] ?? "";
      if (right.has(at)) return cell.padStart(widths[i] ?? 0);
      return i === last ? cell : cell.padEnd(widths[i] ?? 0);
    });
    await util.out(`${laid.join(separator)}\n`);
  }
}

async function putJson(util: Utility, { names, rows, order }: Table): Promise<void> {
  const objects = rows.map((cells) => {
    const fields = order.map(
      (at) =>
        `         ${JSON.stringify((names[at] ?? "").toLowerCase())}: ${cells[at] === undefined || cells[at] === "" ? "null" : JSON.stringify(cells[at])}`,
    );
    return `{\n${fields.join(",\n")}\n      }`;
  });
  await util.out(`{\n   ${JSON.stringify(util.value("n") ?? "table")}: [\n      ${objects.join(",")}\n   ]\n}\n`);
}
