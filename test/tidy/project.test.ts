/** Proves that the project installs the same everywhere and that CI runs what the README tells people to run. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT, readText } from "./sources.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readText("package.json")) as Manifest;

test("every dependency is pinned to one version", () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, range]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(range),
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

test("the README names the two commands, and every script that the documents name exists", () => {
  const documents = [
    "README.md",
    ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
  ].filter((name) => name.endsWith(".md"));
  const texts = documents.map(readText);
  expect(texts[0]).toContain("npm ci && npm start");
  expect(texts[0]).toContain("npm ci && npm test");
  const named = texts.flatMap((text) => text.match(/\bscripts\/[\w-]+\.sh\b/g) ?? []);
  expect(named.filter((path) => !existsSync(ROOT + path))).toEqual([]);
});

test("every room has a door, and the import rules know every room", () => {
  const rules = readText(".dependency-cruiser.js");
  const rooms = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const doorless = rooms.filter(({ name }) => name !== "cli" && !existsSync(`${ROOT}src/${name}/index.ts`)).map(({ name }) => name);
  const unknown = rooms.filter(({ name }) => !rules.includes(`"${name}"`)).map(({ name }) => name);
  expect([doorless, unknown]).toEqual([[], []]);
});
