/** Proves: the shell prints, complains and ends as a real bash 5.2 did for each recorded snippet, but for a list with reasons. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runScript } from "../support/shell.ts";
import { type Golden, runsAsFile, withoutPids } from "./goldens.ts";

const goldens = JSON.parse(readFileSync(new URL("goldens.json", import.meta.url), "utf8")) as readonly Golden[];

/** Beginnings of snippets that differ, and why. */
const DEVIATIONS: readonly (readonly [beginning: string, reason: string])[] = [
  ["x=$(foo)\ny=`", "bash counts the lines of a backquoted command twice"],
  ["trap 'echo t' HUP; trap; trap -p HUP", "a new shell cannot ask which signals it was started to ignore, so `trap` does not list them"],
  ["set -m; sleep 0.1 & wait", "there is no job control: set -m changes nothing"],
];

const deviates = (script: string): boolean => DEVIATIONS.some(([beginning]) => script.startsWith(beginning));

async function play(script: string): Promise<Golden> {
  const { stdout, stderr, status } = await runScript(script, { by: runsAsFile(script) ? "file" : "command" });
  return { script, stdout: withoutPids(stdout), stderr: withoutPids(stderr), status };
}

describe("recorded snippets", () => {
  it.each(goldens.filter(({ script }) => !deviates(script)).map((golden) => [golden.script, golden] as const))(
    "%s",
    async (script, golden) => {
      expect(await play(script)).toEqual(golden);
    },
  );

  it("lists no deviation that is none", async () => {
    for (const golden of goldens.filter(({ script }) => deviates(script))) expect(await play(golden.script)).not.toEqual(golden);
  });
});
