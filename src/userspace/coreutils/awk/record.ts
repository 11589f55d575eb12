/** $0 and its fields: split when a field is first asked for, put together when $0 is asked for after a change. */
import { fromInput, type Value } from "./value.ts";

export interface FieldRules {
  /** Splits a record by FS. */
  split(text: string): string[];
  /** OFS, for putting it together. */
  separator(): string;
  text(value: Value): string;
}

export class CurrentRecord {
  private readonly rules: FieldRules;
  private whole: Value = "";
  /** Fields 1 to NF; null until they are asked for. */
  private fields: Value[] | null = [];
  private stale = false;

  constructor(rules: FieldRules) {
    this.rules = rules;
  }

  set(text: string): void {
    this.whole = fromInput(text);
    this.fields = null;
    this.stale = false;
  }

  private split(): Value[] {
    this.fields ??= this.rules.split(this.rules.text(this.whole)).map(fromInput);
    return this.fields;
  }

  get count(): number {
    return this.split().length;
  }

  set count(count: number) {
    const fields = this.split();
    while (fields.length > count) fields.pop();
    while (fields.length < count) fields.push(undefined);
    this.stale = true;
  }

  get(index: number): Value {
    if (index > 0) return this.split()[index - 1];
    if (this.stale) {
      const { rules } = this;
      this.whole = fromInput(
        this.split()
          .map((field) => rules.text(field))
          .join(rules.separator()),
      );
      this.stale = false;
    }
    return this.whole;
  }

  put(index: number, value: Value): void {
    if (index === 0) {
      this.set(this.rules.text(value));
      return;
    }
    const fields = this.split();
    while (fields.length < index) fields.push(undefined);
    fields[index - 1] = value;
    this.stale = true;
  }
}
