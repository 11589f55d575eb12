/**
 * Names for tasks and objects that are the same in every run, so that what one run saw can be compared with another. A task
 * is named by who made it and the how-manieth it was; an object that was there before the first step by the order in which
 * it was first met (boot is the same in every run). What is made later is named by its class and its maker if the modelled code
 * says who that is, else by its class alone: two objects of one class then count as one, which can only make steps look
 * dependent that are not.
 */
import type { Task } from "../kernel/index.ts";

/** Interned names, shared by all runs of one exploration. */
export class NameTable {
  private readonly numbers = new Map<string, number>();

  number(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
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
  private sealed = false;

  constructor(tasks: NameTable, objects: NameTable) {
    this.tasksByPath = tasks;
    this.objectNames = objects;
  }

  /** From now on new objects are named by their class. */
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

  /** `maker` has made an object after boot. */
  created(maker: Task, object: object): void {
    if (!this.sealed || this.objects.has(object)) return;
    const nth = (this.creations.get(maker) ?? 0) + 1;
    this.creations.set(maker, nth);
    this.objects.set(object, this.objectNames.number(`${lateName(object)} ${this.paths.get(maker) ?? ""}:${nth}`));
  }

  object(object: object): number {
    const known = this.objects.get(object);
    if (known !== undefined) return known;
    const name = this.sealed ? lateName(object) : `#${this.objects.size}`;
    const number = this.objectNames.number(name);
    this.objects.set(object, number);
    return number;
  }
}

function lateName(object: object): string {
  const named = "name" in object && typeof object.name === "string" && "kind" in object ? ` ${object.name}` : "";
  return `${object.constructor.name}${named}`;
}
