/**
 * Proves devlink monitor and the kernel's notifications on v5.10.223 against a recording of a real machine: for each command,
 * what a plain and a JSON monitor wrote from shortly before to shortly after it. Everything in order: instances, parameters,
 * regions, policers, groups, traps, ports.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

interface Row {
  readonly cmd: string;
  readonly plain: string;
  readonly json: string;
}

const rows = JSON.parse(readFileSync(new URL("devlink-monitor.json", import.meta.url), "utf8")) as readonly Row[];

/** What stands between two outputs. */
const MARK = "\n=====\n";

test("creation, reloads, moves, failures, deletion", async () => {
  const script = rows.map(
    ({ cmd }) => `timeout 4 devlink monitor > /tmp/plain & timeout 4 devlink -j monitor > /tmp/json & sleep 1
{ ${cmd}; } > /dev/null 2>&1
wait; cat /tmp/plain; printf '${MARK}'; cat /tmp/json; printf '${MARK}'`,
  );
  const { stdout } = await run(`modprobe netdevsim\n${script.join("\n")}`, { era: "v5.10.223", devices: [] });
  const seen = stdout.split(MARK);
  expect(rows.map(({ cmd }, i) => ({ cmd, plain: seen[2 * i], json: seen[2 * i + 1] }))).toEqual(rows);
});
