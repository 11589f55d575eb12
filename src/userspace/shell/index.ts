/** The shell as an installed program. */
import type { InstalledProgram } from "../lib/index.ts";
import { bash } from "./main.ts";

export { Formatter } from "./builtins/printf.ts";

export const programs: readonly InstalledProgram[] = ["/usr/bin/bash", "/usr/bin/sh"].map((path) => ({ path, program: bash }));
