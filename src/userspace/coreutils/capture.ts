/** The output of a command, for programs that run one and go on with what it printed. */
import { execvp, readToEnd, STDOUT } from "../lib/index.ts";
import type { Utility } from "./utility.ts";

const STDERR = 2;
/** What a shell says of a command that cannot be run. */
const CANNOT_RUN = 127;

export interface Captured {
  readonly bytes: Uint8Array;
  /** 128 + N for signal N. */
  readonly status: number;
}

/** Runs a command and waits for it; a negative errno if it could not be started. @param streams what of its output is taken */
export async function capture(util: Utility, words: readonly string[], streams: "stdout" | "both" = "stdout"): Promise<Captured | number> {
  const { process } = util;
  await util.flush();
  const pipe = await process.pipe();
  if (typeof pipe === "number") return pipe;
  const [reading, writing] = pipe;
  const pid = await process.fork(async (child) => {
    await child.close(reading);
    await child.dup2(writing, STDOUT);
    if (streams === "both") await child.dup2(writing, STDERR);
    await child.close(writing);
    await execvp(child, words);
    return CANNOT_RUN;
  });
  await process.close(writing);
  const bytes = pid < 0 ? pid : await readToEnd(process, reading);
  await process.close(reading);
  const ended = pid > 0 ? await process.wait4(pid, 0) : null;
  if (typeof bytes === "number") return bytes;
  if (ended === null || typeof ended === "number") return { bytes, status: 0 };
  return { bytes, status: ended.signal === 0 ? ended.exitCode : 128 + ended.signal };
}
