/**
 * Models the lock validator (kernel/locking/lockdep.c, v5.10) as a reader of lock operations: __lock_acquire(), validate_chain(),
 * check_deadlock(), check_prevs_add(), __lock_release(), and the checks of freed memory and of the way back to user space. An
 * order of locks is judged when it is seen for the first time, before the task can block in it, whether or not anybody is in
 * the way. After the first finding the kernel's validator is off (debug_locks 0): that is mode "once". In mode "all" it goes
 * on: the order found wrong is entered as well, each circle is reported once, and an order that closes several circles gives a
 * report for each way back that shares no step with those before.
 * Left out: interrupts and the usage bits of them, recursive readers, pinned locks, lock_set_class(), zapping of classes,
 * the merging of several locks under one nest_lock into one entry.
 */
import type { Frame, Kernel, LockReader, LockRequest, lockdep_map, Task } from "../../kernel/index.ts";
import { lockdep_no_validate, symbolText } from "../../kernel/index.ts";
import { ClassTable, type LockClass, USED_READ, USED_WRITE } from "./class.ts";
import type { Finding, HeldFact } from "./finding.ts";
import { type Dependency, DependencyGraph } from "./graph.ts";
import { Chain, type Held, HeldStack } from "./held.ts";
import { LOCKDEP_LIMITS, type LockdepLimits, MAX_LOCKDEP_SUBCLASSES } from "./limits.ts";

export interface LockdepOptions {
  readonly mode: "once" | "all";
  /** Waits for completions count as locks that are taken and released at once. */
  readonly completions?: boolean;
  readonly limits?: Partial<LockdepLimits>;
  /** Called for every finding, in the task that caused it. */
  readonly found: (finding: Finding) => void;
}

export class Lockdep implements LockReader {
  /** 0 after the first finding of mode "once", and after a limit. */
  debug_locks = true;
  readonly classes = new ClassTable();
  readonly graph = new DependencyGraph();
  /** All chains that have been validated, in that order. */
  readonly chains: Chain[] = [];
  chainHlocks = 0;
  stackEntries = 0;
  stackTraces = 0;
  maxDepth = 0;
  readonly limits: LockdepLimits;
  private readonly options: LockdepOptions;
  private readonly kernel: Kernel;
  private readonly root = new Chain(null, null, 0);
  private readonly stacks = new Map<Task, HeldStack>();
  /** What has been reported already and would be found again and again. */
  private readonly seen = new Set<string>();
  private current: Task | null = null;
  private currentStack: HeldStack;

  constructor(kernel: Kernel, options: LockdepOptions) {
    this.kernel = kernel;
    this.options = options;
    this.limits = { ...LOCKDEP_LIMITS, ...options.limits };
    this.currentStack = new HeldStack(this.root);
  }

  acquire(current: Frame, map: lockdep_map, read: 0 | 1, subclass: number, request: LockRequest, nest: lockdep_map | null): void {
    if (!this.debug_locks || (map.kind === "completion" && this.options.completions !== true)) return;
    const stack = current.task === this.current ? this.currentStack : this.switchTo(current.task);
    const cached = subclass === 0 ? map.class_cache : 0;
    const index = cached === 0 ? this.classOf(current, map, subclass) : cached;
    if (index === 0) return;
    const before = stack.chainAt(stack.depth);
    const chain = before.next(index, read) ?? this.newChain(before, index, read);
    const slot = stack.slot(stack.depth);
    slot.map = map;
    slot.frame = current;
    slot.chain = chain;
    slot.request = request;
    slot.since = this.kernel.clock.now;
    slot.nest = nest;
    if (nest !== null && stack.find(nest) < 0) this.notNested(current, stack, slot, nest);
    else if (!chain.validated && request !== "trylock") this.validate(stack, slot, stack.depth, nest);
    stack.depth++;
    if (stack.depth > this.maxDepth) this.deeper(current, stack);
  }

  contended(current: Frame, map: lockdep_map): void {
    if (!this.debug_locks) return;
    const slot = this.slotOf(current.task, map);
    if (slot === null) return;
    slot.waiting = true;
    slot.waitingSince = this.kernel.clock.now;
    slot.chain.class?.stat.contended(current.name, this.holderOf(map, current.task));
  }

  acquired(current: Frame, map: lockdep_map): void {
    if (!this.debug_locks) return;
    const slot = this.slotOf(current.task, map);
    if (slot === null) return;
    slot.chain.class?.stat.wait[slot.chain.read].add(this.kernel.clock.now - slot.waitingSince);
    slot.waiting = false;
    slot.since = this.kernel.clock.now;
  }

  release(current: Frame, map: lockdep_map): void {
    if (!this.debug_locks || (map.kind === "completion" && this.options.completions !== true)) return;
    const stack = current.task === this.current ? this.currentStack : this.switchTo(current.task);
    const top = stack.depth - 1;
    const at = top >= 0 && stack.slots[top]?.map === map ? top : stack.find(map);
    const slot = stack.slots[at];
    if (at < 0 || slot === undefined) {
      this.found({ kind: "bad-unlock-balance", map, ...this.common(current, stack) });
      return;
    }
    if (slot.waiting) slot.waiting = false;
    else slot.chain.class?.stat.hold[slot.chain.read].add(this.kernel.clock.now - slot.since);
    stack.depth = top;
    if (at === top) return;
    stack.slots.splice(at, 1);
    stack.slots.push(slot);
    this.reacquire(stack, at);
  }

  downgrade(current: Frame, map: lockdep_map): void {
    if (!this.debug_locks) return;
    const stack = this.switchTo(current.task);
    const at = stack.find(map);
    const { class: held } = stack.slots[at]?.chain ?? this.root;
    if (held === null) return;
    const before = stack.chainAt(at);
    (stack.slots[at] as Held).chain = before.next(held.index, 1) ?? this.newChain(before, held.index, 1);
    this.reacquire(stack, at + 1);
  }

  freed(current: Frame, map: lockdep_map): void {
    if (!this.debug_locks) return;
    const stack = this.switchTo(current.task);
    const at = stack.find(map);
    if (at < 0) return;
    this.found({ kind: "held-lock-freed", lock: factOf(stack.slots[at] as Held), ...this.common(current, stack) });
  }

  completes(current: Frame, map: lockdep_map): void {
    if (!this.debug_locks || this.options.completions !== true) return;
    const index = this.classOf(current, map, 0);
    const completion = this.classes.classes[index - 1];
    if (completion === undefined) return;
    const stack = this.switchTo(current.task);
    const wait: HeldFact = { map, class: completion, read: 0, request: "map", frame: current };
    // Whoever waits for it waits for all that its completer had to take to get here.
    for (const held of stack.held) if (held.chain.class?.validate === true) this.checkEdge(stack, wait, factOf(held), 1);
  }

  sysExit(current: Frame, syscall: string): void {
    if (!this.debug_locks) return;
    const stack = this.switchTo(current.task);
    if (stack.depth === 0) return;
    this.found({ kind: "lock-held-at-user-space", syscall, ...this.common(current, stack) });
  }

  taskExit(current: Frame): void {
    this.stacks.delete(current.task);
    if (this.current === current.task) this.current = null;
  }

  /** A place in the kernel's code, as it prints one. */
  symbol(name: string): string {
    return symbolText(this.kernel, name === "" ? "kthread" : name, "lock");
  }

  /** What a task holds, the lock it waits for last. */
  heldBy(task: Task): readonly HeldFact[] {
    return (this.stacks.get(task)?.held ?? []).map(factOf);
  }

  /** The task's stack becomes the one that is at hand. */
  private switchTo(task: Task): HeldStack {
    if (task === this.current) return this.currentStack;
    const stack = this.stacks.get(task) ?? new HeldStack(this.root);
    this.stacks.set(task, stack);
    this.current = task;
    this.currentStack = stack;
    return stack;
  }

  /** The index of the lock's class, registered if it is new; 0 if there is no room for it. */
  private classOf(current: Frame, map: lockdep_map, subclass: number): number {
    const known = this.classes.find(map, subclass);
    if (known === undefined && this.classes.classes.length >= this.limits.MAX_LOCKDEP_KEYS) {
      this.full(current, "MAX_LOCKDEP_KEYS");
      return 0;
    }
    const found = known ?? this.classes.add(map, Math.min(subclass, MAX_LOCKDEP_SUBCLASSES - 1), map.key !== lockdep_no_validate);
    if (subclass === 0) map.class_cache = found.index;
    return found.index;
  }

  private newChain(before: Chain, index: number, read: 0 | 1): Chain {
    const lockClass = this.classes.classes[index - 1] as LockClass;
    if (lockClass.validate) lockClass.usage |= read === 1 ? USED_READ : USED_WRITE;
    return before.extend(lockClass, read);
  }

  /** validate_chain(): this order of locks is new. */
  private validate(stack: HeldStack, slot: Held, depth: number, nest: lockdep_map | null): void {
    const { chain } = slot;
    if (chain.class?.validate === false) return;
    chain.validated = true;
    if (!this.countChain(stack, slot)) return;
    const next = factOf(slot);
    const verdict = this.checkDeadlock(stack, next, depth, nest);
    if (verdict !== "new" || depth === 0) return;
    // check_prevs_add(): the nearest lock that was not a trylock orders all those before it.
    for (let at = depth - 1; at >= 0; at--) {
      const prev = stack.slots[at] as Held;
      if (prev.chain.class?.validate === false) continue;
      this.checkEdge(stack, factOf(prev), next, depth - at);
      if (!this.debug_locks || prev.request !== "trylock") return;
    }
  }

  /** check_deadlock(): a lock of this class is held already. */
  private checkDeadlock(stack: HeldStack, next: HeldFact, depth: number, nest: lockdep_map | null): "new" | "known" {
    let nested = false;
    for (let at = 0; at < depth; at++) {
      const prev = stack.slots[at] as Held;
      if (nest !== null && prev.map === nest) nested = true;
      if (prev.chain.class !== next.class) continue;
      if (!nested) this.found({ kind: "recursive", next, prev: factOf(prev), ...this.common(next.frame, stack, depth) });
      return "known";
    }
    return "new";
  }

  /** check_prev_add(): `next` is taken while `prev` is held. */
  private checkEdge(stack: HeldStack, prev: HeldFact, next: HeldFact, distance: number): void {
    const known = this.graph.find(prev.class, next.class);
    if (known !== undefined) {
      if (distance === 1) known.distance = 1;
      return;
    }
    this.checkNoncircular(stack, prev, next);
    if (!this.debug_locks) return;
    if (this.graph.edges >= this.limits.MAX_LOCKDEP_ENTRIES) {
      this.full(next.frame, "MAX_LOCKDEP_ENTRIES");
      return;
    }
    if (!this.saveTrace(next.frame)) return;
    const { frame, request, read } = next;
    const taken = { frame, request, read, kind: next.class.kind, comm: frame.task.comm, time: this.kernel.clock.now };
    this.graph.add({ from: prev.class, to: next.class, distance, taken, heldSince: prev.frame });
  }

  private checkNoncircular(stack: HeldStack, prev: HeldFact, next: HeldFact): void {
    const closed = new Set<Dependency>();
    for (let way = this.graph.path(next.class, prev.class, null); way !== null; way = this.graph.path(next.class, prev.class, closed)) {
      this.found({ kind: "circular", prev, next, way, ...this.common(next.frame, stack) });
      if (!this.debug_locks) return;
      for (const edge of way) closed.add(edge);
    }
  }

  /** reacquire_held_locks(): the locks from `at` on are held in another chain now. */
  private reacquire(stack: HeldStack, at: number): void {
    for (let i = at; i < stack.depth; i++) {
      const slot = stack.slots[i] as Held;
      const { class: held, read } = slot.chain;
      if (held === null) return;
      const before = stack.chainAt(i);
      slot.chain = before.next(held.index, read) ?? this.newChain(before, held.index, read);
      if (!slot.chain.validated && slot.request !== "trylock") this.validate(stack, slot, i, slot.nest);
    }
  }

  private countChain(stack: HeldStack, slot: Held): boolean {
    const { limits, chains } = this;
    const current = slot.frame ?? (stack.slots[0] as Held).frame;
    if (current === null) return false;
    if (chains.length >= limits.MAX_LOCKDEP_CHAINS) return this.full(current, "MAX_LOCKDEP_CHAINS");
    if (this.chainHlocks + slot.chain.depth > limits.MAX_LOCKDEP_CHAIN_HLOCKS) return this.full(current, "MAX_LOCKDEP_CHAIN_HLOCKS");
    chains.push(slot.chain);
    this.chainHlocks += slot.chain.depth;
    return true;
  }

  /** save_trace(): the place of an acquisition is kept. */
  private saveTrace(frame: Frame): boolean {
    let depth = 0;
    for (let f: Frame | null = frame; f !== null; f = f.caller) depth++;
    if (this.stackEntries + depth > this.limits.MAX_STACK_TRACE_ENTRIES) return this.full(frame, "MAX_STACK_TRACE_ENTRIES");
    this.stackEntries += depth;
    this.stackTraces++;
    return true;
  }

  private deeper(current: Frame, stack: HeldStack): void {
    this.maxDepth = stack.depth;
    if (stack.depth >= this.limits.MAX_LOCK_DEPTH) this.full(current, "MAX_LOCK_DEPTH");
  }

  private notNested(current: Frame, stack: HeldStack, slot: Held, nest: lockdep_map): void {
    this.found({ kind: "nested-lock-not-taken", next: factOf(slot), nest, ...this.common(current, stack) });
  }

  private slotOf(task: Task, map: lockdep_map): Held | null {
    const stack = this.switchTo(task);
    return stack.slots[stack.find(map)] ?? null;
  }

  /** The function of another task that holds the lock. */
  private holderOf(map: lockdep_map, waiter: Task): string | null {
    for (const [task, stack] of this.stacks) {
      if (task === waiter) continue;
      const holder = stack.held.find((held) => held.map === map && !held.waiting);
      if (holder !== undefined) return holder.frame?.name ?? null;
    }
    return null;
  }

  private common(frame: Frame, stack: HeldStack, depth = stack.depth) {
    return { task: frame.task, frame, held: stack.held.slice(0, depth).map(factOf), time: this.kernel.clock.now };
  }

  private full(frame: Frame, limit: keyof LockdepLimits): false {
    const stack = this.switchTo(frame.task);
    this.debug_locks = false;
    this.options.found({ kind: "limit", limit, max: this.limits[limit], ...this.common(frame, stack) });
    return false;
  }

  private found(finding: Finding): void {
    const key = keyOf(finding);
    if (key !== null && this.seen.has(key)) return;
    if (key !== null) this.seen.add(key);
    if (this.options.mode === "once") this.debug_locks = false;
    this.options.found(finding);
  }
}

/** What makes two findings the same; null if each counts. Circles are found once by themselves: their last step is known then. */
function keyOf(finding: Finding): string | null {
  if (finding.kind === "recursive") return `recursive ${finding.prev.class.index} ${finding.next.class.index}`;
  if (finding.kind === "lock-held-at-user-space")
    return `user space ${finding.task.pid} ${finding.held.map((held) => held.map.id).join(" ")}`;
  return null;
}

function factOf(held: Held): HeldFact {
  const { map, frame, chain, request } = held;
  if (map === null || frame === null || chain.class === null) throw new Error("an empty slot is no held lock");
  return { map, class: chain.class, read: chain.read, request, frame };
}
