/**
 * Watches that callers and callees keep the contracts of table.ts. Reads two kinds of events: a function is entered (what
 * does its caller hold?) and a lock is about to be taken (is a function on the stack that forbids it?). So a broken rule is
 * seen where it is broken, also in a run in which nothing deadlocks.
 */
import {
  type Frame,
  type HeldLock,
  type Kernel,
  type KernelEvent,
  type KernelObserver,
  type Lock,
  stackNames,
} from "../../kernel/index.ts";
import { CONTRACTS, type Contract, type LockUse } from "./table.ts";

type Mode = HeldLock["mode"];

export interface ContractViolation {
  readonly kind: "not held" | "held" | "taken";
  /** True if it says what could deadlock (`held`, `taken`); what the caller owes and does not hold is a bug as it stands. */
  readonly prediction: boolean;
  /** The function whose contract it is. */
  readonly contract: string;
  /** The lock's class. */
  readonly lock: string;
  /** One line, both sides. */
  readonly text: string;
  /** As `text`, but without the caller's side. */
  readonly line: string;
  /** The rule's reason, one sentence. */
  readonly because: string;
  readonly pid: number;
  readonly comm: string;
  /** Functions of the task at that moment, outermost first. */
  readonly stack: readonly string[];
  /** Virtual ns since boot. */
  readonly time: number;
}

export class ContractChecker implements KernelObserver {
  readonly types = ["lock_acquire"] as const;
  readonly violations: ContractViolation[] = [];
  private readonly kernel: Kernel;
  private readonly byFunction: ReadonlyMap<string, Contract>;
  private readonly known = new Set<string>();

  constructor(kernel: Kernel, contracts: readonly Contract[] = CONTRACTS) {
    this.kernel = kernel;
    this.byFunction = new Map(contracts.map((contract) => [contract.fn, contract]));
  }

  event(event: KernelEvent): void {
    if (event.type === "lock_acquire" && !event.trylock)
      this.takes(event.frame, event.lock, event.mode === "wait" ? "exclusive" : event.mode);
  }

  entered(frame: Frame): void {
    const contract = this.byFunction.get(frame.name);
    if (contract === undefined) return;
    const { held } = frame.task;
    for (const group of contract.holds) {
      if (!group.some((use) => held.some((hold) => fits(use, hold)))) this.found("not held", contract, frame, group);
    }
    const forbidden = contract.mustNotHold;
    const hold = forbidden === "all" ? held[0] : held.find((each) => forbidden.some((use) => fits(use, each)));
    if (hold !== undefined) this.found("held", contract, frame, [{ lock: hold.lock.name }], hold);
  }

  private takes(frame: Frame, lock: Lock, mode: Mode): void {
    for (let f: Frame | null = frame; f !== null; f = f.caller) {
      const contract = this.byFunction.get(f.name);
      if (contract === undefined || !contract.mustNotTake.some((use) => named(use, lock.name, mode))) continue;
      this.found("taken", contract, frame, [{ lock: lock.name, mode }], holdBehind(contract, frame));
    }
  }

  private found(kind: ContractViolation["kind"], contract: Contract, frame: Frame, uses: readonly LockUse[], hold?: HeldLock): void {
    const lock = uses.map((use) => use.lock).join(" or ");
    const key = `${kind} ${contract.fn} ${lock}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    const { task } = frame;
    const violation: ContractViolation = {
      kind,
      prediction: kind !== "not held",
      contract: contract.fn,
      lock,
      text: textOf(kind, contract, frame, uses, hold),
      line: lineOf(kind, contract, frame, lock),
      because: contract.because,
      pid: task.pid,
      comm: task.comm,
      stack: stackNames(frame),
      time: this.kernel.clock.now,
    };
    this.violations.push(violation);
    if (!violation.prediction) this.kernel.reportBug(frame, { kind: "contract", text: violation.text });
  }
}

/** The lock that the contract's caller holds, as the other side of what is taken. */
function holdBehind(contract: Contract, frame: Frame): HeldLock | undefined {
  return frame.task.held.find((hold) => contract.holds.some((group) => group.some((use) => fits(use, hold))));
}

function fits(use: LockUse, hold: HeldLock): boolean {
  return named(use, hold.lock.name, hold.mode);
}

function named(use: LockUse, lock: string, mode: Mode): boolean {
  return use.lock === lock && (use.mode === undefined || use.mode === mode);
}

function textOf(kind: ContractViolation["kind"], contract: Contract, frame: Frame, uses: readonly LockUse[], hold?: HeldLock): string {
  const locks = uses.map((use) => `${use.lock}${forMode(use.mode)}`).join(" or ");
  const caller = frame.caller?.name ?? "";
  const taken = hold === undefined ? "" : ` (taken in ${hold.frame.name}())`;
  switch (kind) {
    case "not held":
      return `${contract.fn}() is called without ${locks}${caller === "" ? "" : `, by ${caller}()`}`;
    case "held":
      return `${contract.fn}() is called with ${locks} held${taken}${caller === "" ? "" : `, by ${caller}()`}`;
    case "taken": {
      const under = hold === undefined ? "" : ` runs with ${hold.lock.name}${forMode(hold.mode)} held${taken} and`;
      return `${contract.fn}()${under} must not take ${locks}; ${frame.name}() does`;
    }
  }
}

function lineOf(kind: ContractViolation["kind"], { fn }: Contract, frame: Frame, lock: string): string {
  switch (kind) {
    case "not held":
      return `${fn}() needs ${lock}`;
    case "held":
      return `${fn}() must not be called with ${lock}`;
    case "taken":
      return `${fn}() must not take ${lock}, ${frame.name}() does`;
  }
}

function forMode(mode: Mode | undefined): string {
  return mode === "read" || mode === "write" ? ` for ${mode}` : "";
}
