/** A kernel with namespaces, generic netlink and devlink, but without programs: for tests of drivers on devlink. */
import { base_init } from "../../src/base/index.ts";
import { DEVLINK_ERAS, devlink_init } from "../../src/devlink/index.ts";
import { type Frame, Kernel, type KernelObserver, spawnTask, stackNames, type Task } from "../../src/kernel/index.ts";
import { copy_net_ns, init_net, type net, net_dev_init, net_ns_init } from "../../src/net/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_PARAM,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_PORT_NETDEV_NAME,
  DEVLINK_ATTR_PORT_TYPE,
  DEVLINK_ATTR_RELOAD_FAILED,
  DEVLINK_CMD_DEL,
  DEVLINK_CMD_NEW,
  DEVLINK_CMD_PARAM_DEL,
  DEVLINK_CMD_PARAM_NEW,
  DEVLINK_CMD_PORT_DEL,
  DEVLINK_CMD_PORT_NEW,
  genl_init,
} from "../../src/netlink/index.ts";
import { pci_bus_init } from "../../src/pci/index.ts";
import { vfs_init } from "../../src/vfs/index.ts";
import { GenlClient, type GenlMessage } from "./genl.ts";
import { type Body, runKernel } from "./kernel.ts";

export type EraName = keyof typeof DEVLINK_ERAS;

/** A booted kernel; `run` starts tasks and runs until nothing can run any more. */
export interface Bench {
  readonly kernel: Kernel;
  run(bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]>;
}

export async function bench(era: EraName, observer?: KernelObserver): Promise<Bench> {
  const kernel = new Kernel();
  if (observer !== undefined) kernel.events.attach(observer);
  const run = async (bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]> => {
    const tasks = Object.entries(bodies).map(([comm, body]) => spawnTask(kernel, { comm, parent: null, body }) as Task);
    await runKernel(kernel);
    return tasks;
  };
  await run({ boot: (current) => boot(current, era) });
  return { kernel, run };
}

async function boot(current: Frame, era: EraName): Promise<void> {
  vfs_init(current);
  base_init(current);
  await net_ns_init(current);
  await genl_init(current, init_net(current.kernel));
  await net_dev_init(current);
  pci_bus_init(current);
  await devlink_init(current, DEVLINK_ERAS[era]);
}

export async function newNet(current: Frame): Promise<net> {
  const made = await copy_net_ns(current);
  if (typeof made === "number") throw new Error(`copy_net_ns: ${made}`);
  return made;
}

export function devlinkClient(current: Frame, net: net): Promise<GenlClient> {
  return GenlClient.open(current, net, "devlink");
}

/** The attributes that name an instance: `pci/0000:00:08.0`. */
export function handle(text: string): (w: AttributeWriter) => AttributeWriter {
  const [bus = "", name = ""] = text.split("/");
  return (w) => w.string(DEVLINK_ATTR_BUS_NAME, bus).string(DEVLINK_ATTR_DEV_NAME, name);
}

const COMMANDS: Readonly<Record<number, string>> = {
  [DEVLINK_CMD_NEW]: "dev,new",
  [DEVLINK_CMD_DEL]: "dev,del",
  [DEVLINK_CMD_PORT_NEW]: "port,new",
  [DEVLINK_CMD_PORT_DEL]: "port,del",
  [DEVLINK_CMD_PARAM_NEW]: "param,new",
  [DEVLINK_CMD_PARAM_DEL]: "param,del",
};

const PORT_TYPES = ["notset", "auto", "eth", "ib"];

/** A message as `devlink monitor` shows it, in short. */
export function shown({ cmd, attrs }: GenlMessage): string {
  const words = [`[${COMMANDS[cmd] ?? cmd}]`];
  const param = attrs.nested(DEVLINK_ATTR_PARAM);
  const port = attrs.u32(DEVLINK_ATTR_PORT_INDEX);
  if (param !== undefined) words.push(param.string(DEVLINK_ATTR_PARAM_NAME) ?? "");
  if (port !== undefined)
    words.push(`${port}`, PORT_TYPES[attrs.u16(DEVLINK_ATTR_PORT_TYPE) ?? 0] ?? "", attrs.string(DEVLINK_ATTR_PORT_NETDEV_NAME) ?? "");
  if (attrs.u8(DEVLINK_ATTR_RELOAD_FAILED) === 1) words.push("reload_failed");
  return words.filter((word) => word !== "").join(" ");
}

/** What every task that has not ended waits for, with the innermost functions of its stack, innermost first. */
export function stuck(kernel: Kernel, depth: number): string[] {
  const waiting = [...kernel.tasks.values()].filter((task) => task.state === "TASK_UNINTERRUPTIBLE" || task.state === "TASK_KILLABLE");
  return waiting.map((task) => {
    const stack = stackNames(task.wait?.frame ?? null)
      .reverse()
      .slice(0, depth);
    return `${task.displayName} ${task.wait?.on.name ?? ""} ${task.wait?.mode ?? ""}: ${stack.join(" ")}`;
  });
}
