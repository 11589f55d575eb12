/** Any candidate with equal chance, from a seed: the same seed gives the same schedule. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { SchedulingPolicy } from "./policy.ts";

export function randomPolicy(seed: number): SchedulingPolicy {
  const generator = xoroshiro128plus(seed);
  return {
    name: "random",
    choose: (candidates) => uniformInt(generator, 0, candidates.length - 1),
  };
}
