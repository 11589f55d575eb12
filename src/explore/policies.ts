/** Policies that only make sense over many runs: every schedule in turn, and PCT (Burckhardt et al. 2010). */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { SchedulingPolicy, Task } from "../kernel/index.ts";
import type { Deal } from "./shard.ts";

/** Every schedule, one after the other, without any reduction; with a deal, a share of them. */
export class EverySchedule {
  private readonly choices: { choice: number; of: number }[] = [];
  private readonly deal: Deal | null;
  private at = 0;
  private elsewhere = false;

  constructor(deal: Deal | null = null) {
    this.deal = deal;
  }

  /** @param stop ends the run at hand: it is another shard's */
  policy(stop: () => void): SchedulingPolicy {
    this.at = 0;
    this.elsewhere = false;
    const pick = (candidates: number): number => {
      if (this.elsewhere) return 0;
      const known = this.choices[this.at];
      if (known === undefined && this.at === this.deal?.depth && !this.deal.mine(true)) {
        this.elsewhere = true;
        stop();
        return 0;
      }
      this.at++;
      if (known !== undefined) return known.choice;
      this.choices.push({ choice: 0, of: candidates });
      return 0;
    };
    return { name: "dfs", choose: (candidates) => pick(candidates.length), pick };
  }

  /** Ends a run. @returns false if it was another shard's */
  conclude(): boolean {
    const { deal } = this;
    if (deal !== null && this.at <= deal.depth && !this.elsewhere && this.choices.length <= deal.depth) return deal.mine(false);
    return !this.elsewhere;
  }

  /** Goes on to the next schedule; false if there is none. */
  next(): boolean {
    for (;;) {
      const last = this.choices.pop();
      if (last === undefined) return false;
      if (last.choice + 1 >= last.of) continue;
      this.choices.push({ choice: last.choice + 1, of: last.of });
      return true;
    }
  }
}

/** Number of points at which PCT lowers the running task's priority: finds bugs of that depth plus one. */
const PCT_CHANGES = 2;

/** Tasks have random priorities, the highest runs; at a few random points the running one drops to the lowest. */
export function pctPolicy(seed: number, expectedSteps: number): SchedulingPolicy {
  const random = xoroshiro128plus(seed);
  const priorities = new Map<Task, number>();
  const changes = new Set(Array.from({ length: PCT_CHANGES }, () => uniformInt(random, 0, Math.max(1, expectedSteps))));
  let step = 0;
  let lowest = 0;
  const priority = (task: Task): number => {
    let value = priorities.get(task);
    if (value === undefined) {
      value = uniformInt(random, 1, 0x3fff_ffff);
      priorities.set(task, value);
    }
    return value;
  };
  return {
    name: "pct",
    choose: (candidates) => {
      let best = 0;
      for (let i = 1; i < candidates.length; i++) {
        if (priority(candidates[i] as Task) > priority(candidates[best] as Task)) best = i;
      }
      if (changes.has(step++)) priorities.set(candidates[best] as Task, lowest--);
      return best;
    },
  };
}
