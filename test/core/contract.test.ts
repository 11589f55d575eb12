/**
 * Proves how the rule of mlx5_core_net() is judged: no report in a healthy run, a report once another task reloads the
 * device meanwhile; and that the harm the rule is there to prevent does follow and is seen.
 */
import { describe, expect, it } from "vitest";
import { mlx5_ib_init } from "../../src/ib/index.ts";
import { type Frame, msleep } from "../../src/kernel/index.ts";
import { init_net, put_net } from "../../src/net/index.ts";
import { newNet } from "../support/devlink.ts";
import { type Mlx5Bench, mlx5Bench, NOTIFIERS, type NotifierName, reload, setUp } from "../support/mlx5.ts";

/** devlink dev reload DEVICE netns foo, and while the firmware is being taken down, modprobe mlx5_ib. */
async function race(notifier: NotifierName): Promise<Mlx5Bench> {
  const machine = await mlx5Bench({ notifier, ib: false });
  await machine.run({
    devlink: async (current) => {
      const foo = await newNet(current);
      expect((await reload(current, foo)).errno).toBe(0);
      await msleep(current, 100);
      // Back home: the notifier is looked for in foo, but stands on the chain of init_net.
      expect((await reload(current, init_net(current.kernel), foo)).errno).toBe(0);
      put_net(current, foo);
    },
    modprobe: async (current: Frame) => {
      await msleep(current, 3);
      await mlx5_ib_init(current, { notifier: NOTIFIERS[notifier] });
    },
  });
  return machine;
}

describe("mlx5_ib is loaded while the device is being reloaded", () => {
  it("net: the contract is broken, and a notifier of a freed port is called later", async () => {
    const machine = await race("net");
    expect(machine.kernel.bugs.map(({ kind, text }) => ({ kind, text: text.replace(/\/\d+/, "") }))).toEqual([
      { kind: "contract", text: "mlx5_core_net(0000:00:08.0) used by mlx5_add_netdev_notifier while devlink reloads the device" },
    ]);
    await machine.run({ ip: (current) => setUp(current, "eth0").then(() => {}) });
    expect(machine.kernel.bugs.at(-1)?.kind).toBe("use-after-free");
  });

  it.each<NotifierName>(["global", "dev_net"])("%s does not ask for the namespace: no harm", async (notifier) => {
    const machine = await race(notifier);
    await machine.run({ ip: (current) => setUp(current, "eth0").then(() => {}) });
    expect(machine.kernel.bugs).toEqual([]);
  });
});
