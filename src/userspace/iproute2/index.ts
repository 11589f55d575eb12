/** iproute2 (ip, devlink, rdma, tc, bridge, ss) and ethtool as programs of the emulated machine. They know the kernel by its system calls only. */
import { type InstalledProgram, late } from "../lib/index.ts";
import { devlink } from "./devlink/main.ts";
import { ip } from "./ip/main.ts";

export const programs: readonly InstalledProgram[] = [
  { path: "/usr/sbin/ip", program: ip },
  { path: "/usr/sbin/devlink", program: devlink },
  { path: "/usr/bin/rdma", program: late(async () => (await import("./rdma/main.ts")).rdma) },
  { path: "/usr/sbin/ethtool", program: late(async () => (await import("./ethtool/main.ts")).ethtool) },
  { path: "/usr/sbin/tc", program: late(async () => (await import("./tc/main.ts")).tc) },
  { path: "/usr/sbin/bridge", program: late(async () => (await import("./bridge/main.ts")).bridge) },
  { path: "/usr/bin/ss", program: late(async () => (await import("./ss/main.ts")).ss) },
];
