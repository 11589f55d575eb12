/**
 * Proves the content of the GID table: default GIDs from the MAC for both RoCE versions, addresses as they come and go, a
 * new MAC, and what sysfs shows of it; and the events that clients get of a port.
 */
import { describe, expect, it } from "vitest";
import {
  ib_client,
  ib_register_client,
  ib_register_event_handler,
  ib_unregister_client,
  ib_unregister_event_handler,
  rdmaDevices,
} from "../../src/ib/index.ts";
import { EINVAL, type Frame, type Kernel, msleep } from "../../src/kernel/index.ts";
import { __dev_get_by_name, dev_set_mac_address, init_net, type net_device, rtnl_lock, rtnl_unlock } from "../../src/net/index.ts";
import {
  AttributeWriter,
  encodeMessage,
  IFA_LOCAL,
  NETLINK_ROUTE,
  NLM_F_REQUEST,
  netlink_create,
  netlink_release,
  netlink_sendmsg,
  RTM_DELADDR,
  RTM_NEWADDR,
} from "../../src/netlink/index.ts";
import { mlx5Bench, setUp } from "../support/mlx5.ts";
import { sysfsNode } from "../support/sysfs.ts";

type Handler = Parameters<typeof ib_register_event_handler>[2];

function gids(kernel: Kernel): string[] {
  return rdmaDevices(kernel).flatMap(({ ports }) =>
    ports.flatMap((port) => port.gids.map(({ index, gid, type }) => `${index} ${gid} ${type}`)),
  );
}

function eth0(current: Frame): net_device {
  const dev = __dev_get_by_name(current, init_net(current.kernel), "eth0");
  if (dev === null) throw new Error("no eth0");
  return dev;
}

/** ip addr add|del 10.1.1.1/24 dev eth0 */
async function address(current: Frame, type: number): Promise<void> {
  const sock = netlink_create(current, init_net(current.kernel), NETLINK_ROUTE);
  if (typeof sock === "number") throw new Error(`socket: ${sock}`);
  const ifaddrmsg = Uint8Array.of(2, 24, 0, 0, eth0(current).ifindex, 0, 0, 0);
  const payload = new AttributeWriter()
    .header(ifaddrmsg)
    .bytes(IFA_LOCAL, Uint8Array.of(10, 1, 1, 1))
    .finish();
  await netlink_sendmsg(current, sock, encodeMessage({ type, flags: NLM_F_REQUEST, seq: 1, portid: 0, payload }));
  await netlink_release(current, sock);
}

const DEFAULTS = ["0 fe80:0000:0000:0000:0e42:a1ff:fe00:0040 IB/RoCE v1", "1 fe80:0000:0000:0000:0e42:a1ff:fe00:0040 RoCE v2"];

describe("the GID table", () => {
  it("has the default GIDs from the start, and an address as soon as there is one", async () => {
    const machine = await mlx5Bench();
    expect(gids(machine.kernel)).toEqual(DEFAULTS);
    await machine.run({ ip: (current) => address(current, RTM_NEWADDR) });
    const v4 = "0000:0000:0000:0000:0000:ffff:0a01:0101";
    expect(gids(machine.kernel)).toEqual([...DEFAULTS, `2 ${v4} IB/RoCE v1`, `3 ${v4} RoCE v2`]);
    await machine.run({ ip: (current) => address(current, RTM_DELADDR) });
    expect(gids(machine.kernel)).toEqual(DEFAULTS);
  });

  it("follows a new MAC", async () => {
    const machine = await mlx5Bench();
    await machine.run({
      ip: async (current) => {
        await rtnl_lock(current);
        expect(await dev_set_mac_address(current, eth0(current), Uint8Array.of(2, 0, 0, 0, 0, 7))).toBe(0);
        await rtnl_unlock(current);
      },
    });
    expect(gids(machine.kernel)).toEqual([
      "0 fe80:0000:0000:0000:0000:00ff:fe00:0007 IB/RoCE v1",
      "1 fe80:0000:0000:0000:0000:00ff:fe00:0007 RoCE v2",
    ]);
  });

  it("is what sysfs shows; entries without a GID have no netdev and no type", async () => {
    const machine = await mlx5Bench({ up: ["eth0"] });
    await machine.run({
      cat: async (current) => {
        const port = "devices/pci0000:00/0000:00:08.0";
        const dir = [...(sysfsNode(current, `${port}/infiniband`)?.children?.values() ?? [])][0];
        const read = async (path: string): Promise<string | number | undefined> => {
          let node = dir;
          for (const name of path.split("/")) node = node?.children?.get(name);
          return node?.ops.show?.(current);
        };
        const files = ["node_guid", "fw_ver", "node_type", "ports/1/state", "ports/1/phys_state", "ports/1/link_layer"];
        const entry = (i: number): string[] => [`ports/1/gids/${i}`, `ports/1/gid_attrs/ndevs/${i}`, `ports/1/gid_attrs/types/${i}`];
        const shown: (string | number | undefined)[] = [];
        for (const file of [...files, ...entry(1), ...entry(2)]) shown.push(await read(file));
        expect(shown).toEqual([
          "0c42:a103:0000:0040\n",
          "16.28.1002\n",
          "1: CA\n",
          "4: ACTIVE\n",
          "5: LinkUp\n",
          "Ethernet\n",
          "fe80:0000:0000:0000:0e42:a1ff:fe00:0040\n",
          "eth0\n",
          "RoCE v2\n",
          "0000:0000:0000:0000:0000:0000:0000:0000\n",
          -EINVAL,
          -EINVAL,
        ]);
      },
    });
  });
});

it("a handler is told when the port comes up and goes down, until it leaves", async () => {
  const told: string[] = [];
  const machine = await mlx5Bench();
  const setRunning = async (current: Frame, op: "ndo_open" | "ndo_stop"): Promise<void> => {
    const dev = eth0(current);
    await rtnl_lock(current);
    await dev.netdev_ops[op]?.(current, dev);
    await rtnl_unlock(current);
    await msleep(current, 100);
  };
  await machine.run({
    script: async (current) => {
      const handler: Handler = {
        handler: async (_frame, { device, event, port_num }) => void told.push(`${device.name}/${port_num} event ${event}`),
      };
      const client = new ib_client({
        name: "listener",
        add: (frame, dev) => ib_register_event_handler(frame, dev, handler).then(() => 0),
        remove: (frame, dev) => ib_unregister_event_handler(frame, dev, handler),
      });
      await ib_register_client(current, client);
      await setUp(current, "eth0");
      await msleep(current, 100);
      await setRunning(current, "ndo_stop");
      await ib_unregister_client(current, client);
      await setRunning(current, "ndo_open");
    },
  });
  expect(told).toEqual(["mlx5_0/1 event 9", "mlx5_0/1 event 10"]);
});
