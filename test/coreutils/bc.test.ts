/** Proves that bc calculates, prints, complains and ends as GNU bc 1.07.1 does, for each recorded program. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { O_RDONLY, type Process } from "../../src/syscall/index.ts";
import { bc } from "../../src/userspace/coreutils/bc/bc.ts";
import { readFile, runUserland, writeFile } from "../support/userland.ts";
import { BC_CASES, type BcAnswer, type BcCase } from "./bc.ts";

const recorded = JSON.parse(readFileSync(new URL("bc.json", import.meta.url), "utf8")) as readonly BcAnswer[];

/** Runs bc with its input and output in files. */
async function answerOf(process: Process, { argv, input }: BcCase): Promise<BcAnswer> {
  await writeFile(process, "/tmp/0", input);
  for (const fd of [1, 2]) await writeFile(process, `/tmp/${fd}`, "");
  const pid = await process.fork(async (child) => {
    for (const fd of [0, 1, 2]) {
      const file = await child.open(`/tmp/${fd}`, fd === 0 ? O_RDONLY : 1);
      await child.dup2(file, fd);
      await child.close(file);
    }
    return -(await child.execve("/usr/bin/bc", argv, new Map()));
  });
  const ended = await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") throw new Error(`wait4: ${ended}`);
  return {
    argv,
    input,
    stdout: String(await readFile(process, "/tmp/1")),
    stderr: String(await readFile(process, "/tmp/2")),
    status: ended.exitCode,
  };
}

it("answers as recorded", async () => {
  const answers: BcAnswer[] = [];
  await runUserland(
    async (process) => {
      for (const bcCase of BC_CASES) answers.push(await answerOf(process, bcCase));
      return 0;
    },
    { programs: { "/usr/bin/bc": bc } },
  );
  expect(answers).toEqual(recorded);
});
