/** The programs of kmod: loading, unloading and listing modules. */
import type { InstalledProgram } from "../lib/index.ts";
import { insmod, lsmod, rmmod } from "./insmod.ts";
import { modprobe } from "./modprobe.ts";

export const programs: readonly InstalledProgram[] = Object.entries({ insmod, lsmod, modprobe, rmmod }).map(([name, program]) => ({
  path: `/usr/sbin/${name}`,
  program,
}));
