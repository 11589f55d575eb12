/** The memory that WebAssembly code asks for at its start, in the code itself (WebAssembly core specification, "Modules"). */

/** Magic number and version in front of the sections. */
const PREAMBLE = 8;
const MEMORY_SECTION = 5;
/** The number of memories, and the flags of the first one, in front of its size. */
const BEFORE_MINIMUM = 2;

/** An unsigned number in LEB128 at `at`, and where it ends. */
export function leb128(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return { value, end };
  }
}

/** The code with a memory that begins with so many pages, or as it is if it asks for less or has none. It can grow as before. */
export function beginWithPages(code: Uint8Array, pages: number): Uint8Array {
  for (let at = PREAMBLE; at < code.length; ) {
    const size = leb128(code, at + 1);
    const minimum = leb128(code, size.end + BEFORE_MINIMUM);
    if (code[at] === MEMORY_SECTION) return minimum.value <= pages ? code : withNumber(code, size.end + BEFORE_MINIMUM, minimum.end, pages);
    at = size.end + size.value;
  }
  return code;
}

/** A number in LEB128 may take more bytes than it needs: as many as the one before. */
function withNumber(code: Uint8Array, from: number, end: number, value: number): Uint8Array {
  const changed = code.slice();
  for (let at = from, rest = value; at < end; at++, rest >>>= 7) changed[at] = (rest & 0x7f) | (at < end - 1 ? 0x80 : 0);
  return changed;
}
