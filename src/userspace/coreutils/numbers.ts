/** Utilities on graphs and numbers: tsort(1), factor(1). */
import { strerror } from "../../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

interface Vertex {
  readonly name: string;
  before: number;
  readonly after: Vertex[];
}

/** A total order of items, from pairs of one that comes before another. */
export const tsort = utility({ usage: "[OPTION] [FILE]", short: "" }, async (util) => {
  const [file = "-", extra] = util.operands;
  if (extra !== undefined) return await util.misused(`extra operand ${quote(extra)}`);
  const bytes = await readOperand(util, file);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(file)}: ${strerror(bytes)}`);
  const words = decode(bytes)
    .split(/[ \t\n]+/)
    .filter((word) => word !== "");
  const shown = file === "-" ? "-" : quoteIfNeeded(file);
  if (words.length % 2 !== 0) return await util.die(`${shown}: input contains an odd number of tokens`);
  const left = new Set(verticesOf(words).sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))));
  while (left.size > 0) {
    await emitReady(util, left);
    const loop = loopIn(left);
    if (loop === null) continue;
    await util.fail(`${shown}: input contains a loop:`);
    for (const { name } of loop) await util.say(name);
    // The loop is cut where it closes.
    const [first, last] = [loop[0], loop.at(-1)];
    if (first === undefined || last === undefined) return;
    last.after.splice(last.after.indexOf(first), 1);
    first.before--;
  }
});

/** Items in the order in which they are met, with what comes after them. */
function verticesOf(words: readonly string[]): Vertex[] {
  const vertices = new Map<string, Vertex>();
  const vertex = (name: string): Vertex => {
    const known = vertices.get(name) ?? { name, before: 0, after: [] };
    vertices.set(name, known);
    return known;
  };
  for (let i = 0; i < words.length; i += 2) {
    const [from, to] = [vertex(words[i] ?? ""), vertex(words[i + 1] ?? "")];
    if (from === to) continue;
    to.before++;
    from.after.unshift(to);
  }
  return [...vertices.values()];
}

/** Shows those that nothing comes before, and what becomes such by that. */
async function emitReady(util: Utility, left: Set<Vertex>): Promise<void> {
  const ready = [...left].filter(({ before }) => before === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    left.delete(next);
    await util.out(`${next.name}\n`);
    for (const after of next.after) if (--after.before === 0) ready.push(after);
  }
}

/** The first circle that is met from the first vertex that is left, in its order. */
function loopIn(left: ReadonlySet<Vertex>): readonly Vertex[] | null {
  for (const start of left) {
    const path: Vertex[] = [start];
    for (let at: Vertex | undefined = start; at !== undefined; ) {
      at = at.after.find((next) => left.has(next));
      if (at === undefined) break;
      if (path.includes(at)) return path.slice(path.indexOf(at));
      path.push(at);
    }
  }
  return null;
}

/** Prime factors, found by trying. */
export const factor = utility({ usage: "[OPTION] [NUMBER]...", short: "h", long: { exponents: "h" } }, async (util) => {
  let { operands } = util;
  if (operands.length === 0) {
    const bytes = await readOperand(util, "-");
    if (typeof bytes === "number") return await util.die(`error reading input: ${strerror(bytes)}`);
    operands = decode(bytes)
      .split(/\s+/)
      .filter((word) => word !== "");
  }
  for (const operand of operands) {
    if (/^\+?\d+$/.test(operand.trim()))
      await util.out(
        `${BigInt(operand.trim().replace("+", ""))}:${factorsOf(BigInt(operand.trim().replace("+", "")))
          .map((prime) => ` ${prime}`)
          .join("")}\n`,
      );
    else await util.fail(`${quote(operand)} is not a valid positive integer`);
  }
});

function factorsOf(number: bigint): readonly bigint[] {
  const factors: bigint[] = [];
  if (number < 2n) return factors;
  let rest = number;
  for (const small of [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]) {
    while (rest % small === 0n) {
      factors.push(small);
      rest /= small;
    }
  }
  const todo = rest > 1n ? [rest] : [];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (isPrime(next)) factors.push(next);
    else {
      const part = divisorOf(next);
      todo.push(part, next / part);
    }
  }
  return factors.sort((a, b) => (a < b ? -1 : Number(a > b)));
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Miller and Rabin's test; with these witnesses it is certain below 3.3e24. */
function isPrime(number: bigint): boolean {
  let [odd, twos] = [number - 1n, 0];
  while (odd % 2n === 0n) {
    odd /= 2n;
    twos++;
  }
  return [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n].every((witness) => {
    if (witness % number === 0n) return true;
    let value = power(witness, odd, number);
    if (value === 1n || value === number - 1n) return true;
    for (let i = 1; i < twos; i++) {
      value = (value * value) % number;
      if (value === number - 1n) return true;
    }
    return false;
  });
}

/** Pollard's rho: a divisor of a number that is not prime. */
function divisorOf(number: bigint): bigint {
  for (let shift = 1n; ; shift++) {
    let [slow, fast, divisor] = [2n, 2n, 1n];
    while (divisor === 1n) {
      slow = (slow * slow + shift) % number;
      fast = (fast * fast + shift) % number;
      fast = (fast * fast + shift) % number;
      divisor = gcd(slow > fast ? slow - fast : fast - slow, number);
    }
    if (divisor !== number) return divisor;
  }
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
