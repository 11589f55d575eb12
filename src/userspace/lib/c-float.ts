/** Floating numbers as printf(3) writes them: %f, %e and %g. A tie between two numbers of the asked length goes to the even digit. */

/** The most digits that ECMAScript gives. */
const MOST = 100;
/** From here on a number has no decimals, and ECMAScript writes an exponent. */
const HUGE = 1e21;

/** %f. `value` is finite. */
export function fixedText(value: number, digits: number): string {
  if (Math.abs(value) >= HUGE) return `${BigInt(value)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  const most = Math.min(digits, MOST);
  const sign = Object.is(value, -0) ? "-" : "";
  const exact = value.toFixed(MOST);
  const cut = exact.length - MOST + most;
  const shorter = exact.slice(0, cut);
  if (most < MOST && /^50*$/.test(exact.slice(cut)) && /[02468]\.?$/.test(shorter)) return sign + shorter.replace(/\.$/, "");
  return sign + value.toFixed(most);
}

/** %e. `value` is finite. */
export function exponentialText(value: number, digits: number): string {
  const most = Math.min(digits, MOST);
  const exact = value.toExponential(MOST);
  const [mantissa = "", power = ""] = exact.split("e");
  const cut = mantissa.length - MOST + most;
  const shorter = mantissa.slice(0, cut).replace(/\.$/, "");
  const isTie = most < MOST && /^50*$/.test(mantissa.slice(cut)) && /[02468]$/.test(shorter);
  const text = isTie ? `${shorter}e${power}` : value.toExponential(most);
  return (Object.is(value, -0) ? "-" : "") + text.replace(/e([-+])(\d)$/, "e$10$2");
}

/** %g, with # if `alternate`. `value` is finite. */
export function generalText(value: number, digits: number, alternate: boolean): string {
  const significant = Math.max(1, digits);
  const power = Number(exponentialText(value, significant - 1).split("e")[1]);
  const text =
    power < -4 || power >= significant ? exponentialText(value, significant - 1) : fixedText(value, Math.max(0, significant - 1 - power));
  return alternate || !text.includes(".") ? text : text.replace(/\.?0+(?=e|$)/, "");
}
