/**
 * Proves what rdma_rxe locks: devices come, are shown and go while a namespace's cleanup is stuck, because none of that
 * takes pernet_ops_rwsem; loading and unloading the driver takes it for write, because its notifier is on the global chain,
 * and its devices are gone before it waits.
 */
import { expect, test } from "vitest";
import { rdmaDevices } from "../../src/ib/index.ts";
import { type Frame, module } from "../../src/kernel/index.ts";
import { init_net, put_net } from "../../src/net/index.ts";
import {
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_LINK_TYPE,
  RDMA_NLDEV_ATTR_NDEV_NAME,
  RDMA_NLDEV_CMD_DELLINK,
  RDMA_NLDEV_CMD_NEWLINK,
  RDMA_NLDEV_CMD_PORT_GET,
} from "../../src/netlink/index.ts";
import { rxeModule } from "../../src/rxe/index.ts";
import { newNet } from "../support/devlink.ts";
import { blocked, healthy, type Mlx5Bench, mlx5Bench, reload, setUp } from "../support/mlx5.ts";
import { rdmaRequest } from "../support/rdma.ts";

/** What modprobe and rmmod run. */
const self = new module(rxeModule);
const init = (current: Frame): Promise<unknown> => rxeModule.init?.(current, self) ?? Promise.resolve();
const exit = (current: Frame): Promise<void> => rxeModule.exit?.(current, self) ?? Promise.resolve();

function add(current: Frame, name: string, netdev: string): Promise<{ readonly errno: number }> {
  return rdmaRequest(current, init_net(current.kernel), RDMA_NLDEV_CMD_NEWLINK, (w) =>
    w.string(RDMA_NLDEV_ATTR_DEV_NAME, name).string(RDMA_NLDEV_ATTR_LINK_TYPE, "rxe").string(RDMA_NLDEV_ATTR_NDEV_NAME, netdev),
  );
}

async function machine(options: Parameters<typeof mlx5Bench>[0]): Promise<Mlx5Bench> {
  const bench = await mlx5Bench({ devices: { "0000:00:08.0": {}, "0000:00:09.0": {} }, ...options });
  await bench.run({
    modprobe: async (current) => {
      await init(current);
      await setUp(current, "eth1");
      await add(current, "rxe0", "eth1");
    },
  });
  return bench;
}

/** The seed: reload into a namespace that then dies. */
async function deadlock(bench: Mlx5Bench): Promise<void> {
  await bench.run({
    ip: async (current) => {
      const foo = await newNet(current);
      await reload(current, foo);
      put_net(current, foo);
    },
  });
}

const names = (bench: Mlx5Bench): string[] => rdmaDevices(bench.kernel).map(({ name }) => name);

test("loading, using and unloading leave nothing behind", async () => {
  const bench = await machine({});
  expect(names(bench)).toEqual(["mlx5_0", "mlx5_1", "rxe0"]);
  await bench.run({ rmmod: exit });
  expect(names(bench)).toEqual(["mlx5_0", "mlx5_1"]);
  expect(healthy(bench.kernel)).toBe(true);
});

test("behind a stuck cleanup devices are shown, deleted and made, and unloading hangs with the devices gone", async () => {
  const bench = await machine({ era: "v5.10.223", notifier: "global" });
  await deadlock(bench);
  const before = blocked(bench.kernel);
  const [shown, deleted, made] = [[0], [0], [0]];
  await bench.run({
    rdma: async (current) => {
      const home = init_net(current.kernel);
      const index = rdmaDevices(current.kernel).find(({ name }) => name === "rxe0")?.index ?? -1;
      shown[0] = (await rdmaRequest(current, home, RDMA_NLDEV_CMD_PORT_GET, (w) => w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, index), true)).errno;
      deleted[0] = (await rdmaRequest(current, home, RDMA_NLDEV_CMD_DELLINK, (w) => w.u32(RDMA_NLDEV_ATTR_DEV_INDEX, index))).errno;
      made[0] = (await add(current, "rxe1", "eth1")).errno;
    },
  });
  expect([shown, deleted, made, names(bench), blocked(bench.kernel)]).toEqual([[0], [0], [0], ["mlx5_1", "rxe1"], before]);
  await bench.run({ modprobe: exit });
  expect(names(bench)).toEqual(["mlx5_1"]);
  expect(blocked(bench.kernel).find(({ task }) => task === "modprobe")).toMatchObject({
    lock: "pernet_ops_rwsem",
    mode: "write",
    stack: ["rxe_module_exit", "unregister_netdevice_notifier"],
  });
});

test("behind a stuck cleanup the driver cannot be loaded", async () => {
  const bench = await mlx5Bench({ era: "v5.10.223", notifier: "global" });
  await deadlock(bench);
  await bench.run({ modprobe: async (current) => void (await init(current)) });
  expect(blocked(bench.kernel).find(({ task }) => task === "modprobe")?.lock).toBe("pernet_ops_rwsem");
});
