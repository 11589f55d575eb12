/** iproute2: ip, devlink and rdma as programs of the emulated machine. They know the kernel by its system calls only. */
import type { InstalledProgram } from "../lib/index.ts";
import { devlink } from "./devlink/main.ts";
import { ip } from "./ip/main.ts";
import { rdma } from "./rdma/main.ts";

export const programs: readonly InstalledProgram[] = [
  { path: "/usr/sbin/ip", program: ip },
  { path: "/usr/sbin/devlink", program: devlink },
  { path: "/usr/bin/rdma", program: rdma },
];
