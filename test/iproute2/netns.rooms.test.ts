/**
 * Proves ip netns and ip link on the rooms below, row after row, against what the real program printed on a real kernel
 * 5.10.223: status and both streams, byte for byte but for hardware addresses.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { bootRooms, type Rooms } from "./rooms.ts";

interface Row {
  readonly argv?: readonly (readonly string[])[];
  /** Commands that keep the state in step with rows that need a shell and are left out here. */
  readonly silent?: readonly (readonly string[])[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly rc?: number;
}

const rows = JSON.parse(readFileSync(new URL("./netns.fixture.json", import.meta.url), "utf8")) as readonly Row[];

function normalise(text: string): string {
  return text
    .replace(/link\/ether [0-9a-f:]{17}/g, "link/ether MAC")
    .replace(/"address":"(?!00:00)[0-9a-f:]{17}"/g, '"address":"MAC"')
    .replace(/Usage:[\s\S]*/, "<usage>\n");
}

describe("recorded rows of ip netns", () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await bootRooms("v5.10.223", []);
    await rooms.run("ip", "link", "set", "lo", "up");
  });

  it.each(rows.map((row, i) => [i, (row.argv ?? row.silent ?? []).map((argv) => argv.join(" ").slice(0, 80)).join("; "), row] as const))(
    "%i %s",
    async (_i, _name, row) => {
      for (const argv of row.silent ?? []) await rooms.run(...argv);
      if (row.argv === undefined) return;
      const found = { stdout: "", stderr: "", rc: 0 as number | null };
      for (const argv of row.argv) {
        const result = await rooms.run(...argv);
        found.stdout += result.stdout;
        found.stderr += result.stderr;
        found.rc = result.rc;
      }
      expect({ stdout: normalise(found.stdout), stderr: normalise(found.stderr), rc: found.rc }).toEqual({
        stdout: normalise(row.stdout ?? ""),
        stderr: row.stderr ?? "",
        rc: row.rc,
      });
    },
  );
});
