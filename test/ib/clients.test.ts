/**
 * Proves how ib_core tells its clients: in order of registration when a device comes, in reverse when it goes, under which
 * locks; that a client that refuses is not asked again; and that the end of a device waits for who still uses it.
 */
import { describe, expect, it } from "vitest";
import { ib_device_put, ib_device_try_get } from "../../src/ib/core/device.ts";
import type { ib_device } from "../../src/ib/index.ts";
import { ib_client, ib_register_client, ib_set_client_data, ib_unregister_client, mlx5_ib_cleanup } from "../../src/ib/index.ts";
import { type Frame, msleep } from "../../src/kernel/index.ts";
import { init_net } from "../../src/net/index.ts";
import { healthy, mlx5Bench, rdma, reload } from "../support/mlx5.ts";

/** Logs what it is told, and gets back what it has set when the device goes. */
function client(name: string, log: string[], answer = 0): ib_client {
  const locks = (current: Frame): string => current.task.held.map((hold) => `${hold.lock.name}:${hold.mode}`).join(" ");
  const made: ib_client = new ib_client({
    name,
    add: async (current, dev) => {
      log.push(`${name} add ${dev.index}: ${locks(current)}`);
      ib_set_client_data(current, dev, made, `${name}'s ${dev.index}`);
      return answer;
    },
    remove: async (current, _dev, data) => {
      log.push(`${name} remove ${data}: ${locks(current)}`);
    },
  });
  return made;
}

describe("clients", () => {
  it("see a reload as one device gone and another come", async () => {
    const log: string[] = [];
    const machine = await mlx5Bench();
    const first = client("first", log);
    const second = client("second", log);
    const never = client("never", log, -1);
    await machine.run({
      script: async (current) => {
        for (const each of [first, second, never]) await ib_register_client(current, each);
        await reload(current, init_net(current.kernel));
        for (const each of [never, second, first]) await ib_unregister_client(current, each);
      },
    });
    const reloading =
      "cb_lock:read genl_mutex:exclusive devlink_mutex:exclusive &dev->intf_state_mutex:exclusive mlx5_intf_mutex:exclusive";
    const adding = `${reloading} devices_rwsem:read clients_rwsem:read &device->client_data_rwsem:read`;
    const registering = "devices_rwsem:read &device->client_data_rwsem:read";
    expect(log).toEqual([
      `first add 0: ${registering}`,
      `second add 0: ${registering}`,
      `never add 0: ${registering}`,
      `second remove second's 0: ${reloading} &device->unregistration_lock:exclusive`,
      `first remove first's 0: ${reloading} &device->unregistration_lock:exclusive`,
      `first add 1: ${adding}`,
      `second add 1: ${adding}`,
      `never add 1: ${adding}`,
      "second remove second's 1: ",
      "first remove first's 1: ",
    ]);
    expect(healthy(machine.kernel)).toBe(true);
  });

  it("can keep a device for a while: its end waits", async () => {
    const machine = await mlx5Bench();
    const order: string[] = [];
    let kept: ib_device | null = null;
    const keeper = new ib_client({
      name: "keeper",
      add: async (current, dev) => {
        ib_device_try_get(current, dev);
        kept = dev;
        return 0;
      },
      remove: async () => {},
    });
    await machine.run({ setup: (current) => ib_register_client(current, keeper).then(() => {}) });
    await machine.run({
      rmmod: async (current) => {
        await mlx5_ib_cleanup(current);
        order.push("unregistered");
      },
      user: async (current) => {
        await msleep(current, 1000);
        order.push(`still used: ${rdma(current.kernel).length} visible`);
        if (kept !== null) ib_device_put(current, kept);
      },
    });
    expect(order).toEqual(["still used: 0 visible", "unregistered"]);
    expect(healthy(machine.kernel)).toBe(true);
  });
});
