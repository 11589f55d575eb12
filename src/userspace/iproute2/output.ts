/**
 * One flow of prints for both layouts: a field has a plain text and a JSON value, braces exist only in JSON, and what has
 * no key exists only in plain text.
 */
import { type JsonValue, JsonWriter } from "./json-writer.ts";

export interface Layout {
  readonly json: boolean;
  readonly pretty: boolean;
}

export class Output {
  private readonly out: (text: string) => void;
  private readonly writer: JsonWriter | null;

  constructor(out: (text: string) => void, layout: Layout) {
    this.out = out;
    this.writer = layout.json ? new JsonWriter(out, layout.pretty) : null;
  }

  get isJson(): boolean {
    return this.writer !== null;
  }

  /** Plain layout only. */
  text(text: string): void {
    if (this.writer === null) this.out(text);
  }

  /** A named value: `plain` as it is, or "key": value. */
  field(key: string, plain: string, value: JsonValue): void {
    if (this.writer === null) this.out(plain);
    else this.jsonField(key, value);
  }

  /** JSON only. */
  jsonField(key: string, value: JsonValue): void {
    this.writer?.name(key);
    this.writer?.value(value);
  }

  /** The name in front of whatever comes next; JSON only, as the next one, a value behind such a name or in an array. */
  jsonName(key: string): void {
    this.writer?.name(key);
  }

  jsonValue(value: JsonValue): void {
    this.writer?.value(value);
  }

  /** An element of an array. */
  item(plain: string, value: JsonValue): void {
    if (this.writer === null) this.out(plain);
    else this.writer.value(value);
  }

  /** Opens an object, under a key if it is inside of one. JSON only, as the next three. */
  openObject(key?: string): void {
    if (key !== undefined) this.writer?.name(key);
    this.writer?.startObject();
  }

  closeObject(): void {
    this.writer?.endObject();
  }

  openArray(key?: string): void {
    if (key !== undefined) this.writer?.name(key);
    this.writer?.startArray();
  }

  closeArray(): void {
    this.writer?.endArray();
  }

  /** The end of a JSON document. */
  finish(): void {
    this.writer?.finish();
  }
}
