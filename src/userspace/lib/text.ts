/**
 * Bytes and text. A program's strings are UTF-8; bytes that are not survive as lone surrogates U+DC80..U+DCFF, so that what
 * is read is written back unchanged.
 */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const SMUGGLED = /[\udc80-\udcff]/;
const SMUGGLED_BASE = 0xdc00;

export function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLeniently(bytes);
  }
}

export function encode(text: string): Uint8Array {
  return SMUGGLED.test(text) ? encodeLeniently(text) : encoder.encode(text);
}

/** The character that stands for one byte that is no UTF-8. */
export function rawByte(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : SMUGGLED_BASE + byte);
}

const PIECE = 8192;

/** A string with one character for every byte, for programs that know no characters. */
export function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return text;
}

/** The bytes of such a string. */
export function fromByteString(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** How many bytes the UTF-8 sequence at `at` has; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  const length =
    first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function decodeLeniently(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    let piece: string | null = null;
    if (length > 0) {
      try {
        piece = strict.decode(bytes.subarray(at, at + length));
      } catch {
        piece = null;
      }
    }
    text += piece ?? rawByte(bytes[at] as number);
    at += piece === null ? 1 : length;
  }
  return text;
}

function encodeLeniently(text: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const paired = i > 0 && isHighSurrogate(text.charCodeAt(i - 1));
    if (code < 0xdc80 || code > 0xdcff || paired) continue;
    pieces.push(encoder.encode(text.slice(from, i)), Uint8Array.of(code - SMUGGLED_BASE));
    from = i + 1;
  }
  pieces.push(encoder.encode(text.slice(from)));
  return joinBytes(pieces);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const only = pieces[0];
  if (pieces.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
