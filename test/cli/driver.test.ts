/**
 * Proves that drivers of the user's are loaded from their files, take part in a deadlock like any other, and that whatever is
 * wrong with such a file is one line.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { mlx5emu } from "./fake-host.ts";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "drivers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script on the machine of the recordings with drivers of these files. */
function run(script: string, ...drivers: readonly string[]): ReturnType<typeof mlx5emu> {
  const files = Object.fromEntries(drivers.map((path) => [path, readFileSync(path)]));
  return mlx5emu(["run", "-", "--machine", "recording", ...drivers.flatMap((path) => ["--driver", path])], { "-": script, ...files });
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("the smallest driver registers its devices, reloads them into a namespace and goes", async () => {
  const script = `modprobe hello_devlink; devlink dev; ip netns add foo; devlink dev reload pci/0000:00:08.0 netns foo
devlink -N foo dev; ls /sys/bus/pci/drivers; rmmod hello_devlink; devlink dev; lsmod`;
  const { status, stdout } = await run(script, join(scripts, "hello_devlink.ts"));
  expect({ status, lines: stdout.trimEnd().split("\n") }).toEqual({
    status: 0,
    lines: ["pci/0000:00:08.0", "pci/0000:00:09.0", "pci/0000:00:08.0", "hello_devlink", "Module                  Size  Used by"],
  });
});

test.each([
  ["global", 3],
  ["net", 0],
])("fakemlx5 mode=%s: the namespace's end", async (mode, status) => {
  const script = `modprobe fakemlx5 mode=${mode}; ip netns add foo; devlink dev reload pci/0000:00:08.0 netns foo; ip netns del foo`;
  expect((await run(script, join(scripts, "fakemlx5.ts"))).status).toBe(status);
});

test("two drivers, and a parameter that is none", async () => {
  const script = "modprobe pernetmod; modprobe fakemlx5 colour=red; lsmod | cut -d' ' -f1; dmesg | grep colour | cut -d' ' -f2-";
  const { status, stdout } = await run(script, join(scripts, "pernetmod.ts"), join(scripts, "fakemlx5.ts"));
  expect({
    status,
    words: stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().replace(/^.*\] /, "")),
  }).toEqual({
    status: 0,
    words: ["Module", "fakemlx5", "pernetmod", "fakemlx5: unknown parameter 'colour' ignored"],
  });
});

describe("one line for what is wrong", () => {
  test.each([
    ["nothing.ts", "", "exports no function named driver; write export const driver: Driver = (kernel) => ({ name: ... })"],
    [
      "number.ts",
      "export const driver = 5;",
      "exports no function named driver; write export const driver: Driver = (kernel) => ({ name: ... })",
    ],
    ["throws.ts", "export const driver = () => { throw new Error('not today'); };", "makes no module: not today"],
    [
      "nameless.ts",
      "export const driver = () => ({});",
      'makes no module: return { name: "NAME", init: ... }, with letters, digits and _ in NAME',
    ],
    [
      "taken.ts",
      "export const driver = () => ({ name: 'veth' });",
      "calls its module veth, as another one is called; give it a name of its own",
    ],
  ])("%s", async (name, text, said) => {
    const path = written(name, text);
    expect(await run("true", path)).toEqual({ status: 2, stdout: "", stderr: `mlx5-emu: driver ${path} ${said}\n`, files: {} });
  });

  test("a file that is not there", async () => {
    const ended = await mlx5emu(["run", "-", "--driver", "no.ts"], { "-": "true" });
    expect(ended).toEqual({ status: 2, stdout: "", stderr: "mlx5-emu: cannot read driver no.ts: No such file or directory\n", files: {} });
  });
});
