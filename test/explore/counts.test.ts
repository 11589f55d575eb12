/**
 * Proves that the reduced search runs one schedule of each class: as many as the closed form says for the reference locks,
 * and with the same outcomes as the enumeration of every schedule for small programs.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, type Program, programSubject, type Strategy } from "../../src/explore/index.ts";
import { randomProgram, reference, tasks } from "./programs.ts";

type Exploration = Awaited<ReturnType<typeof explore>>;

function explored(program: Program, strategy: Strategy, executions = 100_000): Promise<Exploration> {
  const subject = programSubject(program, () => hostTurn());
  return explore(subject, { strategy, executions, states: 100_000, seed: 1, goOn: () => true });
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

test.each([
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 1],
  [1, 2],
])("%i shows and %i additions: (K+2)! (M+5)! / 30 executions", async (shows, adds) => {
  const found = await explored(reference(shows, adds), "dpor");
  const traces = (factorial(shows + 2) * factorial(adds + 5)) / 30;
  expect([found.verdict, found.executions, found.traces, found.complete]).toEqual(["proved", traces, traces, true]);
});

const kindsOf = (found: Exploration): string[] => found.deadlocks.map(({ stuck }) => [...stuck].sort().join("; ")).sort();

test("random programs: the same deadlocks as the enumeration of every schedule, in no more executions", async () => {
  await fc.assert(
    fc.asyncProperty(tasks, async (bodies) => {
      const every = await explored(randomProgram(bodies), "dfs", 1500);
      if (every.executions >= 1500) return;
      const reduced = await explored(randomProgram(bodies), "dpor", 5000);
      expect(kindsOf(reduced)).toEqual(kindsOf(every));
      expect(reduced.executions).toBeLessThanOrEqual(every.executions);
    }),
    { numRuns: 40, seed: 7 },
  );
});

test("a reduction that would plan more than it may ends at that limit, by name, and proves nothing", async () => {
  const subject = programSubject(reference(2, 1), () => hostTurn());
  const found = await explore(subject, { strategy: "dpor", executions: 1000, states: 1, seed: 1, planned: 5, goOn: () => true });
  expect([found.verdict, found.complete, found.limit]).toEqual(["not-found", false, { limit: "planned", value: 5 }]);
});

test("the estimate of what is covered grows to nearly all of it", async () => {
  const subject = programSubject(reference(2, 1), () => hostTurn());
  const covered: number[] = [];
  const progress = (now: { readonly covered?: number }): void => void covered.push(now.covered ?? -1);
  await explore(subject, { strategy: "dpor", executions: 1000, states: 1, seed: 1, goOn: () => true, progress });
  const [first = 1, half = 0, last = 0] = [covered[0], covered[covered.length >> 1], covered.at(-1)];
  expect([first < 0.05, half > 0.2 && half < 0.8, last > 0.95 && last <= 1]).toEqual([true, true, true]);
});
