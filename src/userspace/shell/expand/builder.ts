/**
 * Collects what a word expands to: breaks it into fields as IFS says, and keeps beside each field's text the pattern in which
 * everything that was quoted is escaped.
 */
import { MAX_VALUE } from "../limits.ts";
import { ExpansionError } from "../unwind.ts";

export interface Field {
  readonly text: string;
  readonly pattern: string;
}

export class Builder {
  readonly fields: Field[] = [];
  /** What is built is assigned: a list that an operation has changed is joined as "$*" is. */
  assigns = false;
  private readonly ifs: string | null;
  private readonly escapeQuoted: ((text: string) => string) | null;
  private text = "";
  private pattern = "";
  private present = false;
  /** The last field was ended by whitespace: a separator that follows belongs to the same break. */
  private afterWhitespace = false;

  /** `ifs` null: nothing is split. `escapeQuoted` null: no pattern is wanted. */
  constructor(ifs: string | null, escapeQuoted: ((text: string) => string) | null) {
    this.ifs = ifs;
    this.escapeQuoted = escapeQuoted;
  }

  get splits(): boolean {
    return this.ifs !== null;
  }

  /** Text as it stands; quoted text makes a field even when empty. */
  append(text: string, quoted: boolean): void {
    if (this.text.length + text.length > MAX_VALUE) throw tooBig();
    this.text += text;
    if (this.escapeQuoted !== null) this.pattern += quoted ? this.escapeQuoted(text) : text;
    if (quoted || text !== "") this.present = true;
  }

  /** The result of an expansion, which is split if it is not quoted. */
  expanded(text: string, quoted: boolean): void {
    if (quoted || this.ifs === null) this.append(text, quoted);
    else this.split(text, this.ifs);
  }

  /** Double quotes around nothing. */
  markPresent(): void {
    this.present = true;
  }

  /** Ends the field; an empty one counts only if quotes made it, or if `forced`. */
  endField(forced = false): void {
    if (this.present || forced) this.fields.push({ text: this.text, pattern: this.pattern });
    this.text = "";
    this.pattern = "";
    this.present = false;
    this.afterWhitespace = false;
  }

  /** The break between two elements of a list. One that is no whitespace keeps empty elements in front of it, as joining and splitting would. */
  breakField(ifs: string): void {
    const [first = " "] = ifs;
    if (/[ \t\n]/.test(first)) this.endField();
    else this.separator(first);
  }

  /** Everything as one field. */
  single(): Field {
    return { text: this.text, pattern: this.pattern };
  }

  private split(text: string, ifs: string): void {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const char = text[i] as string;
      if (!ifs.includes(char)) continue;
      if (i > from) this.append(text.slice(from, i), false);
      from = i + 1;
      this.separator(char);
    }
    if (from < text.length) this.append(from === 0 ? text : text.slice(from), false);
  }

  private separator(char: string): void {
    if (char === " " || char === "\t" || char === "\n") {
      if (!this.present) return;
      this.endField();
      this.afterWhitespace = true;
    } else if (this.present || !this.afterWhitespace) {
      this.endField(true);
    } else {
      this.afterWhitespace = false;
    }
  }
}

export function tooBig(): ExpansionError {
  return new ExpansionError(`xrealloc: cannot allocate more than ${MAX_VALUE} bytes for one value`, true);
}
