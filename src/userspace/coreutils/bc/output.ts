/** How bc(1) writes: numbers in any base, lines broken at the length that BC_LINE_LENGTH asks for. */
import { integerPart, type Num, powerOfTen } from "./number.ts";

const DIGITS = "0123456789ABCDEF";

/** Bases up to this one have a character for each digit. */
const LAST_BASE_OF_CHARACTERS = 16;

const DEFAULT_LENGTH = 70;
const LEAST_LENGTH = 3;

/** The characters a line may have before it is broken; 0 for any number. */
export function lineLength(setting: string | undefined): number {
  if (setting === undefined) return DEFAULT_LENGTH;
  const length = Number.parseInt(setting, 10) || 0;
  return length === 0 || length >= LEAST_LENGTH ? length : DEFAULT_LENGTH;
}

/** Collects output, knows in which column it stands, and breaks lines with a backslash. */
export class Printer {
  private text = "";
  private column = 0;
  private readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  /** What was written since the last call. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }

  get pending(): number {
    return this.text.length;
  }

  write(text: string): void {
    for (const char of text) {
      if (char === "\n") {
        this.column = 0;
      } else if (this.length > 0) {
        this.column += 1;
        if (this.column === this.length - 1) {
          this.text += "\\\n";
          this.column = 1;
        }
      }
      this.text += char;
    }
  }
}

/** A number in base `base`, as bc prints it: no zero before the point, digits of a large base as decimal numbers. */
export function format(num: Num, base: number): string {
  if (num.value === 0n) return "0";
  const sign = num.value < 0n ? "-" : "";
  const size: Num = num.value < 0n ? { value: -num.value, scale: num.scale } : num;
  return sign + (base === 10 ? inTen(size) : inBase(size, base));
}

function inTen({ value, scale }: Num): string {
  const digits = String(value).padStart(scale, "0");
  const at = digits.length - scale;
  return scale === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
}

function inBase(num: Num, base: number): string {
  const whole = integerPart(num);
  const before = wholeDigits(whole, base).map((digit) => spell(digit, base, true));
  const behind = fractionDigits(num, whole, base).map((digit, i) => spell(digit, base, i > 0));
  return before.join("") + (behind.length > 0 ? `.${behind.join("")}` : "");
}

function spell(digit: number, base: number, spaced: boolean): string {
  if (base <= LAST_BASE_OF_CHARACTERS) return DIGITS[digit] ?? "";
  const text = String(digit).padStart(String(base - 1).length, "0");
  return spaced ? ` ${text}` : text;
}

function wholeDigits(whole: bigint, base: number): readonly number[] {
  if (base <= LAST_BASE_OF_CHARACTERS) return whole === 0n ? [] : Array.from(whole.toString(base), (char) => Number.parseInt(char, base));
  const digits: number[] = [];
  for (let rest = whole; rest > 0n; rest /= BigInt(base)) digits.push(Number(rest % BigInt(base)));
  return digits.reverse();
}

/** As many digits of the fraction as are needed to tell apart what its decimal digits tell apart. */
function fractionDigits({ value, scale }: Num, whole: bigint, base: number): readonly number[] {
  const unit = powerOfTen(scale);
  let rest = value - whole * unit;
  const digits: number[] = [];
  for (let told = 1n; scale > 0 && told < unit; told *= BigInt(base)) {
    rest *= BigInt(base);
    digits.push(Number(rest / unit));
    rest %= unit;
  }
  return digits;
}
