/**
 * Proves what devlink prints of regions, traps, groups, policers, rates and of objects that no driver has, against the real
 * program (iproute2 6.1.0): it was run line by line on the emulated kernel's own netlink answers, in the order of each table.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Era } from "../../src/eras.ts";
import { bootRooms, type CommandResult } from "./rooms.ts";

/** A command of devlink with what the real program said, or something done in between. */
type Row = { readonly shell: string } | (CommandResult & { readonly argv: readonly string[] });

async function replay(era: Era["name"], file: string): Promise<void> {
  const rows = JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as readonly Row[];
  const rooms = await bootRooms(era, []);
  const seen: Row[] = [];
  for (const row of rows) {
    if ("shell" in row) {
      await rooms.run("bash", "-c", row.shell);
      seen.push(row);
    } else {
      const { stdout, stderr, rc } = await rooms.run("devlink", ...row.argv);
      seen.push({ argv: row.argv, stdout, stderr, rc });
    }
  }
  expect(seen).toEqual(rows);
}

test("regions, traps, groups, policers, and objects that no driver has, on v5.10.223", () => replay("v5.10.223", "devlink-objects.json"));

test("rates, the eswitch, line cards, self-tests, on v6.3", () => replay("v6.3", "devlink-rates.json"));
