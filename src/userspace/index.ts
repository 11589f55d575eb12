/** User space: all programs that a machine has installed. */
import { programs as coreutils } from "./coreutils/index.ts";
import { programs as iproute2 } from "./iproute2/index.ts";
import { programs as kmod } from "./kmod/index.ts";
import type { InstalledProgram } from "./lib/index.ts";
import { programs as shell } from "./shell/index.ts";

export type { InstalledProgram } from "./lib/index.ts";
export const programs: readonly InstalledProgram[] = [...shell, ...coreutils, ...iproute2, ...kmod];
