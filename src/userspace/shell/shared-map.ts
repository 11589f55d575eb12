/** A table that forked shells share until one of them changes it. */
export class SharedMap<V> {
  private map: Map<string, V>;
  private shared: boolean;

  constructor(map: Map<string, V> = new Map(), shared = false) {
    this.map = map;
    this.shared = shared;
  }

  /** The table of a forked shell. */
  fork(): SharedMap<V> {
    this.shared = true;
    return new SharedMap(this.map, true);
  }

  get size(): number {
    return this.map.size;
  }

  get(name: string): V | undefined {
    return this.map.get(name);
  }

  has(name: string): boolean {
    return this.map.has(name);
  }

  keys(): Iterable<string> {
    return this.map.keys();
  }

  values(): Iterable<V> {
    return this.map.values();
  }

  set(name: string, value: V): void {
    this.own().set(name, value);
  }

  delete(name: string): boolean {
    return this.map.has(name) && this.own().delete(name);
  }

  clear(): void {
    if (this.map.size > 0) this.own().clear();
  }

  private own(): Map<string, V> {
    if (this.shared) this.map = new Map(this.map);
    this.shared = false;
    return this.map;
  }
}
