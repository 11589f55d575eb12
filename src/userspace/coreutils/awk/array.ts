/**
 * Arrays as mawk keeps them, because `for (k in a)` shows their order: lists of elements, found by a hash of the subscript's text
 * or by its number, an element that is looked up moves to the front of its list. `split` makes a plain row, which becomes such a
 * table when something other than a number is asked of it. Models array.w of mawk 1.3.4 20200120 and its FNV hash.
 */
import type { Value } from "./value.ts";

/** A whole number that an int holds, or the text of anything else. `a[1]` and `a["1"]` are one element, found in two ways. */
export type Subscript = number | string;

const FIRST_LISTS = 64;
/** So long may the lists be on average before there are twice as many. */
const LIST_LENGTH = 12;

const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

interface Element {
  readonly key: string;
  readonly hash: number;
  /** The number that it has been looked up by. */
  number: number | null;
  value: Value;
}

/** Lists of elements, the front one last. */
class Lists {
  private lists: Element[][] = Array.from({ length: FIRST_LISTS }, () => []);
  private readonly place: (element: Element) => number;

  constructor(place: (element: Element) => number) {
    this.place = place;
  }

  get length(): number {
    return this.lists.length;
  }

  private listOf(element: Element): Element[] {
    return this.lists[this.place(element) & (this.lists.length - 1)] as Element[];
  }

  push(element: Element): void {
    this.listOf(element).push(element);
  }

  remove(element: Element): void {
    const list = this.listOf(element);
    const at = list.lastIndexOf(element);
    if (at >= 0) list.splice(at, 1);
  }

  toFront(element: Element): void {
    const list = this.listOf(element);
    if (list.at(-1) === element) return;
    list.splice(list.lastIndexOf(element), 1);
    list.push(element);
  }

  /** Twice as many lists; an element keeps its place among those that stay together. */
  double(): void {
    const before = this.lists;
    this.lists = Array.from({ length: before.length * 2 }, () => []);
    for (const list of before) for (const element of list) this.push(element);
  }

  /** All elements, list by list from the front of each. */
  all(): readonly Element[] {
    return this.lists.flatMap((list) => list.toReversed());
  }
}

/** An array of an awk program. */
export class AwkArray {
  private elements = new Map<string, Element>();
  private byText: Lists | null = null;
  private byNumber: Lists | null = null;
  /** As `split` left it, numbered from 1. */
  private row: Value[] | null = null;

  get size(): number {
    return this.row?.length ?? this.elements.size;
  }

  /** The value of an element, which is made if it is not there. */
  get(subscript: Subscript): Value {
    return this.rowIndex(subscript) === null ? this.element(subscript).value : this.row?.[Number(subscript) - 1];
  }

  set(subscript: Subscript, value: Value): void {
    if (this.row !== null && this.rowIndex(subscript) !== null) this.row[Number(subscript) - 1] = value;
    else this.element(subscript).value = value;
  }

  has(subscript: Subscript): boolean {
    if (this.size === 0) return false;
    if (this.row !== null && typeof subscript === "number") return this.rowIndex(subscript) !== null;
    return this.find(subscript) !== null;
  }

  delete(subscript: Subscript): void {
    if (this.size === 0) return;
    const element = this.find(subscript);
    if (element === null) return;
    this.elements.delete(element.key);
    this.byText?.remove(element);
    if (element.number !== null) this.byNumber?.remove(element);
    if (this.size === 0) this.clear();
  }

  clear(): void {
    this.elements = new Map();
    this.byText = null;
    this.byNumber = null;
    this.row = null;
  }

  /** What `split` found becomes all that there is. */
  load(values: readonly Value[]): void {
    this.clear();
    if (values.length > 0) this.row = [...values];
  }

  /** The subscripts in the order of `for (k in a)`. */
  keys(): readonly string[] {
    if (this.size === 0) return [];
    return this.texts()
      .all()
      .map(({ key }) => key);
  }

  /** Where in the row a subscript leads; null if there is no row or the subscript is not of it. */
  private rowIndex(subscript: Subscript): number | null {
    if (this.row === null || typeof subscript !== "number") return null;
    return subscript >= 1 && subscript <= this.row.length ? subscript - 1 : null;
  }

  /** The element, moved to the front of the list by which it was found. */
  private find(subscript: Subscript): Element | null {
    this.leaveRow();
    const found = this.elements.get(String(subscript)) ?? null;
    if (typeof subscript === "string") {
      const texts = this.texts();
      if (found !== null) texts.toFront(found);
      return found;
    }
    if (found === null) return null;
    if (found.number !== null) this.byNumber?.toFront(found);
    else {
      this.texts().toFront(found);
      this.numbered(found, subscript);
    }
    return found;
  }

  private element(subscript: Subscript): Element {
    const found = this.find(subscript);
    if (found !== null) return found;
    const key = String(subscript);
    const made: Element = { key, hash: hashOf(key), number: null, value: undefined };
    this.elements.set(key, made);
    if (this.elements.size > this.lists * LIST_LENGTH) {
      this.byText?.double();
      this.byNumber?.double();
    }
    if (typeof subscript === "number") this.numbered(made, subscript);
    if (typeof subscript === "string" || this.byText !== null) this.texts().push(made);
    return made;
  }

  private get lists(): number {
    return (this.byText ?? this.byNumber)?.length ?? FIRST_LISTS;
  }

  private numbered(element: Element, number: number): void {
    element.number = number;
    this.byNumber ??= this.fresh((other) => other.number ?? 0);
    this.byNumber.push(element);
  }

  /** The lists by text: made, when first needed, from those by number. */
  private texts(): Lists {
    this.leaveRow();
    if (this.byText !== null) return this.byText;
    this.byText = this.fresh(({ hash }) => hash);
    for (const element of this.byNumber?.all() ?? []) this.byText.push(element);
    return this.byText;
  }

  /** As many lists as the others are. */
  private fresh(place: (element: Element) => number): Lists {
    const made = new Lists(place);
    while (made.length < this.lists) made.double();
    return made;
  }

  /** A row becomes a table by number. */
  private leaveRow(): void {
    const { row } = this;
    if (row === null) return;
    this.row = null;
    const lists = this.fresh((element) => element.number ?? 0);
    while (row.length > lists.length * LIST_LENGTH) lists.double();
    this.byNumber = lists;
    for (const [i, value] of row.entries()) {
      const key = String(i + 1);
      const element: Element = { key, hash: hashOf(key), number: i + 1, value };
      this.elements.set(key, element);
      lists.push(element);
    }
  }
}

function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}
