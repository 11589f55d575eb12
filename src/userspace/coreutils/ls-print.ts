/** How ls(1) shows a list of files: the long form, one a line, in columns, between commas. */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK, type Stat } from "../../syscall/index.ts";
import { momentOf, strftime } from "../lib/index.ts";
import { isRecent, modeText, pagesKib } from "./ls-format.ts";
import { type Item, isExecutable } from "./ls-item.ts";
import type { Layout } from "./ls-layout.ts";
import { escapeName } from "./ls-names.ts";
import { humanSize } from "./size.ts";
import type { Utility } from "./utility.ts";

/** Columns that the shortest column takes: one character and two spaces. */
const LEAST_COLUMN = 3;

/** A name as it is shown, and how many columns it takes. */
interface Cell {
  readonly text: string;
  readonly width: number;
}

export class Printer {
  readonly layout: Layout;
  private readonly util: Utility;
  private colored = false;

  constructor(util: Utility, layout: Layout) {
    this.util = util;
    this.layout = layout;
  }

  async title(path: string, first: boolean): Promise<void> {
    await this.util.out(`${first ? "" : "\n"}${escapeName(path, this.layout.quoting, this.layout.hideControls)}:\n`);
  }

  /** @param kib what the directory takes on disk: shown as the total; null for files of the command line */
  async items(items: readonly Item[], kib: number | null): Promise<void> {
    const { util, layout } = this;
    if (kib !== null && (layout.long || util.has("s"))) await util.out(`total ${this.blocks(kib)}${layout.end}`);
    if (items.length === 0) return;
    if (layout.long) return await this.long(items);
    const padded = layout.format !== "commas";
    const cells = this.cells(items, padded);
    if (layout.format === "single") for (const { text } of cells) await util.out(text + layout.end);
    else if (layout.format === "commas") await this.commas(cells);
    else await this.columns(cells);
  }

  private cells(items: readonly Item[], padded: boolean): readonly Cell[] {
    const prefixes = this.prefixes(items, padded);
    // Where some names have quotes around them the others are moved by one column.
    const names = items.map((item) => this.name(item));
    const shift = this.shifts(names);
    return items.map((item, i) => {
      const name = names[i] ?? "";
      const lead = (prefixes[i] ?? "") + (shift && !/^['"]/.test(name) ? " " : "");
      const mark = this.indicator(item.stat);
      return { text: lead + this.paint(name, item) + mark, width: lead.length + Array.from(name).length + mark.length };
    });
  }

  private shifts(names: readonly string[]): boolean {
    const { quoting, format } = this.layout;
    return /^shell/.test(quoting) && format !== "single" && format !== "commas" && names.some((name) => /^['"]/.test(name));
  }

  /** -i and -s. */
  private prefixes(items: readonly Item[], padded: boolean): readonly string[] {
    const { util } = this;
    const fields: (readonly string[])[] = [];
    if (util.has("i")) fields.push(column(items, ({ stat }) => String(stat.ino), "start", padded));
    if (util.has("s")) fields.push(column(items, ({ stat }) => this.blocks(pagesKib(stat)), "start", padded));
    return items.map((_item, i) => fields.map((texts) => `${texts[i]} `).join(""));
  }

  private name(item: Item): string {
    return escapeName(item.name, this.layout.quoting, this.layout.hideControls);
  }

  private paint(name: string, { stat, behind }: Pick<Item, "stat" | "behind">): string {
    const code = this.layout.colors?.(name, stat, behind) ?? null;
    if (code === null) return name;
    const start = this.colored ? "" : "\x1b[0m";
    this.colored = true;
    return `${start}\x1b[${code}m${name}\x1b[0m`;
  }

  /** As many columns as fit. */
  private async columns(cells: readonly Cell[]): Promise<void> {
    const { util, layout } = this;
    const down = layout.format === "columns";
    if (layout.width === 0) {
      await util.out(`${cells.map(({ text }) => text).join("  ")}${layout.end}`);
      return;
    }
    const widths = columnsOf(cells, layout.width, down);
    const rows = Math.ceil(cells.length / widths.length);
    for (let row = 0; row < rows; row++) {
      let [line, at, from] = ["", 0, 0];
      for (let i = 0; i < widths.length; i++) {
        const cell = cells[down ? row + i * rows : row * widths.length + i];
        if (cell === undefined) break;
        line += indent(from, at, layout.tab) + cell.text;
        from = at + cell.width;
        at += widths[i] ?? 0;
      }
      await util.out(line + layout.end);
    }
  }

  private async commas(cells: readonly Cell[]): Promise<void> {
    const { width, end } = this.layout;
    let [text, at] = ["", 0];
    for (const [i, cell] of cells.entries()) {
      const stays = width === 0 || at + cell.width + 2 < width;
      if (i > 0) text += stays ? ", " : ",\n";
      at = (i === 0 ? 0 : stays ? at + 2 : 0) + cell.width;
      text += cell.text;
    }
    await this.util.out(text + end);
  }

  private async long(items: readonly Item[]): Promise<void> {
    const { util, layout } = this;
    const now = util.process.clockRealtime();
    const prefixes = this.prefixes(items, true);
    const names = items.map((item) => this.name(item));
    const shift = this.shifts(names);
    const fields = [
      column(items, ({ stat }) => modeText(stat.mode)),
      column(items, ({ stat }) => String(stat.nlink)),
      ...(util.has("g") ? [] : [column(items, ({ stat }) => owner(util, stat.uid), "end")]),
      ...(util.has("o", "G") ? [] : [column(items, ({ stat }) => owner(util, stat.gid), "end")]),
      column(items, ({ stat }) => (isDevice(stat) ? `${(stat.rdev >> 8) & 0xfff}, ${stat.rdev & 0xff}` : this.size(stat.size))),
      column(items, ({ stat }) => strftime(layout.times[isRecent(stat.mtime, now) ? 1 : 0], momentOf(stat.mtime))),
    ];
    for (const [i, item] of items.entries()) {
      const name = names[i] ?? "";
      const lead = fields.map((texts) => texts[i]).join(" ");
      const spaced = shift && !/^['"]/.test(name) ? " " : "";
      await util.out(`${prefixes[i]}${lead} ${spaced}${this.paint(name, item)}${this.arrow(item)}${layout.end}`);
    }
  }

  private arrow({ stat, target, behind }: Item): string {
    if (target === null) return this.indicator(stat);
    const shown = escapeName(target, this.layout.quoting, this.layout.hideControls);
    if (behind === null) return ` -> ${shown}`;
    return ` -> ${this.paint(shown, { stat: behind, behind: null })}${this.indicator(behind)}`;
  }

  private size(bytes: number): string {
    const { util } = this;
    if (!util.has("h", "si")) return String(bytes);
    return humanSize(bytes, util.lastOf("h", "si") === "si" ? 1000 : 1024);
  }

  private blocks(kib: number): string {
    return this.util.has("h", "si") ? this.size(kib * 1024) : String(kib);
  }

  private indicator({ mode }: Stat): string {
    const { indicators } = this.layout;
    const type = mode & S_IFMT;
    if (indicators === "none") return "";
    if (type === S_IFDIR) return "/";
    if (indicators === "slash") return "";
    if (isExecutable({ mode })) return indicators === "classify" ? "*" : "";
    return type === S_IFLNK ? "@" : type === S_IFIFO ? "|" : type === S_IFSOCK ? "=" : "";
  }
}

/** The widths of the most columns that fit into a line. */
function columnsOf(cells: readonly Cell[], width: number, down: boolean): readonly number[] {
  for (let count = Math.min(cells.length, Math.max(1, Math.floor(width / LEAST_COLUMN))); count > 1; count--) {
    const rows = Math.ceil(cells.length / count);
    const widths: number[] = new Array<number>(count).fill(LEAST_COLUMN);
    for (const [i, cell] of cells.entries()) {
      const at = down ? Math.floor(i / rows) : i % count;
      widths[at] = Math.max(widths[at] ?? 0, cell.width + (at === count - 1 ? 0 : 2));
    }
    if (widths.reduce((sum, one) => sum + one, 0) < width) return down ? widths.slice(0, Math.ceil(cells.length / rows)) : widths;
  }
  return [0];
}

/** From one column to another, by tabulators where they help. */
function indent(from: number, to: number, tab: number): string {
  let [text, at] = ["", from];
  while (at < to) {
    const jumps = tab > 0 && Math.floor(to / tab) > Math.floor((at + 1) / tab);
    text += jumps ? "\t" : " ";
    at += jumps ? tab - (at % tab) : 1;
  }
  return text;
}

/** Texts of equal width. */
function column(items: readonly Item[], textOf: (item: Item) => string, fill: "start" | "end" = "start", padded = true): readonly string[] {
  const texts = items.map(textOf);
  const width = padded ? Math.max(0, ...texts.map((text) => text.length)) : 0;
  return texts.map((text) => (fill === "start" ? text.padStart(width) : text.padEnd(width)));
}

function owner(util: Utility, id: number): string {
  return id === 0 && !util.has("n") ? "root" : String(id);
}

function isDevice({ mode }: Stat): boolean {
  return (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK;
}
