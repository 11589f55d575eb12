/** Proves that the utilities print what the GNU programs print, on both streams, and end with the same status. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY, type Process } from "../../src/syscall/index.ts";
import { programs as coreutils } from "../../src/userspace/coreutils/index.ts";
import { execvp } from "../../src/userspace/lib/index.ts";
import { programs as shell } from "../../src/userspace/shell/index.ts";
import { readFile, runUserland, writeFile } from "../support/userland.ts";
import { CASES, FILES } from "./cases.ts";
import { type Answer, parseSteps, type Step } from "./steps.ts";

const recorded = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")) as Readonly<Record<string, Answer>>;

const installed = Object.fromEntries([...coreutils, ...shell].map(({ path, program }) => [path, program]));

async function makeFixture(process: Process, folder: string): Promise<void> {
  await process.mkdir(folder, 0o700);
  for (const [name, content] of Object.entries(FILES)) {
    const path = `${folder}/${name}`;
    if (content === null) await process.mkdir(path, 0o755);
    else if (content.startsWith("-> ")) await process.symlink(content.slice(3), path);
    else await writeFile(process, path, content);
  }
}

/** Runs one step with its output appended to two files. */
async function runStep(process: Process, folder: string, { argv, stdin }: Step): Promise<number> {
  const env = new Map([
    ["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"],
    ["LC_ALL", "C"],
    ["TZ", "UTC0"],
  ]);
  const pid = await process.fork(async (child) => {
    await child.chdir(folder);
    const input = await child.open(stdin ?? "/dev/null", O_RDONLY);
    await child.dup2(input, 0);
    await child.close(input);
    for (const fd of [1, 2]) {
      const output = await child.open(`${folder}.${fd}`, O_WRONLY | O_CREAT | O_APPEND, 0o600);
      await child.dup2(output, fd);
      await child.close(output);
    }
    return -(await execvp(child, argv, env));
  });
  const ended = await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") throw new Error(`wait4: ${ended}`);
  return ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
}

async function answersOf(lines: readonly string[]): Promise<Readonly<Record<string, Answer>>> {
  const answers: Record<string, Answer> = {};
  await runUserland(
    async (process) => {
      for (const [i, line] of lines.entries()) {
        const folder = `/tmp/case${i}`;
        await makeFixture(process, folder);
        let status = 0;
        for (const step of parseSteps(line)) status = await runStep(process, folder, step);
        const [stdout, stderr] = [await readFile(process, `${folder}.1`), await readFile(process, `${folder}.2`)];
        answers[line] = { stdout: String(stdout), stderr: String(stderr), status };
      }
      return 0;
    },
    { programs: installed },
  );
  return answers;
}

test.each([...CASES])("%s", async (_group, lines) => {
  const expected = Object.fromEntries(lines.map((line) => [line, recorded[line]]));
  expect(await answersOf(lines)).toEqual(expected);
});
