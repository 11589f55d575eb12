/** Random numbers for programs (getrandom): one seeded stream per machine, so that a run can be repeated. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Frame, type Kernel, staticData } from "../kernel/index.ts";

const DEFAULT_SEED = 1;

const statics = staticData(() => ({ generator: xoroshiro128plus(DEFAULT_SEED) }));

/** Begins the stream anew. */
export function seedRandom(kernel: Kernel, seed: number): void {
  statics(kernel).generator = xoroshiro128plus(seed);
}

/** The next number, from 0 to below `limit`. */
export function nextRandom(current: Frame, limit: number): number {
  const own = statics(current.kernel);
  current.writes(own);
  return uniformInt(own.generator, 0, Math.max(0, limit - 1));
}
