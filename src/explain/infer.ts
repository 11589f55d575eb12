/**
 * From a task's report to what it waits for and what it holds. What lockdep or the hung-task detector printed is taken as
 * printed; the rest follows from the functions on the stack and is marked as inferred.
 */
import {
  isCalling,
  isSleeper,
  type LockMode,
  NO_PRIMITIVE,
  OTHER_WAITS,
  type Primitive,
  primitiveOf,
  type Rule,
  rulesOf,
  type SleepKind,
  tellingFunction,
  type Version,
} from "./knowledge.ts";
import type { LockLine, TaskReport } from "./report.ts";

/** A lock as the tasks of one log mean it. */
export interface LockName {
  /** The class's name, without number and subclass. */
  readonly name: string;
  /** Its address where one was printed. */
  readonly instance: string | null;
  /** True if it has an instance for each object and nothing tells which one is meant. */
  readonly anyInstance: boolean;
}

export interface Hold {
  readonly lock: LockName;
  readonly mode: LockMode;
  /** The function that took it. */
  readonly by: string | null;
  readonly source: "lockdep" | "stack";
}

export interface WaitOf {
  readonly kind: SleepKind;
  /** Null where no lock can be named. */
  readonly lock: LockName | null;
  /** What is waited for, in words or as the lock's name. */
  readonly what: string;
  readonly mode: LockMode | null;
  /** The function that waits. */
  readonly by: string | null;
  readonly source: "lockdep" | "stack";
}

export interface Inferred {
  readonly wait: WaitOf | null;
  readonly holds: readonly Hold[];
}

/** `&devlink->lock_key#3`, `rtnl_mutex/1`: the class as people name it. */
export function className(printed: string): string {
  const name = printed.replace(/(?:#\d+)?(?:\/\d+)?(?:#\d+)?$/, "");
  return name === "&devlink->lock_key" ? "&devlink->lock" : name;
}

export function inferTask(task: TaskReport, version: Version | null): Inferred {
  const names = task.stack.map((frame) => frame.name);
  const wait = waitOnStack(names, version);
  const held = task.locks;
  if (held === null || held.length === 0) return { wait: sleeps(task, wait) ? wait : null, holds: holdsOnStack(names, wait, version) };
  return fromLockdep(task, held, wait);
}

/** A stack without a state may be of a task that sleeps as it should: only a wait for a lock or a reference counts there. */
function sleeps(task: TaskReport, wait: WaitOf | null): boolean {
  if (task.state === "D" || task.blockedSeconds !== null) return true;
  return task.state === null && wait !== null && wait.kind !== "other" && wait.kind !== "child" && wait.kind !== "completion";
}

/** lockdep enters a lock into the list before the task sleeps: of a task that sleeps for a lock it is the last one. */
function fromLockdep(task: TaskReport, held: readonly LockLine[], wait: WaitOf | null): Inferred {
  const wantsLock = wait !== null && (wait.kind === "mutex" || wait.kind === "rwsem") && sleeps(task, wait);
  const last = held.at(-1);
  if (!wantsLock || last === undefined) {
    return { wait: sleeps(task, wait) ? wait : null, holds: held.map(holdOf) };
  }
  const lock = lockOf(last);
  return {
    wait: { kind: wait.kind, lock, what: lock.name, mode: wait.mode, by: wait.by ?? last.at, source: "lockdep" },
    holds: held.slice(0, -1).map(holdOf),
  };
}

function lockOf(line: LockLine): LockName {
  return { name: className(line.name), instance: line.instance, anyInstance: false };
}

/** The list does not say how a lock is held; the function that took it often does. */
function holdOf(line: LockLine): Hold {
  return { lock: lockOf(line), mode: heldMode(line), by: line.at, source: "lockdep" };
}

export function heldMode({ name, at }: LockLine): LockMode {
  if (at === null) return "exclusive";
  const rule = rulesOf(at, null).find((each) => each.lock === className(name));
  return rule?.mode ?? primitiveOf(at)?.mode ?? "exclusive";
}

interface Sleeping {
  readonly primitive: Primitive;
  /** Index of the first frame behind the primitive: the function that wanted it. */
  readonly caller: number;
}

/** The primitive that the innermost functions are, and where its caller stands. */
function sleeping(names: readonly string[]): Sleeping {
  let at = 0;
  while (at < names.length && isSleeper(names[at] ?? "")) at++;
  let primitive: Primitive | null = null;
  for (; at < names.length; at++) {
    const next = primitiveOf(names[at] ?? "");
    if (next === null) break;
    primitive = next;
  }
  return { primitive: primitive ?? NO_PRIMITIVE, caller: at };
}

function waitOnStack(names: readonly string[], version: Version | null): WaitOf | null {
  if (names.length === 0) return null;
  const { primitive, caller } = sleeping(names);
  const by = names[caller] ?? null;
  const other = by === null ? undefined : OTHER_WAITS.get(by);
  if (other !== undefined && primitive.kind !== "mutex" && primitive.kind !== "rwsem") {
    const lock = other.kind === "reference" ? { name: other.what, instance: null, anyInstance: true } : null;
    return { kind: other.kind, lock, what: other.what, mode: other.kind === "reference" ? "write" : null, by, source: "stack" };
  }
  const rule = by === null ? undefined : ruleFor(by, primitive, version);
  if (rule !== undefined) {
    const lock = { name: rule.lock, instance: null, anyInstance: rule.perObject === true };
    const kind = primitive.kind === "other" ? (rule.mode === "exclusive" ? "mutex" : "rwsem") : primitive.kind;
    return { kind, lock, what: rule.lock, mode: rule.mode, by, source: "stack" };
  }
  if (primitive.kind === "other")
    return { kind: "other", lock: null, what: `something in ${by ?? "?"}()`, mode: null, by, source: "stack" };
  return {
    kind: primitive.kind,
    lock: null,
    what: `${WORDS[primitive.kind]} in ${by ?? "?"}()`,
    mode: primitive.mode,
    by,
    source: "stack",
  };
}

const WORDS: Readonly<Record<SleepKind, string>> = {
  mutex: "a mutex",
  rwsem: "an rw_semaphore",
  semaphore: "a semaphore",
  completion: "a completion",
  work: "a work item",
  rcu: "an RCU grace period",
  reference: "references",
  child: "a child's end",
  other: "something",
};

/**
 * The lock that a function wants with this primitive. Where the primitive itself is not on the stack (it never is in
 * /proc/<pid>/stack), a function that takes only one lock still says which.
 */
function ruleFor(by: string, primitive: Primitive, version: Version | null): Rule | undefined {
  const all = rulesOf(by, version);
  if (primitive.kind === "mutex") return all.find((rule) => rule.mode === "exclusive");
  if (primitive.kind === "rwsem") return all.find((rule) => rule.mode === primitive.mode);
  return primitive.kind === "other" ? all[0] : undefined;
}

/** Every function on the stack that holds a lock while the ones inside it run. */
function holdsOnStack(names: readonly string[], wait: WaitOf | null, version: Version | null): readonly Hold[] {
  const { caller } = sleeping(names);
  const holds: Hold[] = [];
  for (let i = names.length - 1; i >= 0; i--) {
    if (i < caller) break;
    for (const rule of rulesOf(names[i] ?? "", version)) {
      // Of the locks that the waiting function takes itself, those in front of the wanted one are held.
      if (i === caller && (wait?.lock == null || rule.lock === wait.lock.name)) break;
      if (rule.takesOnly === true || !isCalling(rule, names.slice(0, i))) continue;
      if (waitsDirectly(names, i, rule.lock, wait)) continue;
      if (holds.some((hold) => hold.lock.name === rule.lock)) continue;
      holds.push({
        lock: { name: rule.lock, instance: null, anyInstance: rule.perObject === true },
        mode: rule.mode,
        by: names[i] ?? null,
        source: "stack",
      });
    }
  }
  return holds;
}

/** A helper between (`rtnl_lock` under `dev_ioctl`) that takes the very lock: the function has yet to get it. */
function waitsDirectly(names: readonly string[], at: number, lock: string, wait: WaitOf | null): boolean {
  return wait?.lock?.name === lock && wait.by === names[at - 1] && tellingFunction(names) === wait.by && isHelper(wait.by);
}

function isHelper(name: string | null): boolean {
  return name !== null && /^(?:rtnl_lock|genl_lock|devl_lock|devlink_nl_pre_doit|device_lock|lock_)/.test(name);
}
