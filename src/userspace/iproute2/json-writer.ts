/**
 * JSON as iproute2 writes it, piece by piece: compact, or pretty with four spaces and arrays glued to their elements
 * (`[ {` ... `},{` ... `} ]`). One document ends with a newline, also if nothing was written.
 */
export type JsonValue = string | number | bigint | boolean | null;

const ESCAPES: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\f": "\\f",
  "\b": "\\b",
  "\\": "\\\\",
  '"': '\\"',
};
const SPECIAL = /[\t\n\r\f\b\\"]/g;

export class JsonWriter {
  private readonly write: (text: string) => void;
  private readonly pretty: boolean;
  private depth = 0;
  private comma = false;

  constructor(write: (text: string) => void, pretty: boolean) {
    this.write = write;
    this.pretty = pretty;
  }

  startObject(): void {
    this.begin("{");
  }

  endObject(): void {
    this.end("}");
  }

  startArray(): void {
    this.begin("[");
    if (this.pretty) this.write(" ");
  }

  endArray(): void {
    if (this.pretty && this.comma) this.write(" ");
    this.comma = false;
    this.end("]");
  }

  name(name: string): void {
    this.separate();
    this.newLine();
    this.write(`${quote(name)}:${this.pretty ? " " : ""}`);
    this.comma = false;
  }

  value(value: JsonValue): void {
    this.separate();
    this.write(typeof value === "string" ? quote(value) : String(value));
  }

  /** Ends the document. */
  finish(): void {
    this.write("\n");
  }

  private separate(): void {
    if (this.comma) this.write(",");
    this.comma = true;
  }

  private begin(bracket: string): void {
    this.separate();
    this.write(bracket);
    this.depth++;
    this.comma = false;
  }

  private end(bracket: string): void {
    this.depth--;
    if (this.comma) this.newLine();
    this.write(bracket);
    this.comma = true;
  }

  private newLine(): void {
    if (this.pretty) this.write(`\n${"    ".repeat(this.depth)}`);
  }
}

function quote(text: string): string {
  return `"${text.replace(SPECIAL, (c) => ESCAPES[c] ?? c)}"`;
}
