/**
 * The state of a machine as a report wants it, read from the kernel's structures without running any task: reading it
 * cannot block, whatever is locked.
 */
import { devlink_net, devlinkInstances } from "./devlink/index.ts";
import { rdmaDevices } from "./ib/index.ts";
import type { Kernel, Task } from "./kernel/index.ts";
import { init_net, liveNets, type net, nsproxy_net } from "./net/index.ts";
import { IFF_UP } from "./netlink/index.ts";
import { namespaceMounts } from "./vfs/index.ts";

export interface MachineState {
  readonly devlink: readonly { readonly handle: string; readonly netns: string; readonly reloadFailed: boolean }[];
  readonly rdma: readonly {
    readonly name: string;
    readonly index: number;
    readonly ports: readonly { readonly port: number; readonly netdev: string | null; readonly gids: number }[];
  }[];
  /** All namespaces but init_net. One without a name is kept by processes or descriptors only, or is dying. */
  readonly netns: readonly { readonly name: string | null; readonly inum: number; readonly state: "alive" | "dying" }[];
  readonly netdevs: readonly { readonly name: string; readonly netns: string; readonly up: boolean; readonly present: boolean }[];
}

export function inspectMachine(kernel: Kernel): MachineState {
  const names = new Map(namespaceMounts(kernel).map(({ name, ns }) => [ns.inum, name]));
  const nets = liveNets(kernel);
  const called = (ns: net): string => {
    if (ns === init_net(kernel)) return "init_net";
    return names.get(ns.inum) ?? `${ns.name}${isDying(ns) ? " (dying)" : ""}`;
  };
  return {
    devlink: devlinkInstances(kernel).map((devlink) => ({
      handle: `${devlink.dev.bus?.name ?? ""}/${devlink.dev.name}`,
      netns: called(devlink_net(devlink)),
      reloadFailed: devlink.reload_failed,
    })),
    rdma: rdmaDevices(kernel).map(({ name, index, ports }) => ({
      name,
      index,
      ports: ports.map(({ port, netdev, gids }) => ({ port, netdev: netdev?.name ?? null, gids: gids.length })),
    })),
    netns: nets
      .filter((ns) => ns !== init_net(kernel))
      .map((ns) => ({ name: names.get(ns.inum) ?? null, inum: ns.inum, state: isDying(ns) ? "dying" : "alive" })),
    netdevs: nets.flatMap((ns) =>
      ns.dev_base_head.map((dev) => ({ name: dev.name, netns: called(ns), up: (dev.flags & IFF_UP) !== 0, present: dev.present })),
    ),
  };
}

/** What the net namespace of a task is called below /run/netns; null for init_net. */
export function netnsName(kernel: Kernel, task: Task): string | null {
  const ns = nsproxy_net.get(task);
  if (ns === undefined || ns === init_net(kernel)) return null;
  return namespaceMounts(kernel).find((mounted) => mounted.ns.inum === ns.inum)?.name ?? ns.name;
}

/** The last reference is gone: it waits for cleanup_net(), is in it, or is stuck in it. */
function isDying(ns: net): boolean {
  return ns.count.value === 0;
}
