/** The two kinds of array. Both keep strings; an indexed one is sparse and walks its elements in the order of their indices. */

export class IndexedArray {
  /** False if it was declared and never given a value. */
  assigned = true;
  private readonly elements: Map<number, string>;
  /** The keys of `elements` are in rising order, as they are when elements are only appended. */
  private ordered = true;
  private greatest = -1;

  constructor(values: Iterable<string> = []) {
    this.elements = new Map();
    let index = 0;
    for (const value of values) this.set(index++, value);
  }

  static declared(): IndexedArray {
    const array = new IndexedArray();
    array.assigned = false;
    return array;
  }

  get size(): number {
    return this.elements.size;
  }

  /** The index behind the last element. */
  get end(): number {
    return this.greatest + 1;
  }

  get(index: number): string | undefined {
    return this.elements.get(index);
  }

  set(index: number, value: string): void {
    this.assigned = true;
    if (index > this.greatest) this.greatest = index;
    else if (!this.elements.has(index)) this.ordered = false;
    this.elements.set(index, value);
  }

  delete(index: number): void {
    if (!this.elements.delete(index) || index !== this.greatest) return;
    this.greatest = -1;
    for (const key of this.elements.keys()) if (key > this.greatest) this.greatest = key;
  }

  indices(): readonly number[] {
    this.sort();
    return [...this.elements.keys()];
  }

  keys(): readonly string[] {
    return this.indices().map(String);
  }

  values(): readonly string[] {
    this.sort();
    return [...this.elements.values()];
  }

  copy(): IndexedArray {
    const copy = new IndexedArray();
    copy.assigned = this.assigned;
    for (const index of this.indices()) copy.set(index, this.elements.get(index) as string);
    return copy;
  }

  private sort(): void {
    if (this.ordered) return;
    const sorted = [...this.elements].sort(([a], [b]) => a - b);
    this.elements.clear();
    for (const [index, value] of sorted) this.elements.set(index, value);
    this.ordered = true;
  }
}

const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;
const BUCKETS = 1024;

/** An associative array. Its elements come in the order of bash's hash table, on which scripts' output depends. */
export class AssociativeArray {
  /** False if it was declared and never given a value. */
  assigned = true;
  private readonly elements: Map<string, string>;
  private sortedKeys: readonly string[] | null = null;

  constructor(entries: Iterable<readonly [string, string]> = []) {
    this.elements = new Map(entries);
  }

  static declared(): AssociativeArray {
    const array = new AssociativeArray();
    array.assigned = false;
    return array;
  }

  get size(): number {
    return this.elements.size;
  }

  get(key: string): string | undefined {
    return this.elements.get(key);
  }

  set(key: string, value: string): void {
    this.assigned = true;
    if (!this.elements.has(key)) this.sortedKeys = null;
    this.elements.set(key, value);
  }

  delete(key: string): void {
    if (this.elements.delete(key)) this.sortedKeys = null;
  }

  keys(): readonly string[] {
    this.sortedKeys ??= [...this.elements.keys()]
      .map((key, age) => ({ key, age, bucket: bucketOf(key) }))
      .sort((a, b) => a.bucket - b.bucket || b.age - a.age)
      .map(({ key }) => key);
    return this.sortedKeys;
  }

  values(): readonly string[] {
    return this.keys().map((key) => this.elements.get(key) as string);
  }

  copy(): AssociativeArray {
    const copy = new AssociativeArray(this.elements);
    copy.assigned = this.assigned;
    return copy;
  }
}

/** The bucket of bash's hash table (FNV-1 over the bytes), newest first within one. */
function bucketOf(key: string): number {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash, FNV_PRIME) ^ byte;
  return hash & (BUCKETS - 1);
}
