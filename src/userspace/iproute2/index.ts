/** iproute2 (ip, devlink, rdma, tc, bridge, ss) and ethtool as programs of the emulated machine. They know the kernel by its system calls only. */
import type { InstalledProgram } from "../lib/index.ts";
import { bridge } from "./bridge/main.ts";
import { devlink } from "./devlink/main.ts";
import { ethtool } from "./ethtool/main.ts";
import { ip } from "./ip/main.ts";
import { rdma } from "./rdma/main.ts";
import { ss } from "./ss/main.ts";
import { tc } from "./tc/main.ts";

export const programs: readonly InstalledProgram[] = [
  { path: "/usr/sbin/ip", program: ip },
  { path: "/usr/sbin/devlink", program: devlink },
  { path: "/usr/bin/rdma", program: rdma },
  { path: "/usr/sbin/ethtool", program: ethtool },
  { path: "/usr/sbin/tc", program: tc },
  { path: "/usr/sbin/bridge", program: bridge },
  { path: "/usr/bin/ss", program: ss },
];
