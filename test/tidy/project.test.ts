/** Proves that the project installs the same everywhere and that CI runs what the README tells people to run. */
import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT, readText } from "./sources.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readText("package.json")) as Manifest;

test("every dependency is pinned to one version", () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
  );
  expect(loose).toEqual([]);
});

test("CI runs exactly `npm ci` and `npm test`", () => {
  const commands = readText(".ci/run")
    .split("\n")
    .filter((line) => line.startsWith("npm "));
  expect(commands).toEqual(["npm ci", "npm test"]);
  expect(statSync(`${ROOT}.ci/run`).mode & 0o111).toBe(0o111);
});
