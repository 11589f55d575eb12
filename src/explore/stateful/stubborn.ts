/**
 * Stubborn sets (Valmari 1991): in each state some of the tasks that can go on suffice. Whatever the others do first
 * commutes with the steps chosen, so every state in which nobody can go on is still found.
 */
import type { Machine } from "./moves.ts";
import type { Compiled } from "./op-table.ts";

export class Stubborn {
  private readonly code: Compiled;
  private readonly machine: Machine;
  private readonly inSet: boolean[];
  private readonly work: number[] = [];

  constructor(code: Compiled, machine: Machine) {
    this.code = code;
    this.machine = machine;
    this.inSet = new Array<boolean>(code.tasks).fill(false);
  }

  /** Slots whose steps are to be taken; empty if nobody can go on. */
  choose(): readonly number[] {
    const { code, machine } = this;
    let best: number[] | null = null;
    for (let seed = 0; seed < code.tasks; seed++) {
      if (!machine.enabled(seed)) continue;
      const found = this.closure(seed);
      if (best === null || found.length < best.length) best = found;
      if (best.length === 1) break;
    }
    return best ?? [];
  }

  private closure(seed: number): number[] {
    const { code, machine, inSet, work } = this;
    inSet.fill(false);
    this.add(seed);
    const chosen: number[] = [];
    for (let slot = work.pop(); slot !== undefined; slot = work.pop()) {
      if (machine.enabled(slot)) {
        chosen.push(slot);
        for (let other = 0; other < code.tasks; other++) if (this.disturbs(other, slot)) this.add(other);
      } else if (machine.rank[slot] !== 0 && !machine.waitsForItself(slot)) {
        // It goes on only after whoever holds the lock has.
        const holder = machine.holder(code.lock[machine.at[slot] as number] as number, inSet);
        if (holder >= 0) this.add(holder);
      }
    }
    return chosen;
  }

  private add(slot: number): void {
    if (this.inSet[slot] === true) return;
    this.inSet[slot] = true;
    this.work.push(slot);
  }

  /** True if something that the task in `other` may still do does not commute with the next step of `slot`. */
  private disturbs(other: number, slot: number): boolean {
    if (this.inSet[other] === true) return false;
    const { code, machine } = this;
    const mine = machine.at[slot] as number;
    const theirs = (machine.at[other] as number) + (machine.rank[other] === 0 ? 0 : 1);
    return (
      ((code.againstWrite[mine] as number) & (code.futureWrite[theirs] as number)) !== 0 ||
      ((code.againstRequest[mine] as number) & (code.futureRequest[theirs] as number)) !== 0 ||
      ((code.againstAny[mine] as number) & (code.futureAny[theirs] as number)) !== 0
    );
  }
}
