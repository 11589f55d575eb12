/** Programs whose code is loaded when they are first run: a run that does not use them does not pay for them. */
import type { Program } from "../../syscall/index.ts";

/**
 * The program that `load` brings from its module. Loading is the host's work: it takes no virtual time and is no step of a
 * schedule, so it makes no difference to a machine that another one has loaded the program before.
 */
export function late(load: () => Promise<Program>): Program {
  let loaded: Program | null = null;
  const first: Program = async (process) => {
    loaded = await process.hostCall(load);
    return await loaded(process);
  };
  return (process) => (loaded ?? first)(process);
}
