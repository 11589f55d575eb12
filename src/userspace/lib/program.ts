/** How a folder of programs says what it brings: `export const programs: readonly InstalledProgram[]`. */
import type { Program } from "../../syscall/index.ts";

export interface InstalledProgram {
  /** Absolute path of the executable file. */
  readonly path: string;
  readonly program: Program;
}
