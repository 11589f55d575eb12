/** Any candidate with equal chance, from a seed: the same seed gives the same schedule. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { blindPolicy, type SchedulingPolicy } from "./policy.ts";

const TWO_TO_32 = 0x1_0000_0000;

export function randomPolicy(seed: number): SchedulingPolicy {
  const generator = xoroshiro128plus(seed);
  // The upper part of a 64-bit product: with so few candidates no chance differs by more than one in a million.
  return blindPolicy("random", (candidates) => (((generator.next() >>> 0) / TWO_TO_32) * candidates) | 0);
}
