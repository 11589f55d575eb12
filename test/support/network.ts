/** A kernel with the file tree, namespaces, net devices and netlink, but without programs: for tests of the net room. */
import { base_init } from "../../src/base/index.ts";
import {
  __do_sys_finit_module,
  declaredModules,
  declareModule,
  type Frame,
  Kernel,
  type KernelEvent,
  NOTIFY_DONE,
  setHelperStarter,
  spawnTask,
  type Task,
} from "../../src/kernel/index.ts";
import {
  alloc_etherdev,
  copy_net_ns,
  dev_net_set,
  init_net,
  type net,
  net_dev_init,
  type net_device,
  net_ns_init,
  netdev_cmd_to_name,
  type netdev_notifier_block,
  netdev_notifier_info_to_dev,
  netModules,
  register_netdev,
  rtnl_lock,
  rtnl_unlock,
} from "../../src/net/index.ts";
import { genl_init } from "../../src/netlink/index.ts";
import { vfs_init } from "../../src/vfs/index.ts";
import { type Body, runKernel } from "./kernel.ts";

export interface Network {
  readonly kernel: Kernel;
  /** Everything that rooms report of themselves, in order. */
  readonly events: KernelEvent[];
  /** Starts tasks and runs until nothing can run any more. */
  run(bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]>;
  /** Runs one task to its end. */
  call(body: Body): Promise<void>;
}

export async function network(): Promise<Network> {
  const kernel = new Kernel();
  for (const module of netModules) declareModule(kernel, module);
  // What stands for modprobe where there are no programs.
  setHelperStarter(kernel, (current, { argv }) =>
    spawnTask(kernel, {
      comm: "modprobe",
      parent: current.task,
      body: async (root) => {
        const found = declaredModules(kernel).find(({ aliases }) => aliases?.includes(argv.at(-1) ?? ""));
        if (found !== undefined) await __do_sys_finit_module(root, found.name);
      },
    }),
  );
  const events: KernelEvent[] = [];
  const run = async (bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]> => {
    const tasks = Object.entries(bodies).map(([comm, body]) => spawnTask(kernel, { comm, parent: null, body }) as Task);
    await runKernel(kernel);
    return tasks;
  };
  const call = async (body: Body): Promise<void> => {
    const [task] = await run({ test: body });
    if (task?.alive) throw new Error(`the task waits for ${task.wait?.on.name}`);
  };
  await call(async (current) => {
    vfs_init(current);
    base_init(current);
    await net_ns_init(current);
    await genl_init(current, init_net(kernel));
    await net_dev_init(current);
  });
  kernel.events.attach({ event: (event) => void events.push(event) });
  return { kernel, events, run, call };
}

/** What the net room reported under `name`, as text. */
export function reported(events: readonly KernelEvent[], name: string, ...fields: readonly string[]): string[] {
  return events.flatMap((event) =>
    event.type === "subsystem" && event.room === "net" && event.name === name ? [fields.map((field) => event.data[field]).join(" ")] : [],
  );
}

export async function newNet(current: Frame): Promise<net> {
  const made = await copy_net_ns(current);
  if (typeof made === "number") throw new Error(`copy_net_ns: ${made}`);
  return made;
}

/** A registered device as hardware has it: no rtnl_link_ops. */
export async function newDevice(current: Frame, name: string, net: net): Promise<net_device> {
  const dev = alloc_etherdev(current);
  dev.name = name;
  dev_net_set(current, dev, net);
  const err = await register_netdev(current, dev);
  if (err !== 0) throw new Error(`register_netdev(${name}): ${err}`);
  return dev;
}

/** Runs `body` under rtnl_mutex. */
export async function underRtnl<T>(current: Frame, body: () => Promise<T>): Promise<T> {
  await rtnl_lock(current);
  const result = await body();
  await rtnl_unlock(current);
  return result;
}

/** A notifier that writes down what it is told: `REGISTER eth0`. `answer` may refuse. */
export function listener(
  name: string,
  log: string[],
  answer: (event: string, dev: string) => number = () => NOTIFY_DONE,
): netdev_notifier_block {
  return {
    name,
    priority: 0,
    notifier_call: async (_current, _nb, action, info) => {
      const event = netdev_cmd_to_name(action);
      const dev = netdev_notifier_info_to_dev(info).name;
      log.push(`${event} ${dev}`);
      return answer(event, dev);
    },
  };
}
