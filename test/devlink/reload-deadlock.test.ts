/**
 * Proves both deadlocks of a driver that unregisters a global netdev notifier in reload_down, with nothing of mlx5 in
 * sight, and that they go with their causes: the same driver with a per-namespace notifier comes through. The stacks are
 * those recorded from real kernels (5.10.223 and 6.1.176, driver fakemlx5).
 */
import { describe, expect, it } from "vitest";
import { devlink_net, devlinkInstances } from "../../src/devlink/index.ts";
import { type Frame, msleep } from "../../src/kernel/index.ts";
import { copy_net_ns, init_net, type net, nsproxy_net, put_net } from "../../src/net/index.ts";
import { DEVLINK_ATTR_NETNS_PID, DEVLINK_CMD_GET, DEVLINK_CMD_RELOAD } from "../../src/netlink/index.ts";
import { type Bench, bench, devlinkClient, type EraName, handle, newNet, stuck } from "../support/devlink.ts";
import { fakemlx5, loadFake } from "../support/fakemlx5.ts";

const DEVICE = "pci/0000:00:08.0";

/** A bench with the driver on two functions. */
async function withFake(era: EraName, mode: "global" | "net"): Promise<Bench> {
  const made = await bench(era);
  await made.run({ modprobe: (current) => loadFake(current, fakemlx5({ mode }), "0000:00:08.0", "0000:00:09.0") });
  return made;
}

/** Reloads a device of init_net into a namespace that a task of its own stands for. */
async function reloadInto(current: Frame, target: net, device = DEVICE): Promise<number> {
  nsproxy_net.set(current.task, target);
  const client = await devlinkClient(current, init_net(current.kernel));
  const answer = await client.request(current, DEVLINK_CMD_RELOAD, (w) => handle(device)(w).u32(DEVLINK_ATTR_NETNS_PID, current.task.pid));
  nsproxy_net.set(current.task, undefined);
  await client.close(current);
  return answer.errno;
}

/** ip netns add foo; devlink dev reload DEVICE netns foo; ip netns del foo */
async function seed(current: Frame): Promise<void> {
  const foo = await newNet(current);
  expect(await reloadInto(current, foo)).toBe(0);
  put_net(current, foo);
}

function homes({ kernel }: Bench): string[] {
  return devlinkInstances(kernel).map(
    (devlink) => `${devlink.handle} ${devlink_net(devlink) === init_net(kernel) ? "init_net" : "elsewhere"}`,
  );
}

/** devlink dev show, then devlink dev show again, then ip netns add bar. */
const behind = {
  dump: async (current: Frame): Promise<void> => {
    const client = await devlinkClient(current, init_net(current.kernel));
    await client.dump(current, DEVLINK_CMD_GET);
  },
  second: async (current: Frame): Promise<void> => {
    await devlinkClient(current, init_net(current.kernel));
  },
  ip: async (current: Frame): Promise<void> => {
    await copy_net_ns(current);
  },
};

describe("a namespace dies with the device of a global notifier in it", () => {
  it("blocks the netns worker for ever, up to v5.19 with devlink_mutex held and devlink behind it", async () => {
    const machine = await withFake("v5.10.223", "global");
    await machine.run({ script: seed });
    await machine.run(behind);
    expect(stuck(machine.kernel, 5)).toEqual([
      "kworker/u4:0+netns pernet_ops_rwsem write: unregister_netdevice_notifier fm_unload fm_reload_down devlink_reload devlink_pernet_pre_exit",
      "dump devlink_mutex exclusive: devlink_nl_cmd_get_dumpit genl_lock_dumpit netlink_dump __netlink_dump_start genl_family_rcv_msg_dumpit",
      "second genl_mutex exclusive: genl_rcv_msg netlink_rcv_skb genl_rcv netlink_unicast netlink_sendmsg",
      "ip pernet_ops_rwsem read: copy_net_ns",
    ]);
    const held = [...machine.kernel.tasks.values()].map((task) => task.held.map((hold) => `${hold.lock.name}:${hold.mode}`));
    expect(held.filter((names) => names.length > 0)).toEqual([
      ["pernet_ops_rwsem:read", "devlink_mutex:exclusive"],
      ["cb_lock:read", "nlk_cb_mutex-GENERIC:exclusive", "genl_mutex:exclusive"],
      ["cb_lock:read"],
    ]);
  });

  it("a request with a handle waits in pre_doit, also for a device that is not in the namespace", async () => {
    const machine = await withFake("v5.10.223", "global");
    await machine.run({ script: seed });
    await machine.run({
      show: async (current) => {
        const client = await devlinkClient(current, init_net(current.kernel));
        await client.request(current, DEVLINK_CMD_GET, handle("pci/0000:00:09.0"));
      },
    });
    expect(stuck(machine.kernel, 3)[1]).toBe("show devlink_mutex exclusive: devlink_nl_pre_doit genl_family_rcv_msg_doit genl_rcv_msg");
  });

  it("from v6.0 on only the instance's lock is held: devlink goes on, the stuck device is not there", async () => {
    const machine = await withFake("v6.3", "global");
    await machine.run({ script: seed });
    const answers: unknown[] = [];
    await machine.run({
      show: async (current) => {
        const client = await devlinkClient(current, init_net(current.kernel));
        answers.push((await client.dump(current, DEVLINK_CMD_GET)).messages.length);
        answers.push((await client.request(current, DEVLINK_CMD_GET, handle("pci/0000:00:09.0"))).errno);
        answers.push((await client.request(current, DEVLINK_CMD_GET, handle(DEVICE))).errno);
        await client.request(current, DEVLINK_CMD_RELOAD, handle("pci/0000:00:09.0"));
      },
      ip: behind.ip,
    });
    expect(answers).toEqual([1, 0, -19]);
    expect(stuck(machine.kernel, 6)).toEqual([
      "kworker/u4:0+netns pernet_ops_rwsem write: unregister_netdevice_notifier fm_unload fm_reload_down devlink_reload devlink_pernet_pre_exit ops_pre_exit_list",
      "show pernet_ops_rwsem write: unregister_netdevice_notifier fm_unload fm_reload_down devlink_reload devlink_nl_cmd_reload genl_family_rcv_msg_doit",
      "ip pernet_ops_rwsem read: copy_net_ns",
    ]);
  });

  it.each(["v5.9", "v5.10", "v5.10.223", "v6.3"] as const)("with a per-namespace notifier the device comes home (%s)", async (era) => {
    const machine = await withFake(era, "net");
    await machine.run({ script: seed });
    await machine.run(behind);
    expect(stuck(machine.kernel, 1)).toEqual([]);
    expect(homes(machine)).toEqual([`${DEVICE} init_net`, "pci/0000:00:09.0 init_net"]);
    expect(machine.kernel.bugs).toEqual([]);
  });

  it("does not block if the device has left the namespace before", async () => {
    const machine = await withFake("v5.10", "global");
    await machine.run({
      script: async (current) => {
        const foo = await newNet(current);
        await reloadInto(current, foo);
        const client = await devlinkClient(current, foo);
        await client.request(current, DEVLINK_CMD_RELOAD, (w) => handle(DEVICE)(w).u32(DEVLINK_ATTR_NETNS_PID, current.task.pid));
        await client.close(current);
        put_net(current, foo);
      },
    });
    expect(stuck(machine.kernel, 1)).toEqual([]);
    expect(homes(machine)).toEqual([`${DEVICE} init_net`, "pci/0000:00:09.0 init_net"]);
  });
});

describe("a reload in init_net meets the death of an empty namespace", () => {
  /** The reload is inside its reload_down, before the notifier, when the worker takes pernet_ops_rwsem. */
  async function abba(era: EraName, mode: "global" | "net"): Promise<Bench> {
    const machine = await bench(era);
    const fake = fakemlx5({ mode, downDelayMs: 20 });
    await machine.run({ modprobe: (current) => loadFake(current, fake, "0000:00:08.0") });
    await machine.run({
      devlink: async (current) => {
        const client = await devlinkClient(current, init_net(current.kernel));
        await client.request(current, DEVLINK_CMD_RELOAD, handle(DEVICE));
      },
      script: async (current) => {
        const empty = await newNet(current);
        await msleep(current, 5);
        put_net(current, empty);
      },
    });
    return machine;
  }

  it("closes a cycle of devlink_mutex and pernet_ops_rwsem with a global notifier", async () => {
    const machine = await abba("v5.10.223", "global");
    expect(stuck(machine.kernel, 6)).toEqual([
      "devlink pernet_ops_rwsem write: unregister_netdevice_notifier fm_unload fm_reload_down devlink_reload devlink_nl_cmd_reload genl_family_rcv_msg_doit",
      "kworker/u4:0+netns devlink_mutex exclusive: devlink_pernet_pre_exit ops_pre_exit_list cleanup_net process_one_work worker_thread kthread",
    ]);
  });

  it.each([
    ["v5.10.223", "net"],
    ["v6.3", "global"],
    ["v6.3", "net"],
  ] as const)("does not in %s with notifier %s", async (era, mode) => {
    const machine = await abba(era, mode);
    expect(stuck(machine.kernel, 1)).toEqual([]);
    expect(homes(machine)).toEqual([`${DEVICE} init_net`]);
  });
});
