/**
 * Ours against the peers, in one run that takes turns: prints a table, and with `--json FILE` writes the list of
 * {name, ours, peer, unit, ratio, floor, aim, met, ...}. Rates are per second of CPU time. `--rounds N`, 5 if left
 * out; `--only TEXT` for those with TEXT in their names.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { claims, skipReason, spinComparisons } from "./exclusion.ts";
import { lockComparisons, memoryComparisons } from "./lock-peers.ts";
import { machineComparisons } from "./machine.ts";
import { compareAll, type Result } from "./measure.ts";
import { loadLine, workerComparisons, workersMissing } from "./workers.ts";

const { values } = parseArgs({
  options: { json: { type: "string" }, rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const rounds = Number(values.rounds);
const reasonOf = (name: string): string => (name.startsWith("two workers") ? (workersMissing() ?? "") : skipReason(name));
const skipped = (name: string): unknown => process.stdout.write(`skipped: ${name}: ${reasonOf(name)}\n`);
const results: Result[] = [];
for (const group of [lockComparisons, claims, machineComparisons, workerComparisons, spinComparisons, memoryComparisons]) {
  const wanted = group.filter(({ name }) => name.includes(values.only));
  if (group === workerComparisons && wanted.length > 0 && workersMissing() === null) process.stdout.write(loadLine());
  results.push(...(await compareAll(wanted, rounds, skipped)));
}
process.stdout.write(table(results));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

function bounds({ floor, aim, atMost }: Result): string {
  const sign = atMost ? "<=" : ">=";
  const parts = [...(floor === null ? [] : [`floor ${sign} ${floor}`]), ...(aim === null ? [] : [`aim ${sign} ${aim}`])];
  return parts.join(", ");
}

function verdict({ floor, aim, met, aimMet }: Result): string {
  if (floor === null && aim === null) return "-";
  return aimMet && aim !== null ? "aim" : !met ? "MISSED" : floor === null ? "below the aim" : "floor";
}

function table(rows: readonly Result[]): string {
  const cells = rows.map((row) => {
    const { name, ours, peer, unit, ratio } = row;
    return [name, `${ours} ${unit}`, peer === null ? "" : `peer ${peer}`, `x ${ratio}`, bounds(row), verdict(row)] as const;
  });
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return cells.map((row) => `${line(row).trimEnd()}\n`).join("");
}
