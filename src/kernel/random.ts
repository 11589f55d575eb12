/**
 * Models get_random_bytes() (drivers/char/random.c) for the kernel's own use: here one stream that begins anew with each
 * machine, so that every run sees the same bytes. What programs draw comes from another one.
 */
import type { Frame } from "./frame.ts";
import { staticData } from "./kernel.ts";

const statics = staticData(() => ({ state: 0x9e37_79b9 }));

/** get_random_bytes() */
export function get_random_bytes(current: Frame, count: number): Uint8Array {
  const own = statics(current.kernel);
  current.writes(own);
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    // xorshift32
    own.state ^= own.state << 13;
    own.state ^= own.state >>> 17;
    own.state ^= own.state << 5;
    bytes[i] = own.state >>> 24;
  }
  return bytes;
}
