/** Small lives of a parent and its children, explored under every schedule and with the reduction. */
import { expect } from "vitest";
import { type ExploreOptions, explore, type Strategy, type Subject } from "../../src/explore/index.ts";
import { RunNames } from "../../src/explore/names.ts";
import { type Frame, Kernel, spawnTask } from "../../src/kernel/index.ts";

export type Note = (text: string) => void;
export type Body = (current: Frame, note: Note) => Promise<void>;

/** Explores a parent's life; the outcomes are what it and its children noted. */
async function lives(parent: Body, strategy: Strategy): Promise<{ readonly traces: number; readonly outcomes: readonly string[] }> {
  const outcomes = new Set<string>();
  const subject: Subject = {
    kind: "program",
    pure: false,
    run: async (setup, tables) => {
      const names = new RunNames(tables.tasks, tables.objects);
      const kernel = new Kernel();
      const noted: string[] = [];
      names.seal();
      kernel.footprint = setup.reader?.(kernel, names) ?? null;
      kernel.sched.setPolicy(setup.policy(kernel));
      spawnTask(kernel, { comm: "parent", parent: null, body: (current) => parent(current, (text) => noted.push(text)) });
      await kernel.sched.run(() => new Promise((resolve) => setImmediate(resolve)));
      if (kernel.sched.stopped === null) outcomes.add(noted.join(" "));
      return { decisions: kernel.sched.decisions, steps: kernel.sched.steps, limit: null, stuck: [], blocked: [] };
    },
  };
  const bounds: ExploreOptions = { strategy, executions: 5000, states: 1, seed: 1, goOn: () => true };
  const found = await explore(subject, bounds);
  expect(found.complete).toBe(true);
  return { traces: found.traces ?? found.executions, outcomes: [...outcomes].sort() };
}

/** What the reduction finds, after seeing that it is what there is. */
export async function reduced(parent: Body): Promise<readonly [number, readonly string[]]> {
  const all = await lives(parent, "dfs");
  const { traces, outcomes } = await lives(parent, "dpor");
  expect(outcomes).toEqual(all.outcomes);
  expect(traces).toBeLessThanOrEqual(all.traces);
  return [traces, outcomes];
}
