/**
 * The stateful search: every state of the tables up to exchange of equal tasks that a stubborn step leads to, breadth first.
 * It finds every state in which nobody can go on, and so every deadlock.
 */
import { Machine } from "./moves.ts";
import type { Compiled } from "./op-table.ts";
import { MAX_STATES, StateSet } from "./state-set.ts";
import { Stubborn } from "./stubborn.ts";

/** Who asks for what without ever getting it, and the steps that lead there. */
export interface StateDeadlock {
  /** The tasks that wait, with the position of what they ask for; tasks are numbered as in the tables. */
  readonly waiting: readonly { readonly task: number; readonly position: number }[];
  /** Whose step comes next, and at which position it begins. */
  readonly path: readonly { readonly task: number; readonly position: number }[];
}

export interface StateSearch {
  readonly states: number;
  /** Memory that they took, with their index. */
  readonly bytes: number;
  /** False if the bound on states was reached first. */
  readonly complete: boolean;
  /** States in which nobody can go on, and how many of them are deadlocks. */
  readonly finals: number;
  readonly stuck: number;
  /** One of each kind, reached by the fewest requests; the kind with the fewest comes first. */
  readonly deadlocks: readonly StateDeadlock[];
}

/** States between two questions whether to go on. */
const QUESTION = 4096;

export interface SearchOptions {
  /** Without reductions all states are kept: for comparison only. */
  readonly reduce: boolean;
  readonly states: number;
  readonly goOn: () => boolean;
}

export function searchStates(code: Compiled, { reduce, states, goOn }: SearchOptions): StateSearch {
  const set = new StateSet(code.tasks);
  const machine = new Machine(code);
  const stubborn = new Stubborn(code, machine);
  const kinds = new Map<string, { state: number; requests: number }>();
  let finals = 0;
  let stuck = 0;
  let complete = true;
  const bound = Math.min(states, MAX_STATES);
  machine.store(set.states, set.nextOffset);
  set.add(-1, 0);
  for (let state = 0; state < set.count; state++) {
    if (set.count > bound || (state % QUESTION === QUESTION - 1 && !goOn())) {
      complete = false;
      break;
    }
    machine.load(set.states, state * code.tasks);
    const chosen = reduce ? stubborn.choose() : everyEnabled(code, machine);
    if (chosen.length === 0) {
      finals++;
      const kind = waiting(machine);
      if (kind === "") continue;
      stuck++;
      const requests = machine.requests();
      const known = kinds.get(kind);
      if (known === undefined || requests < known.requests) kinds.set(kind, { state, requests });
      continue;
    }
    for (const slot of chosen) {
      machine.load(set.states, state * code.tasks);
      machine.step(slot);
      if (reduce) machine.sort();
      machine.store(set.states, set.nextOffset);
      set.add(state, slot);
    }
  }
  const shortest = [...kinds.values()].sort((a, b) => a.requests - b.requests || a.state - b.state);
  const deadlocks = shortest.map((found) => pathTo(code, set, found.state, reduce));
  return { states: set.count, bytes: set.bytes, complete, finals, stuck, deadlocks };
}

function everyEnabled(code: Compiled, machine: Machine): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < code.tasks; slot++) if (machine.enabled(slot)) slots.push(slot);
  return slots;
}

/** What the waiting tasks ask for, as a key; empty if nobody waits. Equal tasks stand sorted. */
function waiting(machine: Machine): string {
  let key = "";
  for (let slot = 0; slot < machine.at.length; slot++) if (machine.rank[slot] !== 0) key += `${machine.at[slot]},`;
  return key;
}

/** Goes the way to a state again and keeps account of which of the equal tasks stands where. */
function pathTo(code: Compiled, set: StateSet, state: number, sorted: boolean): StateDeadlock {
  const moves: number[] = [];
  for (let at = state; (set.parents[at] as number) >= 0; at = set.parents[at] as number) moves.push(set.moves[at] as number);
  const machine = new Machine(code);
  const path = moves.reverse().map((slot) => {
    const step = { task: machine.ids[slot] as number, position: machine.at[slot] as number };
    machine.step(slot);
    if (sorted) machine.sort();
    return step;
  });
  const stuck: { task: number; position: number }[] = [];
  for (let slot = 0; slot < code.tasks; slot++) {
    if (machine.rank[slot] !== 0) stuck.push({ task: machine.ids[slot] as number, position: machine.at[slot] as number });
  }
  return { waiting: stuck, path };
}
