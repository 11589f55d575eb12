/**
 * Names for tasks and objects that are the same in every run, so that what one run saw can be compared with another. A task
 * is named by who made it and the how-manieth it was; an object that was there before the first step by the order in which
 * it was first met (boot is the same in every run). What is made later is named by its class and its maker: whom the modelled
 * code says, else whoever touches it first, for what others meet has been touched and made known by its maker. After each
 * run it is seen whether that was so; a class of objects of which one is met first by chance is `shared`: all of them
 * count as one from then on, which can only make steps look dependent that are not.
 */
import type { Task } from "../kernel/index.ts";

/** Interned names, shared by all runs of one exploration. */
export class NameTable {
  /** Classes whose objects have one name together. */
  readonly shared = new Set<string>();
  private readonly numbers = new Map<string, number>();
  private readonly names: string[] = [];

  nameOf(number: number): string {
    return this.names[number] ?? "";
  }

  number(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
      this.names.push(name);
    }
    return number;
  }
}

/** The names of one run. Tasks and objects are numbered apart, tasks densely. */
export class RunNames {
  private readonly tasksByPath: NameTable;
  private readonly objectNames: NameTable;
  private readonly paths = new Map<Task, string>();
  private readonly made = new Map<Task | null, number>();
  private readonly objects = new Map<object, number>();
  /** How many objects each task has made. */
  private readonly creations = new Map<Task, number>();
  /** Objects that are named by who touched them first. */
  private readonly byTouch = new Set<object>();
  private sealed = false;

  constructor(tasks: NameTable, objects: NameTable) {
    this.tasksByPath = tasks;
    this.objectNames = objects;
  }

  /** From now on new objects are named by their class and their maker. */
  seal(): void {
    this.sealed = true;
  }

  task(task: Task, maker: Task | null): number {
    const from = maker === null ? "" : (this.paths.get(maker) ?? "");
    const nth = (this.made.get(maker) ?? 0) + 1;
    this.made.set(maker, nth);
    const path = `${from}/${nth}`;
    this.paths.set(task, path);
    return this.tasksByPath.number(path);
  }

  /** `maker` has made an object. */
  created(maker: Task, object: object): void {
    if (!this.objects.has(object)) this.name(object, this.sealed ? this.byMaker(object, maker) : this.nextOfBoot);
  }

  /** @param toucher whoever is at it; null if all objects of a class that boot did not touch may count as one */
  object(object: object, toucher: Task | null = null): number {
    const known = this.objects.get(object);
    if (known !== undefined) return known;
    if (!this.sealed) return this.name(object, this.nextOfBoot);
    const kind = lateName(object);
    if (toucher === null || this.objectNames.shared.has(kind)) return this.name(object, kind);
    this.byTouch.add(object);
    return this.name(object, this.byMaker(object, toucher));
  }

  /** True if the name rests on who was the first to touch the object. */
  restsOnTouch(object: object): boolean {
    return this.byTouch.has(object);
  }

  /** Gives all objects of this one's class one name, from the next run on. */
  share(object: object): void {
    this.objectNames.shared.add(lateName(object));
  }

  private get nextOfBoot(): string {
    return `#${this.objects.size}`;
  }

  private byMaker(object: object, maker: Task): string {
    const nth = (this.creations.get(maker) ?? 0) + 1;
    this.creations.set(maker, nth);
    return `${lateName(object)} ${this.paths.get(maker) ?? ""}:${nth}`;
  }

  private name(object: object, name: string): number {
    const number = this.objectNames.number(name);
    this.objects.set(object, number);
    return number;
  }
}

function lateName(object: object): string {
  const named = "name" in object && typeof object.name === "string" && "kind" in object ? ` ${object.name}` : "";
  return `${object.constructor.name}${named}`;
}
