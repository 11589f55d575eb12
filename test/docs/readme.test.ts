/** Proves that the README shows what the program prints, and names every option, era and exit status there is. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERAS } from "../../src/eras.ts";
import { EXIT_STATUS } from "../../src/report/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const SCRIPT = "scripts/netns-delete.sh";

test("the picture is what the default comparison prints", async () => {
  const picture = /^```\n([\s\S]*?)^```$/m.exec(README)?.[1];
  const { stderr } = await mlx5emu(["compare", SCRIPT], { [SCRIPT]: readFileSync(new URL(`../../${SCRIPT}`, import.meta.url), "utf8") });
  expect(stderr.slice(0, stderr.indexOf("\n  Next "))).toBe(picture);
});

test("every option of run and compare stands in the table of options", async () => {
  const help = await Promise.all([mlx5emu(["run", "--help"]), mlx5emu(["compare", "--help"])]);
  const options = new Set(help.flatMap(({ stdout }) => stdout.match(/--[a-z-]+/g) ?? []));
  options.delete("--help");
  expect([...options].filter((option) => !README.includes(`${option} `) && !README.includes(`${option}\``))).toEqual([]);
});

test("every era and every exit status of a verdict is listed", () => {
  for (const { name } of ERAS) expect(README).toContain(name);
  for (const status of Object.values(EXIT_STATUS)) expect(README).toMatch(new RegExp(`^\\| ${status} \\|`, "m"));
});
