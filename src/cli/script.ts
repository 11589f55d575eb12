/** Reads the script that is to be run, and refuses what is none. */
import { type Host, reasonOf } from "./host.ts";
import { UserError } from "./user-error.ts";

/** The longest script taken, bytes. */
const MAX_SCRIPT = 16 * 1024 * 1024;

export interface Script {
  /** As given; `-` for standard input. */
  readonly path: string;
  /** What the shell calls it in its messages. */
  readonly name: string;
  readonly text: string;
  readonly bytes: Uint8Array;
}

export function readScript(host: Host, path: string): Script {
  const bytes = bytesOf(host, path);
  const what = path === "-" ? "standard input" : path;
  if (bytes.length > MAX_SCRIPT) throw new UserError(`${what} is longer than 16 MiB; give a shell script`);
  if (bytes.includes(0)) throw new UserError(`${what} is a binary file; give a shell script`);
  return { path, name: path === "-" ? "bash" : path, text: new TextDecoder().decode(bytes), bytes };
}

function bytesOf(host: Host, path: string): Uint8Array {
  try {
    return host.read(path, MAX_SCRIPT);
  } catch (error) {
    throw new UserError(
      `cannot read ${path === "-" ? "standard input" : path}: ${reasonOf(error)}; give a script file, or - for standard input`,
    );
  }
}
