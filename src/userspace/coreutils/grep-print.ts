/** How grep(1) shows lines: what stands before them, context around them, colours. */
import type { Job } from "./grep.ts";
import { byteLength, type Line } from "./grep-lines.ts";

/** Colours of SGR escape sequences, as GREP_COLORS has them if it is not set. */
const COLORS = { name: "35", number: "32", separator: "36", match: "01;31" } as const;

/** Prints the selected lines of one file, and those around them that were asked for. */
export class Printer {
  private readonly job: Job;
  readonly name: string;
  private readonly numberWidth: number;
  private readonly waiting: Line[] = [];
  private owed = 0;
  private lastShown = 0;

  /** @param numberWidth how many columns numbers take at least */
  constructor(job: Job, name: string, numberWidth: number) {
    this.job = job;
    this.name = name;
    this.numberWidth = numberWidth;
  }

  /** Lines are still to be shown behind the last selected one. */
  get owes(): boolean {
    return this.owed > 0;
  }

  async line(line: Line, selected: boolean): Promise<void> {
    if (!selected && this.owed === 0) {
      this.waiting.push(line);
      if (this.waiting.length > this.job.before) this.waiting.shift();
      return;
    }
    if (selected) await this.beginGroup(line.number);
    this.owed = selected ? this.job.after : this.owed - 1;
    this.lastShown = line.number;
    await this.show(line, selected);
  }

  /** The line of -c. */
  async count(count: number): Promise<void> {
    const { util, withName } = this.job;
    await util.out(`${withName ? this.colored("name", this.name) + this.afterName(":") : ""}${count}\n`);
  }

  /** The line of -l and -L. */
  async fileName(): Promise<void> {
    await this.job.util.out(this.colored("name", this.name) + (this.job.util.has("Z") ? "\0" : "\n"));
  }

  private async beginGroup(number: number): Promise<void> {
    const first = this.waiting[0]?.number ?? number;
    const { util, shown, separator } = this.job;
    if (util.has("A", "B", "C") && shown && first !== this.lastShown + 1 && separator !== null) {
      await util.out(`${this.colored("separator", separator)}\n`);
    }
    for (const earlier of this.waiting.splice(0)) await this.show(earlier, false);
  }

  private async show(line: Line, selected: boolean): Promise<void> {
    const { util, end } = this.job;
    const mark = selected ? ":" : "-";
    this.job.shown = true;
    if (!util.has("o")) await util.out(this.prefix(line, 0, mark) + this.highlighted(line.text, selected) + end);
    else if (selected && !util.has("v")) {
      for (const { at, text } of this.matches(line.text)) {
        if (text !== "") await util.out(this.prefix(line, at, mark) + this.colored("match", text) + end);
      }
    }
    if (util.has("line-buffered")) await util.flush();
  }

  private prefix(line: Line, at: number, mark: string): string {
    const { util, withName } = this.job;
    const number = (value: number): string =>
      this.colored("number", String(value).padStart(this.numberWidth)) + this.colored("separator", mark);
    const text =
      (withName ? this.colored("name", this.name) + this.afterName(mark) : "") +
      (util.has("n") ? number(line.number) : "") +
      (util.has("b") ? number(line.offset + (at === 0 ? 0 : byteLength(line.text.slice(0, at)))) : "");
    return text !== "" && util.has("T") && line.text !== "" ? `${text}\t` : text;
  }

  private afterName(mark: string): string {
    return this.job.util.has("Z") ? "\0" : this.colored("separator", mark);
  }

  private *matches(line: string): Generator<{ readonly at: number; readonly text: string }> {
    for (let found = this.job.find(line, 0); found !== null; found = this.job.find(line, found.next)) {
      yield found;
      if (found.next > line.length) return;
    }
  }

  /** With -v it is the lines of the context that match. */
  private highlighted(line: string, selected: boolean): string {
    if (!this.job.color || selected === this.job.util.has("v")) return line;
    let [text, shown] = ["", 0];
    for (const found of this.matches(line)) {
      if (found.text === "") continue;
      text += line.slice(shown, found.at) + this.colored("match", found.text);
      shown = found.at + found.text.length;
    }
    return text + line.slice(shown);
  }

  private colored(what: keyof typeof COLORS, text: string): string {
    return this.job.color ? `\x1b[${COLORS[what]}m\x1b[K${text}\x1b[m\x1b[K` : text;
  }
}
