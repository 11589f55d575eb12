/** Proves which texts are PCI addresses, and that every address is written one way. */
import { describe, expect, it } from "vitest";
import { parsePciAddress } from "../../src/pci/index.ts";

describe("a PCI address", () => {
  it("is written with domain and in lower case, however it was given", () => {
    expect(["0000:00:08.0", "00:08.0", "0000:3B:1F.7", "abcd:ff:00.1"].map(parsePciAddress)).toEqual([
      "0000:00:08.0",
      "0000:00:08.0",
      "0000:3b:1f.7",
      "abcd:ff:00.1",
    ]);
  });

  it("is refused if it is not one", () => {
    const wrong = [
      "",
      "8.0",
      "00:8.0",
      "0000:00:08",
      "0000:00:08.8",
      "0000:00:20.0",
      "0000:00:08.0 ",
      " 00:08.0",
      "000:00:08.0",
      "0000:00:0g.0",
      "none",
    ];
    expect(wrong.map(parsePciAddress)).toEqual(wrong.map(() => null));
  });
});
