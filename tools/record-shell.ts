/**
 * Records what a real bash 5.2 makes of test/shell/snippets.txt: `npx tsx tools/record-shell.ts` writes goldens.json beside it. Each snippet
 * runs by `bash -c`, or as a script if it says so, in an empty directory, its HOME, that is called /root afterwards; pids in messages
 * become PID.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { type Golden, runsAsFile, withoutPids } from "../test/shell/goldens.ts";

const folder = new URL("../test/shell/", import.meta.url);
const ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "dumb", LC_ALL: "C.UTF-8" };

function record(script: string): Golden {
  const directory = mkdtempSync(join(tmpdir(), "golden-"));
  if (runsAsFile(script)) writeFileSync(join(directory, "script.sh"), script);
  const ran = spawnSync("bash", runsAsFile(script) ? ["script.sh"] : ["-c", script], {
    cwd: directory,
    env: { ...ENVIRONMENT, HOME: directory },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  rmSync(directory, { recursive: true });
  const clean = (text: string): string => withoutPids(text).replaceAll(directory, "/root");
  return {
    script,
    stdout: clean(ran.stdout),
    stderr: clean(ran.stderr),
    status: ran.status ?? 128 + constants.signals[ran.signal ?? "SIGKILL"],
  };
}

const version = spawnSync("bash", ["-c", "echo $BASH_VERSION"], { encoding: "utf8" }).stdout;
if (!version.startsWith("5.2")) throw new Error(`the goldens are those of bash 5.2, and this is ${version}`);

const snippets = readFileSync(new URL("snippets.txt", folder), "utf8").replace(/\n$/, "").split("\n###\n");
writeFileSync(new URL("goldens.json", folder), `${JSON.stringify(snippets.map(record), null, 2)}\n`);
