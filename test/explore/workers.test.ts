/** Proves that a pool of threads comes to what one thread comes to, that a small exploration needs none, and what it refuses. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { mlx5emu } from "../cli/fake-host.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const BIG = path("../support/two-shows-two-adds.ts");
const FILES = { [BIG]: readFileSync(BIG, "utf8"), "s.sh": "true & wait" };

it("explores in real threads every class of schedules once", () => {
  const args = ["--import", "tsx", "src/cli/main.ts", "explore", BIG, "--strategy", "dpor", "--workers", "2", "--json"];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  const { verdict, traces, complete, merged } = JSON.parse(stdout) as Record<string, unknown>;
  expect({ status, verdict, traces, complete }).toEqual({ status: 0, verdict: "proved", traces: 4032, complete: true });
  expect(merged).toMatchObject({ missing: [] });
});

it("needs no threads where one is done before they are there", async () => {
  const { status, stdout } = await mlx5emu(["explore", "s.sh", "--workers", "2"], FILES);
  expect([status, stdout.includes("Parts")]).toEqual([0, false]);
});

it("stops at the bound for all parts together", async () => {
  const { status, stdout } = await mlx5emu(["explore", BIG, "--strategy", "dpor", "--workers", "2", "--executions", "300"], FILES);
  expect([status, stdout.split("\n")[0]]).toEqual([
    5,
    expect.stringMatching(/^NOT FOUND {2}no deadlock in \d+ executions; not complete: shard /),
  ]);
});

it("says what it cannot divide", async () => {
  const refused = async (...args: readonly string[]): Promise<unknown> => {
    const { status, stderr } = await mlx5emu(["explore", ...args], { ...FILES, "-": "true" });
    return [status, stderr];
  };
  expect(await refused("s.sh", "--workers", "2", "--shard", "1/2")).toEqual([
    2,
    "mlx5-emu: --workers divides by itself; leave out --workers or --shard\n",
  ]);
  expect(await refused("-", "--workers", "2")).toEqual([
    2,
    "mlx5-emu: each worker reads the script, and standard input can be read once; leave out --workers, or name a file\n",
  ]);
  expect(await refused("s.sh", "--workers", "0")).toEqual([2, expect.stringContaining("--workers <n>")]);
});

it("writes a document that replays where the script is not", async () => {
  const script = "ip netns add foo\ndevlink dev reload pci/0000:00:08.0 netns foo\nip netns del foo\n";
  const { files } = await mlx5emu(["explore", "gone.sh", "--notifier", "global", "--out", "found.json"], { "gone.sh": script });
  const there = await mlx5emu(["replay", "found.json"], files);
  expect([there.status, there.stderr.split("\n")[1]]).toEqual([
    3,
    "DEADLOCK  kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write",
  ]);
  const changed = await mlx5emu(["replay", "found.json"], { ...files, "gone.sh": "true\n" });
  expect([changed.status, changed.stderr]).toEqual([2, "mlx5-emu: gone.sh has changed since this schedule was found; explore it again\n"]);
});
