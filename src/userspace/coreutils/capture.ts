/** The output of a shell command, for programs that run one and go on with what it printed. */
import { execvp, readToEnd, STDOUT } from "../lib/index.ts";
import type { Utility } from "./utility.ts";

/** Runs `sh -c COMMAND` and waits for it. What it printed on standard output, or a negative errno if it could not be started. */
export async function capture(util: Utility, command: string): Promise<Uint8Array | number> {
  const { process } = util;
  await util.flush();
  const pipe = await process.pipe();
  if (typeof pipe === "number") return pipe;
  const [reading, writing] = pipe;
  const pid = await process.fork(async (child) => {
    await child.close(reading);
    await child.dup2(writing, STDOUT);
    await child.close(writing);
    return -(await execvp(child, ["sh", "-c", command]));
  });
  await process.close(writing);
  const bytes = pid < 0 ? pid : await readToEnd(process, reading);
  await process.close(reading);
  if (pid > 0) await process.wait4(pid, 0);
  return bytes;
}
