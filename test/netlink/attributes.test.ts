/** Proves that attributes are laid out as struct nlattr: lengths, padding, byte order, nesting, text that is not ASCII. */
import { expect, test } from "vitest";
import { Attributes, AttributeWriter } from "../../src/netlink/index.ts";

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("numbers are little endian, and each attribute begins at a multiple of four", () => {
  const written = new AttributeWriter().u8(1, 0xff).u16(2, 0x1234).u32(3, 0xfedcba98).u64(4, 0x0123456789abcdefn).flag(5).finish();
  expect(hex(written)).toBe(["05000100ff000000", "0600020034120000", "0800030098badcfe", "0c000400efcdab8967452301", "04000500"].join(""));
});

test("text ends with a NUL and is UTF-8", () => {
  const written = new AttributeWriter().string(1, "eth0").string(2, "ab\u00e9\u{1f600}").u8(3, 7).finish();
  expect(hex(written)).toBe(["090001006574683000000000", "0d0002006162c3a9f09f988000000000", "0500030007000000"].join(""));
  const parsed = Attributes.parse(written, 0);
  expect([parsed?.string(1), parsed?.string(2), parsed?.u8(3)]).toEqual(["eth0", "ab\u00e9\u{1f600}", 7]);
});

test("a nested attribute has the length of what is in it, across a growing buffer", () => {
  const long = "x".repeat(400);
  const written = new AttributeWriter().nest(1, (inner) => inner.string(2, "a").string(3, long), true).finish();
  expect(hex(written.subarray(0, 16))).toBe("a4010180060002006100000095010300");
  expect(written.length).toBe(0x1a4);
});
