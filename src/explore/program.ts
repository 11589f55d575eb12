/**
 * Programs that state tasks and locks directly, for exploring a locking idea without a machine around it. The file of a
 * program exports `program`, a function that is handed what it needs, so it has to import types only.
 */
import {
  down_read,
  down_write,
  type Frame,
  Kernel,
  type Limits,
  type Lock,
  mutex,
  mutex_lock,
  mutex_trylock,
  mutex_unlock,
  rw_semaphore,
  spawnTask,
  up_read,
  up_write,
} from "../kernel/index.ts";

/** A value that tasks share; reading and writing it are steps that may race. */
export interface Variable<T> {
  readonly name: string;
  /** @internal */
  value: T;
}

/** What a task of a program can do. The waiting ones have to be awaited. */
export interface ProgramTask {
  mutex_lock(lock: mutex): Promise<unknown>;
  /** True if taken; never waits. */
  mutex_trylock(lock: mutex): boolean;
  mutex_unlock(lock: mutex): void;
  down_read(sem: rw_semaphore): Promise<unknown>;
  down_write(sem: rw_semaphore): Promise<unknown>;
  up_read(sem: rw_semaphore): void;
  up_write(sem: rw_semaphore): void;
  /** A scheduling point without a lock. */
  pause(): Promise<unknown>;
  get<T>(variable: Variable<T>): T;
  set<T>(variable: Variable<T>, value: T): void;
}

/** What a program is made of. */
export interface ProgramBuilder {
  mutex(name: string): mutex;
  rw_semaphore(name: string): rw_semaphore;
  variable<T>(name: string, value: T): Variable<T>;
  task(name: string, body: (task: ProgramTask) => Promise<void>): void;
}

/** The export `program` of a user's file. */
export type Program = (build: ProgramBuilder) => void;

/** A kernel with the program's tasks in it, or one of them, none of which has run. */
export interface BuiltProgram {
  readonly kernel: Kernel;
  /** Locks and variables in order of declaration. */
  readonly objects: readonly object[];
  readonly locks: readonly Lock[];
  readonly taskNames: readonly string[];
}

export function buildProgram(
  program: Program,
  limits: Partial<Limits>,
  only: number | null,
  watch?: (kernel: Kernel, objects: readonly object[]) => void,
): BuiltProgram {
  const kernel = new Kernel({ limits });
  const objects: object[] = [];
  const locks: Lock[] = [];
  const bodies: { readonly name: string; readonly body: (task: ProgramTask) => Promise<void> }[] = [];
  const declared = <T extends object>(object: T): T => {
    objects.push(object);
    return object;
  };
  const lock = <T extends Lock>(one: T): T => {
    locks.push(one);
    return declared(one);
  };
  program({
    mutex: (name) => lock(new mutex(kernel, name)),
    rw_semaphore: (name) => lock(new rw_semaphore(kernel, name)),
    variable: (name, value) => declared({ name, value }),
    task: (name, body) => void bodies.push({ name, body }),
  });
  watch?.(kernel, objects);
  for (const [i, { name, body }] of bodies.entries()) {
    if (only !== null && only !== i) continue;
    spawnTask(kernel, { comm: name.slice(0, 15), parent: null, body: (current) => body(operations(current.enter(name))) });
  }
  return { kernel, objects, locks, taskNames: bodies.map(({ name }) => name) };
}

function operations(current: Frame): ProgramTask {
  return {
    mutex_lock: (lock) => mutex_lock(current, lock),
    mutex_trylock: (lock) => mutex_trylock(current, lock),
    mutex_unlock: (lock) => mutex_unlock(current, lock),
    down_read: (sem) => down_read(current, sem),
    down_write: (sem) => down_write(current, sem),
    up_read: (sem) => up_read(current, sem),
    up_write: (sem) => up_write(current, sem),
    pause: () => current.kernel.sched.yieldPoint(current.task),
    get: (variable) => {
      current.reads(variable);
      return variable.value;
    },
    set: (variable, value) => {
      current.writes(variable);
      variable.value = value;
    },
  };
}
