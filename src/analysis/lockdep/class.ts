/**
 * Models struct lock_class and register_lock_class() (kernel/locking/lockdep.c): locks are judged by class, not one by one. A
 * class is a key (the place that initialises its locks) and a subclass; several classes of one name are told apart by `#N`.
 */
import type { lock_class_key, lockdep_map } from "../../kernel/index.ts";
import type { Dependency } from "./graph.ts";
import { LockStat } from "./lock-stat.ts";

/** Which ways a class has been used: the model has no interrupts, so this is all of the kernel's usage_mask that can occur. */
export const USED_WRITE = 1;
export const USED_READ = 2;

export class LockClass {
  /** From 1 on, in order of registration. */
  readonly index: number;
  readonly name: string;
  readonly kind: lockdep_map["kind"];
  readonly subclass: number;
  /** 1 for the first class of its name. */
  readonly name_version: number;
  /** False for lockdep_set_novalidate_class(): shown, but no order is derived from it. */
  readonly validate: boolean;
  usage = 0;
  /** What has been taken while this was held, and the other way round, in the order in which it was seen. */
  readonly locks_after: Dependency[] = [];
  readonly locks_before: Dependency[] = [];
  readonly stat = new LockStat();
  /** @internal The search that came here last. */
  visited = 0;
  /** @internal The way on which that search came here. */
  via: Dependency | null = null;

  constructor(index: number, map: lockdep_map, subclass: number, name_version: number, validate: boolean) {
    this.index = index;
    this.name = map.name;
    this.kind = map.kind;
    this.subclass = subclass;
    this.name_version = name_version;
    this.validate = validate;
  }

  /** __print_lock_name(): `rtnl_mutex`, `&dev->lock#2/1`. */
  get fullName(): string {
    return `${this.name}${this.name_version > 1 ? `#${this.name_version}` : ""}${this.subclass > 0 ? `/${this.subclass}` : ""}`;
  }

  /** get_usage_chars(): hardirq and softirq, write and read each; all of it happened with interrupts enabled. */
  get usageChars(): string {
    const write = (this.usage & USED_WRITE) === 0 ? "." : "+";
    const read = (this.usage & USED_READ) === 0 ? "." : "+";
    return `${write}${read}${write}${read}`;
  }

  /** print_lock_name(): ` (pernet_ops_rwsem){++++}-{3:3}`. What never sleeps by itself has wait type 0. */
  get signature(): string {
    const type = this.kind === "mutex" || this.kind === "rwsem" ? 3 : 0;
    return ` (${this.fullName}){${this.usageChars}}-{${type}:${type}}`;
  }
}

/** The registered classes. */
export class ClassTable {
  /** In order of registration. */
  readonly classes: LockClass[] = [];
  private readonly byKey = new Map<lock_class_key | string, Map<number, LockClass>>();
  private readonly versions = new Map<string, number>();

  /** The class of a lock, if it has one already. */
  find(map: lockdep_map, subclass: number): LockClass | undefined {
    return this.byKey.get(keyOf(map))?.get(subclass);
  }

  add(map: lockdep_map, subclass: number, validate: boolean): LockClass {
    const key = keyOf(map);
    const known = this.byKey.get(key) ?? new Map<number, LockClass>();
    this.byKey.set(key, known);
    // Subclasses of one key share its number.
    const version = [...known.values()][0]?.name_version ?? (this.versions.get(map.name) ?? 0) + 1;
    if (known.size === 0) this.versions.set(map.name, version);
    const added = new LockClass(this.classes.length + 1, map, subclass, version, validate);
    known.set(subclass, added);
    this.classes.push(added);
    return added;
  }
}

function keyOf(map: lockdep_map): lock_class_key | string {
  return map.key ?? `${map.kind} ${map.name}`;
}
