/** Proves the commands beside reload: what a device, its ports, parameters, information and modes answer. */
import { describe, expect, it } from "vitest";
import { bus_register, type bus_type, device } from "../../src/base/index.ts";
import {
  type devlink,
  devlink_alloc,
  devlink_info_driver_name_put,
  devlink_info_version_fixed_put,
  devlink_info_version_running_put,
  devlink_info_version_stored_put,
  type devlink_ops,
  devlink_param_driverinit_value_set,
  devlink_params_publish,
  devlink_params_register,
  devlink_port_attrs_set,
  devlink_port_init,
  devlink_port_register,
  devlink_port_type_eth_set,
  devlink_port_type_ib_set,
  devlink_register,
  devlink_unregister,
} from "../../src/devlink/index.ts";
import { EEXIST, EINVAL, ENODEV, EOPNOTSUPP, type Frame } from "../../src/kernel/index.ts";
import { alloc_etherdev, init_net, register_netdev } from "../../src/net/index.ts";
import {
  type Attributes,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_ESWITCH_ENCAP_MODE,
  DEVLINK_ATTR_ESWITCH_INLINE_MODE,
  DEVLINK_ATTR_ESWITCH_MODE,
  DEVLINK_ATTR_INFO_DRIVER_NAME,
  DEVLINK_ATTR_INFO_VERSION_FIXED,
  DEVLINK_ATTR_INFO_VERSION_NAME,
  DEVLINK_ATTR_INFO_VERSION_RUNNING,
  DEVLINK_ATTR_INFO_VERSION_STORED,
  DEVLINK_ATTR_INFO_VERSION_VALUE,
  DEVLINK_ATTR_PARAM,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_TYPE,
  DEVLINK_ATTR_PARAM_VALUE,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_PARAM_VALUE_DATA,
  DEVLINK_ATTR_PARAM_VALUES_LIST,
  DEVLINK_ATTR_PORT_FLAVOUR,
  DEVLINK_ATTR_PORT_IBDEV_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_PORT_NETDEV_NAME,
  DEVLINK_ATTR_PORT_NUMBER,
  DEVLINK_ATTR_PORT_TYPE,
  DEVLINK_CMD_ESWITCH_GET,
  DEVLINK_CMD_ESWITCH_SET,
  DEVLINK_CMD_GET,
  DEVLINK_CMD_INFO_GET,
  DEVLINK_CMD_PARAM_GET,
  DEVLINK_CMD_PARAM_SET,
  DEVLINK_CMD_PORT_GET,
  DEVLINK_ESWITCH_MODE_LEGACY,
  DEVLINK_ESWITCH_MODE_SWITCHDEV,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_PARAM_CMODE_RUNTIME,
  DEVLINK_PORT_FLAVOUR_PHYSICAL,
  DEVLINK_PORT_TYPE_ETH,
  DEVLINK_PORT_TYPE_IB,
  DEVLINK_PORT_TYPE_NOTSET,
  NLA_FLAG,
  NLA_STRING,
} from "../../src/netlink/index.ts";
import { bench, devlinkClient, handle } from "../support/devlink.ts";
import type { GenlAnswer, GenlClient } from "../support/genl.ts";

const bus: bus_type = { name: "test", match: () => false };
const DEV = "test/dev0";

/** Runs `body` with an instance test/dev0 and a client. */
async function withInstance(
  ops: devlink_ops,
  body: (current: Frame, devlink: devlink, client: GenlClient) => Promise<void>,
): Promise<void> {
  const machine = await bench("v5.10");
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

const first = (answer: GenlAnswer): Attributes => {
  const [message] = answer.messages;
  if (message === undefined) throw new Error(`no message, errno ${answer.errno}`);
  return message.attrs;
};

describe("a device", () => {
  it("is shown one by one and in a dump, in order of registration", async () => {
    await withInstance({}, async (current, devlink, client) => {
      await devlink_register(current, devlink_alloc(current, {}, new device(current.kernel, "dev1", { bus }), null));
      const names = (await client.dump(current, DEVLINK_CMD_GET)).messages.map(({ attrs }) => [
        attrs.string(DEVLINK_ATTR_BUS_NAME),
        attrs.string(DEVLINK_ATTR_DEV_NAME),
      ]);
      expect(names).toEqual([
        ["test", "dev0"],
        ["test", "dev1"],
      ]);
      expect(first(await client.request(current, DEVLINK_CMD_GET, handle("test/dev1"))).string(DEVLINK_ATTR_DEV_NAME)).toBe("dev1");
      expect((await client.request(current, DEVLINK_CMD_GET, handle("test/dev2"))).errno).toBe(-ENODEV);
      await devlink_unregister(current, devlink);
      expect((await client.request(current, DEVLINK_CMD_GET, handle(DEV))).errno).toBe(-ENODEV);
    });
  });

  it("fills as many datagrams as a long dump needs", async () => {
    await withInstance({}, async (current, _devlink, client) => {
      for (let i = 1; i < 400; i++)
        await devlink_register(current, devlink_alloc(current, {}, new device(current.kernel, `dev${i}`, { bus }), null));
      const names = (await client.dump(current, DEVLINK_CMD_GET)).messages.map(({ attrs }) => attrs.string(DEVLINK_ATTR_DEV_NAME));
      expect(names).toEqual(Array.from({ length: 400 }, (_, i) => `dev${i}`));
    });
  });
});

describe("a port", () => {
  it("is shown with flavour, number, and the netdev if that is in the instance's namespace", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const port = devlink_port_init();
      devlink_port_attrs_set(current, port, { flavour: "physical", port_number: 3 });
      expect(await devlink_port_register(current, devlink, port, 65535)).toBe(0);
      expect(await devlink_port_register(current, devlink, devlink_port_init(), 65535)).toBe(-EEXIST);
      const show = async (): Promise<unknown[]> => {
        const attrs = first(await client.request(current, DEVLINK_CMD_PORT_GET, (w) => handle(DEV)(w).u32(DEVLINK_ATTR_PORT_INDEX, 65535)));
        return [
          attrs.u16(DEVLINK_ATTR_PORT_TYPE),
          attrs.u16(DEVLINK_ATTR_PORT_FLAVOUR),
          attrs.u32(DEVLINK_ATTR_PORT_NUMBER),
          attrs.string(DEVLINK_ATTR_PORT_NETDEV_NAME),
        ];
      };
      expect(await show()).toEqual([DEVLINK_PORT_TYPE_NOTSET, DEVLINK_PORT_FLAVOUR_PHYSICAL, 3, undefined]);
      const netdev = alloc_etherdev(current);
      await register_netdev(current, netdev);
      await devlink_port_type_eth_set(current, port, netdev);
      expect(await show()).toEqual([DEVLINK_PORT_TYPE_ETH, DEVLINK_PORT_FLAVOUR_PHYSICAL, 3, "eth0"]);
      expect((await client.dump(current, DEVLINK_CMD_PORT_GET)).messages.length).toBe(1);
      await devlink_port_type_ib_set(current, port, { name: "mlx5_0" });
      const [only] = (await client.dump(current, DEVLINK_CMD_PORT_GET)).messages;
      expect([only?.attrs.u16(DEVLINK_ATTR_PORT_TYPE), only?.attrs.string(DEVLINK_ATTR_PORT_IBDEV_NAME)]).toEqual([
        DEVLINK_PORT_TYPE_IB,
        "mlx5_0",
      ]);
    });
  });

  it("that is not there is ENODEV, without an index EINVAL", async () => {
    await withInstance({}, async (current, _devlink, client) => {
      expect((await client.request(current, DEVLINK_CMD_PORT_GET, (w) => handle(DEV)(w).u32(DEVLINK_ATTR_PORT_INDEX, 99))).errno).toBe(
        -ENODEV,
      );
      expect((await client.request(current, DEVLINK_CMD_PORT_GET, handle(DEV))).errno).toBe(-EINVAL);
    });
  });
});

describe("information", () => {
  const ops: devlink_ops = {
    info_get: async (_current, _devlink, req) => {
      devlink_info_driver_name_put(req, "mlx5_core");
      devlink_info_version_fixed_put(req, "fw.psid", "MT_0000000008");
      devlink_info_version_running_put(req, "fw.version", "16.28.1002");
      devlink_info_version_stored_put(req, "fw.version", "16.28.2006");
      return 0;
    },
  };

  it("has driver and versions", async () => {
    await withInstance(ops, async (current, _devlink, client) => {
      const attrs = first(await client.request(current, DEVLINK_CMD_INFO_GET, handle(DEV)));
      const version = (type: number): unknown[] => {
        const nest = attrs.nested(type);
        return [nest?.string(DEVLINK_ATTR_INFO_VERSION_NAME), nest?.string(DEVLINK_ATTR_INFO_VERSION_VALUE)];
      };
      expect(attrs.string(DEVLINK_ATTR_INFO_DRIVER_NAME)).toBe("mlx5_core");
      expect(version(DEVLINK_ATTR_INFO_VERSION_FIXED)).toEqual(["fw.psid", "MT_0000000008"]);
      expect(version(DEVLINK_ATTR_INFO_VERSION_RUNNING)).toEqual(["fw.version", "16.28.1002"]);
      expect(version(DEVLINK_ATTR_INFO_VERSION_STORED)).toEqual(["fw.version", "16.28.2006"]);
    });
  });

  it("of a driver that tells nothing is not supported, and left out of a dump", async () => {
    await withInstance({}, async (current, _devlink, client) => {
      expect((await client.request(current, DEVLINK_CMD_INFO_GET, handle(DEV))).errno).toBe(-EOPNOTSUPP);
      const dump = await client.dump(current, DEVLINK_CMD_INFO_GET);
      expect([dump.errno, dump.messages.length]).toEqual([0, 0]);
    });
  });
});

describe("the eswitch", () => {
  it("answers with its handle alone if the driver has none, and cannot be set", async () => {
    await withInstance({}, async (current, _devlink, client) => {
      const attrs = first(await client.request(current, DEVLINK_CMD_ESWITCH_GET, handle(DEV)));
      expect([...attrs].map(({ type }) => type)).toEqual([DEVLINK_ATTR_BUS_NAME, DEVLINK_ATTR_DEV_NAME]);
      const set = await client.request(current, DEVLINK_CMD_ESWITCH_SET, (w) =>
        handle(DEV)(w).u16(DEVLINK_ATTR_ESWITCH_MODE, DEVLINK_ESWITCH_MODE_SWITCHDEV),
      );
      expect(set.errno).toBe(-EOPNOTSUPP);
    });
  });

  it("shows and changes its modes", async () => {
    let mode = DEVLINK_ESWITCH_MODE_LEGACY;
    const ops: devlink_ops = {
      eswitch_mode_get: async () => mode,
      eswitch_mode_set: async (_current, _devlink, wanted) => {
        mode = wanted;
        return 0;
      },
      eswitch_inline_mode_get: async () => -EOPNOTSUPP,
    };
    await withInstance(ops, async (current, _devlink, client) => {
      expect((await client.request(current, DEVLINK_CMD_ESWITCH_GET, handle(DEV))).errno).toBe(-EOPNOTSUPP);
      await client.request(current, DEVLINK_CMD_ESWITCH_SET, (w) =>
        handle(DEV)(w).u16(DEVLINK_ATTR_ESWITCH_MODE, DEVLINK_ESWITCH_MODE_SWITCHDEV),
      );
      expect(mode).toBe(DEVLINK_ESWITCH_MODE_SWITCHDEV);
    });
    const whole: devlink_ops = {
      eswitch_mode_get: async () => 1,
      eswitch_inline_mode_get: async () => 0,
      eswitch_encap_mode_get: async () => 1,
    };
    await withInstance(whole, async (current, _devlink, client) => {
      const attrs = first(await client.request(current, DEVLINK_CMD_ESWITCH_GET, handle(DEV)));
      expect([
        attrs.u16(DEVLINK_ATTR_ESWITCH_MODE),
        attrs.u8(DEVLINK_ATTR_ESWITCH_INLINE_MODE),
        attrs.u8(DEVLINK_ATTR_ESWITCH_ENCAP_MODE),
      ]).toEqual([1, 0, 1]);
    });
  });
});

describe("a parameter", () => {
  const policy = { value: "smfs" };
  const params = [
    { id: 1, name: "enable_roce", type: "bool", generic: true, supported_cmodes: 1 << DEVLINK_PARAM_CMODE_DRIVERINIT },
    {
      id: 2,
      name: "flow_steering_mode",
      type: "string",
      generic: false,
      supported_cmodes: 1 << DEVLINK_PARAM_CMODE_RUNTIME,
      get: async () => ({ value: policy.value }),
      set: async (_current: Frame, _devlink: devlink, _cmode: number, value: unknown) => {
        policy.value = String(value);
        return 0;
      },
      validate: (_current: Frame, _devlink: devlink, value: unknown) => (value === "smfs" || value === "dmfs" ? 0 : -EINVAL),
    },
  ] as const;

  async function registered(body: (current: Frame, client: GenlClient) => Promise<void>): Promise<void> {
    await withInstance({}, async (current, devlink, client) => {
      await devlink_params_register(current, devlink, params);
      await devlink_param_driverinit_value_set(current, devlink, 1, true);
      await devlink_params_publish(current, devlink);
      await body(current, client);
    });
  }

  const get = (current: Frame, client: GenlClient, name: string): Promise<GenlAnswer> =>
    client.request(current, DEVLINK_CMD_PARAM_GET, (w) => handle(DEV)(w).string(DEVLINK_ATTR_PARAM_NAME, name));

  const value = (answer: GenlAnswer): Attributes | undefined =>
    first(answer).nested(DEVLINK_ATTR_PARAM)?.nested(DEVLINK_ATTR_PARAM_VALUES_LIST)?.nested(DEVLINK_ATTR_PARAM_VALUE);

  it("is shown with its value in each mode", async () => {
    await registered(async (current, client) => {
      expect(value(await get(current, client, "enable_roce"))?.has(DEVLINK_ATTR_PARAM_VALUE_DATA)).toBe(true);
      expect(value(await get(current, client, "flow_steering_mode"))?.string(DEVLINK_ATTR_PARAM_VALUE_DATA)).toBe("smfs");
      expect((await client.dump(current, DEVLINK_CMD_PARAM_GET)).messages.length).toBe(2);
      expect((await get(current, client, "bogus")).errno).toBe(-EINVAL);
    });
  });

  it("is set in the modes it has: the driver's own at once, driverinit for the next reload", async () => {
    await registered(async (current, client) => {
      const set = async (name: string, type: number, cmode: number, text?: string): Promise<number> => {
        const answer = await client.request(current, DEVLINK_CMD_PARAM_SET, (w) => {
          handle(DEV)(w).string(DEVLINK_ATTR_PARAM_NAME, name).u8(DEVLINK_ATTR_PARAM_TYPE, type).u8(DEVLINK_ATTR_PARAM_VALUE_CMODE, cmode);
          if (text !== undefined) w.string(DEVLINK_ATTR_PARAM_VALUE_DATA, text);
        });
        return answer.errno;
      };
      expect(await set("flow_steering_mode", NLA_STRING, DEVLINK_PARAM_CMODE_RUNTIME, "dmfs")).toBe(0);
      expect(value(await get(current, client, "flow_steering_mode"))?.string(DEVLINK_ATTR_PARAM_VALUE_DATA)).toBe("dmfs");
      expect(await set("flow_steering_mode", NLA_STRING, DEVLINK_PARAM_CMODE_RUNTIME, "none")).toBe(-EINVAL);
      expect(await set("flow_steering_mode", NLA_STRING, DEVLINK_PARAM_CMODE_DRIVERINIT, "smfs")).toBe(-EOPNOTSUPP);
      expect(await set("flow_steering_mode", NLA_FLAG, DEVLINK_PARAM_CMODE_RUNTIME, "smfs")).toBe(-EINVAL);
      expect(await set("flow_steering_mode", NLA_STRING, DEVLINK_PARAM_CMODE_RUNTIME)).toBe(-EINVAL);
      expect(await set("bogus", NLA_FLAG, DEVLINK_PARAM_CMODE_RUNTIME)).toBe(-EINVAL);
      expect(await set("enable_roce", NLA_FLAG, DEVLINK_PARAM_CMODE_DRIVERINIT)).toBe(0);
      expect(value(await get(current, client, "enable_roce"))?.has(DEVLINK_ATTR_PARAM_VALUE_DATA)).toBe(false);
    });
  });
});
