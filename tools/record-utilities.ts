/**
 * Records what the GNU utilities of this host answer to the cases of test/coreutils, into recorded.json beside them: those that
 * are not recorded yet, or with --all every one. For Debian 12; run as root, because that is what the emulator's scripts are.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CASES, FILES } from "../test/coreutils/cases.ts";
import { type Answer, parseSteps } from "../test/coreutils/steps.ts";

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function fixture(): string {
  const folder = mkdtempSync(join(tmpdir(), "record-"));
  for (const [name, content] of Object.entries(FILES)) {
    const path = join(folder, name);
    if (content === null) mkdirSync(path);
    else if (content.startsWith("-> ")) symlinkSync(content.slice(3), path);
    else writeFileSync(path, content);
  }
  return folder;
}

function record(line: string): Answer {
  const folder = fixture();
  const answer = { stdout: "", stderr: "", status: 0 };
  for (const { argv, stdin } of parseSteps(line)) {
    const result = spawnSync(argv[0] ?? "", argv.slice(1), {
      cwd: folder,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC0" },
      stdio: [openSync(stdin === null ? "/dev/null" : join(folder, stdin), "r"), "pipe", "pipe"],
      encoding: "utf8",
    });
    answer.stdout += result.stdout;
    answer.stderr += result.stderr;
    answer.status = result.status ?? 128 + (SIGNALS[result.signal ?? ""] ?? 0);
  }
  rmSync(folder, { recursive: true, force: true });
  return answer;
}

const file = new URL("../test/coreutils/recorded.json", import.meta.url);
const known = process.argv.includes("--all") ? {} : (JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Answer>>);
const recorded = Object.fromEntries([...CASES.values()].flat().map((line) => [line, known[line] ?? record(line)]));
writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
