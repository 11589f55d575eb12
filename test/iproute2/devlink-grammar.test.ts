/**
 * Proves devlink's grammar: every object and command without argument, with one too many, an unknown word, a wrong handle or a
 * value out of range says what the real program (iproute2 6.1.0) said on the same line, on the same stream, with the same
 * status. `<usage>` stands for a help text. Lines that only the kernel can answer are in other files.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bootRooms, type CommandResult } from "./rooms.ts";

interface Row extends CommandResult {
  readonly argv: readonly string[];
}

const rows = JSON.parse(readFileSync(new URL("devlink-grammar.json", import.meta.url), "utf8")) as readonly Row[];

/** From the first line of a help text on. */
function withoutUsage(text: string): string {
  const at = text.search(/^Usage:/m);
  return at < 0 ? text : `${text.slice(0, at)}<usage>`;
}

test("every line of the table is answered as the real program answers it", async () => {
  const rooms = await bootRooms("v5.10.223", []);
  const seen: Row[] = [];
  for (const { argv } of rows) {
    const { stdout, stderr, rc } = await rooms.run("devlink", ...argv);
    seen.push({ argv, stdout: withoutUsage(stdout), stderr: withoutUsage(stderr), rc });
  }
  expect(seen).toEqual(rows);
});
