/**
 * Proves that a witness, however it was found, deadlocks in the same way in a hundred fresh replays of a hundred: from its file
 * on a machine that has nothing else (a program's file apart, which is not text of the document).
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type ExploreDocument, isExploreDocument } from "../../src/explore/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";

const file = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));

function found(files: Readonly<Record<string, string>>): ExploreDocument {
  const document: unknown = JSON.parse(files["found.json"] ?? "null");
  if (!isExploreDocument(document)) throw new Error("no document was written");
  return document;
}

test.each([
  ["reader-writer-reader.ts", "auto", "stateful", []],
  ["ring.ts", "auto", "stateful", []],
  ["branch.ts", "auto", "dpor", []],
  ["ring.ts", "dpor", "dpor", []],
  ["abba.ts", "dfs", "dfs", []],
  ["ring.ts", "random", "random", []],
  ["abba.ts", "pct", "pct", []],
  ["netns-delete-race.sh", "dpor", "dpor", ["--notifier", "global"]],
])("%s, found by %s", async (name, strategy, layer, options) => {
  const path = file(name);
  const here = { [path]: readFileSync(path, "utf8") };
  const bound = strategy === "random" || strategy === "pct" ? ["--executions", "60"] : [];
  const { status, files } = await mlx5emu(["explore", path, "--strategy", strategy, ...bound, ...options, "--out", "found.json"], here);
  const { deadlocks, layers } = found(files);
  expect([status, layers.find(({ decided }) => decided)?.layer]).toEqual([3, layer]);
  const there = name.endsWith(".sh") ? files : { ...files, ...here };
  const kinds = deadlocks.map(({ stuck }) => sorted(stuck));
  const first = await mlx5emu(["replay", "found.json"], there);
  expect(first.status).toBe(3);
  if (name.endsWith(".ts")) expect(kinds).toContain(sorted(first.stdout.trimEnd().split("\n")));
  else expect(first.stderr).toContain("\nDEADLOCK  ");
  for (let time = 1; time < 100; time++) expect(await mlx5emu(["replay", "found.json"], there)).toEqual(first);
});

function sorted(lines: readonly string[]): string {
  return [...lines].sort().join("\n");
}
