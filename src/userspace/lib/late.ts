/** Programs whose code is loaded when they are first run: a run that does not use them does not pay for them. */
import type { Program } from "../../syscall/index.ts";

/** The program that `load` brings from its module. Loading is the host's work and takes no virtual time. */
export function late(load: () => Promise<Program>): Program {
  return async (process) => await (await process.hostCall(load))(process);
}
