/** Proves that the built command is plain JavaScript that runs from any directory, through a link, and without its cache. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = join(root, "dist/mlx5-emu.js");
const elsewhere = mkdtempSync(join(tmpdir(), "mlx5-emu-"));

beforeAll(() => {
  const built = spawnSync(process.execPath, ["--import", "tsx", "tools/build.ts"], { cwd: root, encoding: "utf8" });
  expect([built.status, built.stderr]).toEqual([0, ""]);
});

afterAll(() => rmSync(elsewhere, { recursive: true }));

function runBuilt(file: string, args: readonly string[], input = ""): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { cwd: elsewhere, input, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("it runs a script from standard input, in another directory and through a link", () => {
  const link = join(elsewhere, "mlx5-emu");
  symlinkSync(command, link);
  const { status, stdout } = runBuilt(link, ["run", "-"], "ip netns add foo; ip netns list; exit 4");
  expect([status, stdout]).toEqual([1, "foo\n"]);
});

test("it shows the deadlock, with the status that says so", () => {
  const { status, stderr } = runBuilt(command, ["run", join(root, "scripts/netns-delete.sh"), "--notifier", "global"]);
  expect([status, stderr.includes("DEADLOCK")]).toEqual([3, true]);
});

test("jq is there", () => {
  const { status, stdout } = runBuilt(command, ["run", "-"], "echo '{\"a\": [1, 2]}' | jq -c .a");
  expect([status, stdout]).toEqual([0, "[1,2]\n"]);
});

test("what is rarely used is there too: a trace, the log", () => {
  const { status, stderr } = runBuilt(command, ["run", "-", "--trace", "t.jsonl", "--log-level", "error"], "true");
  expect([status, stderr.includes("bug in mlx5-emu")]).toEqual([0, false]);
});

test("the compiled code is only a help: without it the answer is the same", () => {
  const args = ["run", "-", "--json"];
  const copy = join(elsewhere, "copy");
  cpSync(join(root, "dist"), copy, { recursive: true });
  for (const name of readdirSync(copy).filter((file) => file.endsWith(".cache"))) rmSync(join(copy, name));
  expect(runBuilt(join(copy, "mlx5-emu.js"), args, "date")).toEqual(runBuilt(command, args, "date"));
});

test("a driver of the user's is loaded into it", () => {
  const args = ["run", "-", "--machine", "recording", "--driver", join(root, "scripts/hello_devlink.ts")];
  const { status, stdout } = runBuilt(command, args, "modprobe hello_devlink; devlink dev show");
  expect([status, stdout]).toEqual([0, "pci/0000:00:08.0\npci/0000:00:09.0\n"]);
});
