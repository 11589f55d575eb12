/**
 * Ours against the peers, in one run that takes turns: prints a table, and with `--json FILE` writes the list of
 * {name, ours, peer, unit, ratio, floor, aim, met}. Rates are per second of CPU time.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { lockComparisons, memoryComparisons } from "./lock-peers.ts";
import { compareAll, type Result } from "./measure.ts";

const ROUNDS = 5;

const { values } = parseArgs({ options: { json: { type: "string" } } });
const results = [...(await compareAll(lockComparisons, ROUNDS)), ...(await compareAll(memoryComparisons, ROUNDS))];
process.stdout.write(table(results));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

function table(rows: readonly Result[]): string {
  const cells = rows.map(
    ({ name, ours, peer, unit, ratio, floor, aim, met }) =>
      [name, `${ours} ${unit}`, `${peer.name} ${peer.value}`, `x ${ratio}`, `floor ${floor}, aim ${aim}`, met] as const,
  );
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
