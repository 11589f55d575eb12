/** rand() and srand(): the C library's random() behind them, seeded anew by srand, from the machine's own numbers before that. */
import type { Process } from "../../../syscall/index.ts";
import { RAND_MAX, RandomNumbers } from "../random-numbers.ts";
import { toUnsigned } from "./format.ts";
import { toNumber, type Value } from "./value.ts";

const NS_PER_SECOND = 1e9;

export class AwkRandom {
  private readonly process: Process;
  private numbers: RandomNumbers | null = null;
  private seeded: Value = undefined;

  constructor(process: Process) {
    this.process = process;
  }

  /** From 0 up to 1. */
  next(): number {
    if (this.numbers === null) this.seed({ value: this.process.random(RAND_MAX) });
    return (this.numbers?.next() ?? 0) / RAND_MAX;
  }

  /** Begins anew from a seed, or from the time of day; what the seed was before. */
  seed(given: { readonly value: Value } | null): Value {
    const before = this.seeded ?? this.process.random(RAND_MAX);
    this.seeded = given === null ? Math.floor(this.process.clockRealtime() / NS_PER_SECOND) : given.value;
    this.numbers = new RandomNumbers(toUnsigned(toNumber(this.seeded)));
    return before;
  }
}
