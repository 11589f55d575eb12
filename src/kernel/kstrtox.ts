/** Models kstrtouint(), kstrtoull() and kstrtobool() (lib/kstrtox.c): how a text that was written to a file becomes a value. */
import { EINVAL, ERANGE } from "./errno.ts";

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const UINT_MAX = 0xffff_ffff;

/** kstrtoull(): base 0 reads 0x.. and 0.. as C does. One newline may end it. -EINVAL, -ERANGE. */
export function kstrtoull(text: string, base: 0 | 10): bigint | number {
  const digits = text.replace(/\n$/, "").replace(/^\+/, "");
  const value = base === 10 ? decimal(digits) : literal(digits);
  if (value === null) return -EINVAL;
  return value > U64_MAX ? -ERANGE : value;
}

function decimal(digits: string): bigint | null {
  return /^\d+$/.test(digits) ? BigInt(digits) : null;
}

function literal(digits: string): bigint | null {
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return BigInt(digits.toLowerCase());
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return digits.startsWith("0") && digits !== "0" ? null : decimal(digits);
}

/** kstrtouint(): the value, or -EINVAL or -ERANGE. */
export function kstrtouint(text: string, base: 0 | 10): number {
  const value = kstrtoull(text, base);
  if (typeof value === "number") return value;
  return value > BigInt(UINT_MAX) ? -ERANGE : Number(value);
}

/** kstrtobool(): looks at the first letter, or two. Null if it means nothing (-EINVAL). */
export function kstrtobool(text: string): boolean | null {
  if (/^[yYtT1]|^[oO][nN]/.test(text)) return true;
  if (/^[nNfF0]|^[oO][fF]/.test(text)) return false;
  return null;
}
