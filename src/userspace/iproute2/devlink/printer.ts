/**
 * devlink's layout (pr_out_*() of devlink/devlink.c): lines that are indented by the depth of what they belong to, fields that
 * a space separates on one line, and the same calls as JSON. An empty line is never printed.
 */
import type { JsonValue } from "../json-writer.ts";
import type { Output } from "../output.ts";

const INDENT_STEP = 2;
const NO_LIMIT = 0xffff_ffff_ffff_ffffn;

export class Printer {
  readonly output: Output;
  private indent = 0;
  private atLineStart = false;
  private newLines = 0;
  /** The device or port whose array is open. */
  private group: string | null = null;

  constructor(output: Output) {
    this.output = output;
  }

  /** The two levels around a listing: `{"dev":{ ... }}`. */
  section(name: string): void {
    this.output.openObject();
    this.output.openObject(name);
  }

  sectionEnd(): void {
    this.groupEnd();
    this.output.closeObject();
    this.output.closeObject();
  }

  /** Ends the array of the last entry(). */
  groupEnd(): void {
    if (this.group === null) return;
    this.output.closeArray();
    this.group = null;
  }

  /** One object under its handle. */
  handle(handle: string): void {
    this.output.openObject(handle);
    this.text(`${handle}:`);
  }

  /** One of several objects under a handle, which is written once: in JSON they are an array. */
  entry(handle: string): void {
    if (handle !== this.group) {
      if (this.group !== null) {
        this.output.closeArray();
        this.indent -= INDENT_STEP;
      }
      this.text(`${handle}:`);
      this.newLine();
      this.indent += INDENT_STEP;
      this.output.openArray(handle);
      this.group = handle;
    }
    this.output.openObject();
  }

  /** The end of handle() and of entry(). */
  handleEnd(): void {
    this.output.closeObject();
    this.newLine();
  }

  /** A named value on the line: `name value`. */
  field(name: string, value: JsonValue): void {
    this.shownField(name, String(value), value);
  }

  /** A named value that is written differently for people. */
  shownField(name: string, shown: string, value: JsonValue): void {
    if (!this.output.isJson) this.text(`${this.separator()}${name} ${shown}`);
    this.output.jsonField(name, value);
  }

  /** A heading over further lines. */
  object(name: string): void {
    this.output.openObject(name);
    this.indent += INDENT_STEP;
    this.newLine();
    this.text(`${name}:`);
    this.indent += INDENT_STEP;
    this.newLine();
  }

  objectEnd(): void {
    this.output.closeObject();
    if (!this.atLineStart) this.newLine();
    this.indent -= 2 * INDENT_STEP;
  }

  /** A heading over several entries; arrayEnd() ends them. In JSON an array. */
  array(name: string): void {
    this.output.openArray(name);
    this.indent += INDENT_STEP;
    this.newLine();
    this.text(`${name}:`);
    this.newLine();
    this.indent += INDENT_STEP;
  }

  arrayEnd(): void {
    this.output.closeArray();
    this.indent -= 2 * INDENT_STEP;
  }

  /** A heading over the words of a list, which stand on one line. */
  words(name: string, words: readonly string[]): void {
    this.array(name);
    for (const word of words) {
      if (!this.output.isJson) this.text(`${this.separator()}${word}`);
      this.output.item("", word);
    }
    if (!this.atLineStart) this.newLine();
    this.arrayEnd();
  }

  /** One entry of an array, on a line of its own. */
  element(): void {
    this.output.openObject();
  }

  elementEnd(): void {
    this.output.closeObject();
    this.newLine();
  }

  /** A named number of 64 bits, of which the largest one has no limit. */
  number64(name: string, value: bigint): void {
    this.field(name, value === NO_LIMIT ? "unlimited" : value);
  }

  /** Further lines are indented by so many steps more. */
  indentBy(steps: number): void {
    this.indent += steps * INDENT_STEP;
  }

  /** The next empty line is not printed, also if nothing was printed yet. */
  suppressNewLine(): void {
    this.newLines = 1;
  }

  /** A space, unless the cursor is at the start of a line. */
  separator(): string {
    return this.atLineStart ? "" : " ";
  }

  /** Plain layout only, as the next one. */
  text(text: string): void {
    if (this.output.isJson) return;
    this.output.text(this.atLineStart ? " ".repeat(this.indent) + text : text);
    this.atLineStart = false;
    this.newLines = 0;
  }

  newLine(): void {
    if (this.output.isJson) return;
    if (this.newLines === 0) {
      this.output.text("\n");
      this.atLineStart = true;
    }
    this.newLines++;
  }
}
