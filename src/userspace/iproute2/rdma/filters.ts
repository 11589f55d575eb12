/**
 * Filters of `rdma resource show OBJECT` and `rdma statistic qp show` (rdma/utils.c): pairs of a name and what its value
 * may be. Numbers come as lists and ranges, of which the real program takes the inside and the upper end; words in any case.
 */
import { isPrefix, type Words } from "../words.ts";

/** The filters that an object knows: whether the value of each is a number. */
export type FilterNames = Readonly<Record<string, "number" | "word">>;

const NUMBER_CHARACTERS = "1234567890,-";

export class Filters {
  private readonly entries: readonly (readonly [string, string])[];

  constructor(entries: readonly (readonly [string, string])[]) {
    this.entries = entries;
  }

  /** The filters in the rest of a line, or what is wrong with them. The cursor does not move. */
  static parse(words: Words, names: FilterNames): Filters | string {
    const { rest } = words;
    if (rest.length === 0) return new Filters([]);
    if (rest.length === 1) return `No filter data was supplied to filter option ${rest[0] ?? ""}\n`;
    if (rest.length % 2 === 1) return "There is filter option without data\n";
    const entries: [string, string][] = [];
    for (let i = 0; i < rest.length; i += 2) {
      const [key = "", value = ""] = rest.slice(i, i + 2);
      const known = Object.entries(names).find(([name]) => isPrefix(key, name));
      if (known === undefined) return `Unsupported filter option: ${key}\n`;
      const odd = known[1] === "number" && [...value].some((c) => !NUMBER_CHARACTERS.includes(c));
      if (odd) return `${key} filter accepts "${NUMBER_CHARACTERS}" characters only\n`;
      entries.push([key, value.toLowerCase()]);
    }
    return new Filters(entries);
  }

  /** Whether an object is shown whose fields are `values`; a field that it has not got fits no filter. */
  accept(values: ReadonlyMap<string, string | number>, names: FilterNames): boolean {
    return Object.keys(names).every((name) => {
      const wanted = this.entries.find(([key]) => isPrefix(key, name))?.[1];
      if (wanted === undefined || name === "dev" || name === "link") return true;
      const value = values.get(name);
      if (value === undefined) return false;
      return typeof value === "number" ? numberFits(wanted, value) : wanted.split(",").includes(value.toLowerCase());
    });
  }
}

/** `1,3-5`: one of the numbers, or inside of one of the ranges. */
function numberFits(wanted: string, value: number): boolean {
  let left = 0;
  let range = false;
  for (const token of wanted.match(/\d+|-/g) ?? []) {
    if (token === "-") {
      range = true;
      continue;
    }
    const number = Number(token);
    if (number === value || (range && left < value && value < number)) return true;
    left = number;
    range = false;
  }
  return false;
}
