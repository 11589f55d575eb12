/** One devlink instance `test/dev0` and a client of it: for tests of what a driver can hang on an instance. */
import { expect } from "vitest";
import { bus_register, type bus_type, device } from "../../src/base/index.ts";
import { type devlink, devlink_alloc, type devlink_ops, devlink_register } from "../../src/devlink/index.ts";
import type { Frame } from "../../src/kernel/index.ts";
import { init_net } from "../../src/net/index.ts";
import { bench, devlinkClient, type EraName } from "./devlink.ts";
import type { GenlClient } from "./genl.ts";

const bus: bus_type = { name: "test", match: () => false };

export const DEV = "test/dev0";

export async function withInstance(
  ops: devlink_ops,
  body: (current: Frame, devlink: devlink, client: GenlClient) => Promise<void>,
  era: EraName = "v5.10.223",
): Promise<void> {
  const machine = await bench(era);
  await machine.run({
    test: async (current) => {
      bus_register(current, bus);
      const devlink = devlink_alloc(current, ops, new device(current.kernel, "dev0", { bus }), null);
      await devlink_register(current, devlink);
      await body(current, devlink, await devlinkClient(current, init_net(current.kernel)));
    },
  });
  expect(machine.kernel.bugs).toEqual([]);
}
