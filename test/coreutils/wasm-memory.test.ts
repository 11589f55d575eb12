/** Proves that WebAssembly code can be made to begin with less memory, and stays as it is otherwise. */
import { expect, test } from "vitest";
import { beginWithPages } from "../../src/userspace/coreutils/wasm-memory.ts";

const PREAMBLE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const PAGE = 64 * 1024;

/** A module with a section of its own, and, if `limits` are given, with a memory that it exports as "m". */
function code(limits: readonly number[]): Uint8Array {
  const memory = limits.length === 0 ? [] : [5, limits.length + 1, 1, ...limits, 7, 5, 1, 1, "m".charCodeAt(0), 2, 0];
  return new Uint8Array([...PREAMBLE, 0, 3, 1, "x".charCodeAt(0), 5, ...memory]);
}

async function firstPages(bytes: Uint8Array): Promise<number> {
  const { m } = new WebAssembly.Instance(await WebAssembly.compile(bytes), {}).exports;
  return m instanceof WebAssembly.Memory ? m.buffer.byteLength / PAGE : 0;
}

test.each([
  ["a small number in two bytes", [1, 0x80, 2, 0x80, 0x20], 256, 32, 32],
  ["a large number in two bytes", [1, 0x80, 2, 0x80, 0x20], 256, 200, 200],
  ["a number in one byte", [0, 100], 100, 32, 32],
  ["less memory than that", [0, 3], 3, 32, 3],
  ["no memory", [], 0, 32, 0],
])("%s", async (_what, limits, before, asked, after) => {
  const bytes = code(limits);
  expect([await firstPages(bytes), await firstPages(beginWithPages(bytes, asked))]).toEqual([before, after]);
  expect(bytes).toEqual(code(limits));
});
