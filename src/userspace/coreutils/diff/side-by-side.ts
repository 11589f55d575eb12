/** diff -y: both files in columns, with a sign between lines that differ. */
import type { Change, Side } from "./changes.ts";

const TAB = 8;
/** The least room between the columns. */
const GUTTER = 3;

export interface Columns {
  readonly width: number;
  readonly expandTabs: boolean;
  readonly suppressCommon: boolean;
  readonly leftOnly: boolean;
}

/** A line and whether a newline ends it; null for none. */
type Cell = { readonly text: string; readonly ended: boolean } | null;

export function sideBySide(changes: readonly Change[], a: Side, b: Side, columns: Columns): string {
  const writer = new RowWriter(columns);
  const cell = (side: Side, at: number): Cell => ({ text: side.lines[at] ?? "", ended: side.ended || at < side.lines.length - 1 });
  let [left, right] = [0, 0];
  const common = (toLeft: number, toRight: number): void => {
    while (!columns.suppressCommon && left < toLeft && right < toRight) {
      if (columns.leftOnly) writer.row(cell(a, left), "(", null);
      else writer.row(cell(a, left), " ", cell(b, right));
      left++;
      right++;
    }
    if (!columns.suppressCommon) for (; right < toRight; right++) writer.row(null, ")", cell(b, right));
    if (!columns.suppressCommon) for (; left < toLeft; left++) writer.row(cell(a, left), "(", null);
    [left, right] = [toLeft, toRight];
  };
  for (const change of changes) {
    if (change.ignorable) continue;
    common(change.left, change.right);
    const both = Math.min(change.removed, change.added);
    for (let i = 0; i < both; i++) writer.row(cell(a, left + i), "|", cell(b, right + i));
    for (let i = both; i < change.added; i++) writer.row(null, ">", cell(b, right + i));
    for (let i = both; i < change.removed; i++) writer.row(cell(a, left + i), "<", null);
    [left, right] = [left + change.removed, right + change.added];
  }
  common(a.lines.length, b.lines.length);
  return writer.text;
}

class RowWriter {
  text = "";
  private readonly expand: boolean;
  /** How wide a column may be, and where the second one begins. */
  private readonly half: number;
  private readonly second: number;

  constructor({ width, expandTabs }: Columns) {
    this.expand = expandTabs;
    const tab = expandTabs ? 1 : TAB;
    const unaligned = Math.floor(width / 2) + Math.floor((tab + GUTTER) / 2) + (width & (tab + GUTTER) & 1);
    const at = unaligned - (unaligned % tab);
    this.half = at <= GUTTER || width <= at ? 0 : Math.min(at - GUTTER, width - at);
    this.second = this.half > 0 ? at : width;
  }

  row(left: Cell, sign: string, right: Cell): void {
    let newline = false;
    let column = 0;
    if (left !== null) {
      newline ||= left.ended;
      column = this.halfLine(left.text, 0);
    }
    if (sign !== " ") {
      column = this.moveTo(column, Math.floor((this.half + this.second - 1) / 2)) + 1;
      const differs = sign === "|" && right !== null && newline !== right.ended;
      this.text += differs ? (newline ? "/" : "\\") : sign;
    }
    if (right !== null) {
      newline ||= right.ended;
      if (right.text !== "") {
        this.moveTo(column, this.second);
        this.halfLine(right.text, this.second);
      }
    }
    if (newline) this.text += "\n";
  }

  private moveTo(from: number, to: number): number {
    let at = from;
    if (!this.expand) {
      for (let tab = at + TAB - (at % TAB); tab <= to; tab += TAB) {
        this.text += "\t";
        at = tab;
      }
    }
    this.text += " ".repeat(Math.max(0, to - at));
    return to;
  }

  /** As much of a line as its column holds; where it ends. */
  private halfLine(line: string, indent: number): number {
    let [read, written] = [0, 0];
    for (const char of line) {
      if (char !== "\t") {
        if (read++ < this.half) {
          this.text += char;
          written = read;
        }
        continue;
      }
      const spaces = TAB - (read % TAB);
      if (read === written) {
        const stop = written + spaces;
        if (this.expand) {
          for (; written < Math.min(stop, this.half); written++) this.text += " ";
        } else if (stop < this.half) {
          written = stop;
          this.text += "\t";
        }
      }
      read += spaces;
    }
    return indent + written;
  }
}
