/**
 * Numbers of bc(1): decimal digits, of which `scale` stand behind the point. The scale of a result follows the rules of POSIX bc;
 * digits beyond it are cut off, never rounded.
 */

/** The number `value` / 10^`scale`. */
export interface Num {
  readonly value: bigint;
  readonly scale: number;
}

/** What is asked for is too large to be computed. */
export class TooLarge extends Error {}

/** Digits that a number may have: far beyond what scripts use, and computed in well under a second. */
export const MAX_DIGITS = 1_000_000;

export const ZERO: Num = { value: 0n, scale: 0 };
export const ONE: Num = { value: 1n, scale: 0 };

export function fromInteger(value: number | bigint): Num {
  return { value: BigInt(value), scale: 0 };
}

export function powerOfTen(exponent: number): bigint {
  if (exponent > MAX_DIGITS) throw new TooLarge();
  return 10n ** BigInt(exponent);
}

/** The value of `num` in units of 10^-`scale`, cut off. */
export function valueAt(num: Num, scale: number): bigint {
  if (scale >= num.scale) return num.value * powerOfTen(scale - num.scale);
  return num.value / powerOfTen(num.scale - scale);
}

/** `num` with exactly `scale` digits behind the point. */
export function rescale(num: Num, scale: number): Num {
  return scale === num.scale ? num : { value: valueAt(num, scale), scale };
}

/** The part before the point. */
export function integerPart(num: Num): bigint {
  return valueAt(num, 0);
}

export function isZero(num: Num): boolean {
  return num.value === 0n;
}

/** Less than, equal to or greater than 0, as `a` is to `b`. */
export function compare(a: Num, b: Num): number {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [valueAt(a, scale), valueAt(b, scale)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function negate(num: Num): Num {
  return { value: -num.value, scale: num.scale };
}

export function add(a: Num, b: Num): Num {
  const scale = Math.max(a.scale, b.scale);
  return { value: valueAt(a, scale) + valueAt(b, scale), scale };
}

export function subtract(a: Num, b: Num): Num {
  return add(a, negate(b));
}

export function multiply(a: Num, b: Num, scale: number): Num {
  const product = { value: a.value * b.value, scale: a.scale + b.scale };
  return rescale(product, Math.min(product.scale, Math.max(scale, a.scale, b.scale)));
}

/** `b` is not zero. */
export function divide(a: Num, b: Num, scale: number): Num {
  return { value: valueAt(a, scale + b.scale) / b.value, scale };
}

/** What a division to `scale` leaves over. `b` is not zero. */
export function modulo(a: Num, b: Num, scale: number): Num {
  const restScale = Math.max(a.scale, b.scale + scale);
  const quotient = divide(a, b, scale);
  const rest = subtract(a, { value: quotient.value * b.value, scale: quotient.scale + b.scale });
  return rescale(rest, restScale);
}

/** `base` is not zero if `exponent` is negative. */
export function raise(base: Num, exponent: bigint, scale: number): Num {
  if (exponent === 0n) return ONE;
  const times = exponent < 0n ? -exponent : exponent;
  if (BigInt(digitsOf(base)) * times > MAX_DIGITS) throw new TooLarge();
  const power = { value: base.value ** times, scale: base.scale * Number(times) };
  if (exponent < 0n) return divide(ONE, power, scale);
  return rescale(power, Math.min(power.scale, Math.max(scale, base.scale)));
}

/** The square root of a number that is not negative. */
export function squareRoot(num: Num, scale: number): Num {
  if (isZero(num)) return ZERO;
  if (compare(num, ONE) === 0) return ONE;
  const places = Math.max(scale, num.scale);
  return { value: integerRoot(valueAt(num, 2 * places)), scale: places };
}

/** The largest integer whose square is not above `n`, by Newton's method from above. */
export function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** How many digits the value has, those behind the point and leading zeros there included; a zero before the point is none. */
export function lengthOf(num: Num): number {
  const whole = integerPart(num);
  const before = whole === 0n ? 0 : String(whole < 0n ? -whole : whole).length;
  return before + num.scale || 1;
}

function digitsOf(num: Num): number {
  return num.value.toString(16).length;
}
