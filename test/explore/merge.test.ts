/** Proves what `merge` says of the files of shards: that they are complete together, and what it refuses or misses. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mlx5emu } from "../cli/fake-host.ts";
import { SEED } from "../support/machine.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
const branch = path("branch.ts");
const FILES = { [branch]: readFileSync(branch, "utf8"), "seed.sh": SEED };

async function shardFiles(what: string, of: number, ...more: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let i = 1; i <= of; i++) {
    const { files } = await mlx5emu(["explore", what, "--shard", `${i}/${of}`, "--out", `${i}.json`, ...more], FILES);
    found[`${i}.json`] = files[`${i}.json`] ?? "";
  }
  return found;
}

async function merged(names: readonly string[], files: Record<string, string>): Promise<unknown[]> {
  const { status, stdout, stderr } = await mlx5emu(["merge", ...names], files);
  return [status, stdout.split("\n\nAssumed")[0], stderr];
}

test("two shards of the three commands prove together what one search proves", async () => {
  const files = await shardFiles("seed.sh", 2, "--notifier", "net");
  const whole = await mlx5emu(["explore", "seed.sh", "--notifier", "net", "--json"], FILES);
  const { status, stdout } = await mlx5emu(["merge", "1.json", "2.json", "--json"], files);
  const document = JSON.parse(stdout) as Record<string, unknown>;
  const { verdict, traces, complete, shard } = document;
  expect([status, verdict, complete, shard]).toEqual([0, "proved", true, null]);
  expect(traces).toBe((JSON.parse(whole.stdout) as Record<string, unknown>)["traces"]);
  expect(await merged(["1.json"], files)).toEqual([5, expect.stringMatching(/^NOT FOUND .*; missing: shard 2 of 2\n/), ""]);
});

test("a deadlock that some shard found is one, and replays from the merged file", async () => {
  const files = await shardFiles(branch, 2, "--strategy", "dpor");
  const { status, stdout, files: written } = await mlx5emu(["merge", "1.json", "2.json", "--out", "all.json"], files);
  expect([status, stdout.split("  ")[0]]).toEqual([3, "DEADLOCK"]);
  expect(stdout).toContain("Again:  mlx5-emu replay all.json\n");
  expect((await mlx5emu(["replay", "all.json"], { ...FILES, ...written })).status).toBe(3);
});

test("shards that do not belong together are refused with what is wrong", async () => {
  const files = await shardFiles(branch, 2);
  const other = await mlx5emu(["explore", branch, "--shard", "2/2", "--seed", "9", "--out", "seed9.json"], FILES);
  const whole = await mlx5emu(["explore", branch, "--out", "whole.json"], FILES);
  const all: Record<string, string> = { ...files, ...other.files, ...whole.files, "copy.json": files["1.json"] ?? "" };
  const torn = { ...(JSON.parse(files["1.json"] ?? "null") as object), shard: { index: 3, of: 2 } };
  Object.assign(all, { "bare.json": '{"format":"mlx5-emu.explore/1"}', "torn.json": JSON.stringify(torn), "half.json": '{"format":' });
  const refusal = async (...names: readonly string[]): Promise<unknown> => (await merged(names, all))[2];
  for (const name of ["bare.json", "torn.json", "half.json"]) {
    expect(await refusal("1.json", name)).toBe(`mlx5-emu: ${name} is no mlx5-emu.explore/1 document; give a file of explore --out\n`);
  }
  expect(await refusal("1.json", "copy.json")).toBe("mlx5-emu: 1.json and copy.json are both shard 1\n");
  expect(await refusal("1.json", "seed9.json")).toBe("mlx5-emu: 1.json and seed9.json do not belong together: other settings\n");
  expect(await refusal("1.json", "whole.json")).toBe(
    "mlx5-emu: whole.json is not the result of a shard; merge takes the files of explore --shard I/N --out FILE\n",
  );
  expect((await mlx5emu(["explore", branch, "--shard", "3/2"], FILES)).stderr).toContain("Type which of how many, such as 1/4");
});
