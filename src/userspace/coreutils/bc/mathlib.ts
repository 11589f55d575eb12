/**
 * The functions of `bc -l`: sine, cosine, arctangent, logarithm, exponential, Bessel, to `scale` digits. They are computed with digits
 * to spare and cut off. Sine and cosine of large numbers are as coarse as GNU bc's, because they reduce the argument with as
 * many digits of pi as it does.
 */
import {
  add,
  divide,
  fromInteger,
  integerPart,
  integerRoot,
  isZero,
  MAX_DIGITS,
  multiply,
  type Num,
  negate,
  powerOfTen,
  rescale,
  subtract,
  TooLarge,
  valueAt,
  ZERO,
} from "./number.ts";

/** Digits beyond those that are asked for. */
const GUARD = 15;

/** Fixed-point arithmetic: integers in units of 10^-places. */
class Fixed {
  readonly places: number;
  readonly one: bigint;

  constructor(places: number) {
    this.places = places;
    this.one = powerOfTen(places);
  }

  of(num: Num): bigint {
    return valueAt(num, this.places);
  }

  times(a: bigint, b: bigint): bigint {
    return (a * b) / this.one;
  }

  over(a: bigint, b: bigint): bigint {
    return (a * this.one) / b;
  }

  /** Adds terms until they vanish. */
  sum(first: bigint, next: (term: bigint, n: bigint) => bigint): bigint {
    let total = first;
    let term = first;
    for (let n = 1n; term !== 0n; n++) {
      term = next(term, n);
      total += term;
    }
    return total;
  }

  /** e^x for a small x. */
  exp(x: bigint): bigint {
    return this.sum(this.one, (term, n) => this.times(term, x) / n);
  }

  /** The arctangent of x, which is halved in effect until the series is fast. */
  atan(x: bigint): bigint {
    let small = x;
    let doublings = 0n;
    for (; small > this.one / 10n; doublings++) {
      small = this.over(small, this.one + integerRoot(this.one * this.one + small * small));
    }
    const square = -this.times(small, small);
    let power = small;
    let total = small;
    for (let n = 3n; power !== 0n; n += 2n) {
      power = this.times(power, square);
      total += power / n;
    }
    return total << doublings;
  }

  /** The natural logarithm of a positive x: roots are taken until the series of the inverse hyperbolic tangent is fast. */
  ln(x: bigint): bigint {
    let near = x;
    let doublings = 1n;
    for (; near > (this.one * 11n) / 10n || near < (this.one * 9n) / 10n; doublings++) near = integerRoot(near * this.one);
    const ratio = this.over(near - this.one, near + this.one);
    const square = this.times(ratio, ratio);
    let power = ratio;
    let total = ratio;
    for (let n = 3n; power !== 0n; n += 2n) {
      power = this.times(power, square);
      total += power / n;
    }
    return total << doublings;
  }
}

/** How many digits stand before the point. */
function magnitude(num: Num): number {
  return String(integerPart(num)).length;
}

function cut(value: bigint, places: number, scale: number): Num {
  return rescale({ value, scale: places }, scale);
}

/** e(x). */
export function exponential(x: Num, scale: number): Num {
  const whole = integerPart(x);
  if (whole > BigInt(MAX_DIGITS)) throw new TooLarge();
  // e^x has less than x/2 digits before the point.
  const places = scale + GUARD + Math.max(0, Math.ceil(Number(whole) / 2)) + magnitude(x);
  if (whole < 0n && -whole > BigInt(4 * (scale + 1))) return { value: 0n, scale };
  const fixed = new Fixed(places);
  const halvings = BigInt(whole.toString(2).length + 4);
  let power = fixed.exp(fixed.of(x) >> halvings);
  // Squaring doubles the error each time; the spare digits are more than the halvings cost.
  for (let i = 0n; i < halvings; i++) power = fixed.times(power, power);
  return cut(power, places, scale);
}

/** l(x). What is not positive gives the lowest number that `scale` allows. */
export function logarithm(x: Num, scale: number): Num {
  if (x.value <= 0n) return rescale(fromInteger(1n - powerOfTen(scale)), scale);
  const places = scale + GUARD + Math.max(magnitude(x), x.scale);
  const fixed = new Fixed(places);
  return cut(fixed.ln(fixed.of(x)), places, scale);
}

/** a(x). */
export function arctangent(x: Num, scale: number): Num {
  if (x.value < 0n) return negate(arctangent(negate(x), scale));
  const places = scale + GUARD + magnitude(x);
  const fixed = new Fixed(places);
  return cut(fixed.atan(fixed.of(x)), places, scale);
}

/** s(x). */
export function sine(x: Num, scale: number): Num {
  if (x.value < 0n) return negate(sine(negate(x), scale));
  const quarter = arctangent(fromInteger(1), Math.floor(1.1 * scale + 2));
  if (isZero(quarter)) return { value: 0n, scale };
  const turns = (quotient(x, quarter) + 2n) / 4n;
  const rest = subtract(x, multiply(fromInteger(4n * turns), quarter, quarter.scale));
  return rescale(series(turns % 2n === 0n ? rest : negate(rest), scale + 2), scale);
}

/** The series of the sine, with no digits to spare: what it cuts off decides whether c(0) is 1. */
function series(x: Num, places: number): Num {
  const square = negate(multiply(x, x, places));
  let term = x;
  let total = x;
  for (let n = 3n; ; n += 2n) {
    term = multiply(term, divide(square, fromInteger(n * (n - 1n)), places), places);
    if (isZero(term)) return total;
    total = add(total, term);
  }
}

/** c(x): the sine of x + pi/2. */
export function cosine(x: Num, scale: number): Num {
  const places = Math.floor(scale * 1.2);
  const half = multiply(arctangent(fromInteger(1), places), fromInteger(2), places);
  return rescale(sine(add(x, half), places), scale);
}

/** j(n, x) for the integer n. */
export function bessel(order: Num, x: Num, scale: number): Num {
  const n = integerPart(order);
  if (n < 0n) {
    const mirrored = bessel(fromInteger(-n), x, scale);
    return n % 2n === 0n ? mirrored : negate(mirrored);
  }
  if (n > BigInt(MAX_DIGITS)) throw new TooLarge();
  // The terms grow to about e^|x| before they shrink.
  const size = integerPart(x.value < 0n ? negate(x) : x);
  if (size > BigInt(MAX_DIGITS)) throw new TooLarge();
  const fixed = new Fixed(scale + GUARD + Math.ceil(Number(size) / 2) + magnitude(x));
  const half = fixed.of(x) / 2n;
  let first = fixed.one;
  for (let k = 1n; k <= n && first !== 0n; k++) first = fixed.times(first, half) / k;
  if (isZero(x) && n > 0n) return ZERO;
  const square = -fixed.times(half, half);
  return cut(
    fixed.sum(first, (term, k) => fixed.times(term, square) / (k * (n + k))),
    fixed.places,
    scale,
  );
}

/** x / y without a fraction. */
function quotient(x: Num, y: Num): bigint {
  return (x.value * powerOfTen(y.scale)) / (y.value * powerOfTen(x.scale));
}
