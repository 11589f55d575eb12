/**
 * Fuel for WebAssembly code (WebAssembly core specification, "Binary Format"): functions that interpret a language, which are those with a
 * jump table of many targets, count the rounds of their loops in a global that they export, and trap when it has come to nothing. So
 * an endless program of that language ends, after the same number of rounds on every host.
 * Left out: vector and thread instructions: code with them is left as it is.
 */
import { leb128 } from "./wasm-memory.ts";

/** The name of the exported global. */
export const FUEL = "fuel";

const PREAMBLE = 8;
const [IMPORTS, GLOBALS, EXPORTS, CODE] = [2, 6, 7, 10];
const I32 = 0x7f;
/** Targets of a jump table that make a function an interpreter. */
const MANY_TARGETS = 32;
/** Bytes of a function that is too small to be one: looking at all takes a while. */
const SMALL = 3000;

const OP = { loop: 0x03, if: 0x04, br_table: 0x0e, end: 0x0b, unreachable: 0x00 } as const;
const OP_I32 = { const: 0x41, eqz: 0x45, sub: 0x6b, global_get: 0x23, global_set: 0x24, empty: 0x40 } as const;

/** What follows an opcode: nothing, so many numbers in LEB128 (1, 2), 4 or 8 bytes of a constant, or what is seen one by one (SPECIAL). */
const [SPECIAL, UNKNOWN] = [16, 17];

function operandsTable(): Uint8Array {
  const table = new Uint8Array(256).fill(UNKNOWN);
  table.fill(0, 0x00, 0xc5);
  for (const opcode of [0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x18, 0xd0, 0xd2]) table[opcode] = 1;
  table.fill(1, 0x20, 0x27);
  table.fill(2, 0x28, 0x3f);
  table.fill(1, 0x3f, 0x43);
  for (const opcode of [0x11, 0x13]) table[opcode] = 2;
  table[0x43] = 4;
  table[0x44] = 8;
  for (const opcode of [OP.br_table, 0x1c, 0xfc]) table[opcode] = SPECIAL;
  table[0xd1] = 0;
  return table;
}

/** Numbers behind the second opcode of 0xfc. */
const PREFIXED = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/** What it begins with, before anybody has set it: -1, which is the largest number as it counts down. */
const UNLIMITED = [0x7f];

interface Section {
  readonly id: number;
  readonly from: number;
  readonly end: number;
}

/** The code with fuel in it, or as it is if it has instructions that are not known here. */
export function withFuel(code: Uint8Array): Uint8Array {
  const sections = sectionsOf(code);
  const find = (id: number): Section | undefined => sections.find((section) => section.id === id);
  const globals = find(GLOBALS);
  if (globals === undefined || find(EXPORTS) === undefined) return code;
  const imported = importedGlobals(code, find(IMPORTS));
  const fuel = imported + leb128(code, globals.from).value;
  const pieces: Uint8Array[] = [code.subarray(0, PREAMBLE)];
  for (const section of sections) {
    const content = code.subarray(section.from, section.end);
    const changed =
      section.id === GLOBALS
        ? oneMore(content, [I32, 1, OP_I32.const, ...UNLIMITED, OP.end])
        : section.id === EXPORTS
          ? oneMore(content, [FUEL.length, ...new TextEncoder().encode(FUEL), 3, ...unsigned(fuel)])
          : section.id === CODE
            ? codeWithFuel(content, fuel)
            : content;
    if (changed === null) return code;
    pieces.push(Uint8Array.from([section.id, ...unsigned(changed.length)]), changed);
  }
  return joined(pieces);
}

function sectionsOf(code: Uint8Array): readonly Section[] {
  const sections: Section[] = [];
  for (let at = PREAMBLE; at < code.length; ) {
    const size = leb128(code, at + 1);
    sections.push({ id: code[at] ?? 0, from: size.end, end: size.end + size.value });
    at = size.end + size.value;
  }
  return sections;
}

/** How many of the imports are globals: they come first in the numbering. */
function importedGlobals(code: Uint8Array, section: Section | undefined): number {
  if (section === undefined) return 0;
  const count = leb128(code, section.from);
  let [at, globals] = [count.end, 0];
  const skipNumber = (): void => {
    at = leb128(code, at).end;
  };
  const skipLimits = (): void => {
    const flags = leb128(code, at);
    at = flags.end;
    skipNumber();
    if ((flags.value & 1) !== 0) skipNumber();
  };
  for (let i = 0; i < count.value; i++) {
    for (let name = 0; name < 2; name++) {
      const length = leb128(code, at);
      at = length.end + length.value;
    }
    const kind = code[at++];
    if (kind === 0) skipNumber();
    else if (kind === 2) skipLimits();
    else {
      at++;
      if (kind === 1) skipLimits();
      else if (kind === 4) skipNumber();
      else {
        at++;
        globals++;
      }
    }
  }
  return globals;
}

/** A vector of the binary format with one more entry at its end. */
function oneMore(content: Uint8Array, entry: readonly number[]): Uint8Array {
  const count = leb128(content, 0);
  return joined([Uint8Array.from(unsigned(count.value + 1)), content.subarray(count.end), Uint8Array.from(entry)]);
}

function codeWithFuel(content: Uint8Array, fuel: number): Uint8Array | null {
  const count = leb128(content, 0);
  const pieces: Uint8Array[] = [];
  let kept = 0;
  const operands = operandsTable();
  let at = count.end;
  for (let i = 0; i < count.value; i++) {
    const size = leb128(content, at);
    const body = content.subarray(size.end, size.end + size.value);
    const loops = body.length < SMALL ? [] : interpreterLoops(body, operands);
    if (loops === null) return null;
    if (loops.length > 0) {
      const changed = bodyWithFuel(body, loops, fuel);
      pieces.push(content.subarray(kept, at), Uint8Array.from(unsigned(changed.length)), changed);
      kept = size.end + size.value;
    }
    at = size.end + size.value;
  }
  return joined([...pieces, content.subarray(kept)]);
}

/** Where the loops of an interpreter's body begin; none for other functions, null if the body cannot be read. */
function interpreterLoops(body: Uint8Array, operands: Uint8Array): readonly number[] | null {
  const reader = new Reader(body);
  const loops: number[] = [];
  let interprets = false;
  for (let i = reader.number(); i > 0; i--) {
    reader.number();
    reader.at++;
  }
  while (reader.at < body.length) {
    const opcode = body[reader.at++] ?? 0;
    const follows = operands[opcode] ?? UNKNOWN;
    if (follows === UNKNOWN) return null;
    if (follows === 1 || follows === 2) reader.skip(follows);
    else if (follows === SPECIAL) interprets = reader.special(opcode) || interprets;
    else reader.at += follows;
    if (opcode === OP.loop) loops.push(reader.at);
  }
  return interprets ? loops : [];
}

/** Goes through code without making objects: there is a megabyte of it. */
class Reader {
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  skip(numbers: number): void {
    for (let left = numbers; left > 0; ) if ((this.bytes[this.at++] ?? 0) < 0x80) left--;
  }

  /** Skips what follows a jump table, a typed select or a prefix; whether it was a jump table of many targets. */
  special(opcode: number): boolean {
    const count = this.number();
    if (opcode === OP.br_table) this.skip(count + 1);
    else if (opcode === 0xfc) this.skip(PREFIXED[count] ?? 0);
    else this.at += count;
    return opcode === OP.br_table && count >= MANY_TARGETS;
  }
}

/** One unit less at the beginning of each round, and a trap at nothing. */
function bodyWithFuel(body: Uint8Array, loops: readonly number[], fuel: number): Uint8Array {
  const index = unsigned(fuel);
  const burn = Uint8Array.from([
    ...[OP_I32.global_get, ...index, OP_I32.eqz, OP.if, OP_I32.empty, OP.unreachable, OP.end],
    ...[OP_I32.global_get, ...index, OP_I32.const, 1, OP_I32.sub, OP_I32.global_set, ...index],
  ]);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const at of loops) {
    pieces.push(body.subarray(from, at), burn);
    from = at;
  }
  return joined([...pieces, body.subarray(from)]);
}

function unsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
