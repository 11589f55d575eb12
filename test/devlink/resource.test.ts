/** Proves how resources are registered, resized and told, and that a reload waits for sizes that add up. */
import { describe, expect, it } from "vitest";
import {
  DEVLINK_RESOURCE_ID_PARENT_TOP,
  devlink_reload_enable,
  devlink_resource_occ_get_register,
  devlink_resource_occ_get_unregister,
  devlink_resource_register,
  devlink_resource_size_get,
  devlink_resources_unregister,
} from "../../src/devlink/index.ts";
import { EINVAL, EOPNOTSUPP } from "../../src/kernel/index.ts";
import {
  Attributes,
  DEVLINK_ATTR_RESOURCE_ID,
  DEVLINK_ATTR_RESOURCE_LIST,
  DEVLINK_ATTR_RESOURCE_NAME,
  DEVLINK_ATTR_RESOURCE_OCC,
  DEVLINK_ATTR_RESOURCE_SIZE,
  DEVLINK_ATTR_RESOURCE_SIZE_NEW,
  DEVLINK_ATTR_RESOURCE_SIZE_VALID,
  DEVLINK_CMD_DPIPE_HEADERS_GET,
  DEVLINK_CMD_DPIPE_TABLE_GET,
  DEVLINK_CMD_RELOAD,
  DEVLINK_CMD_RESOURCE_DUMP,
  DEVLINK_CMD_RESOURCE_SET,
} from "../../src/netlink/index.ts";
import { handle } from "../support/devlink.ts";
import { DEV, withInstance } from "../support/instance.ts";

const TOP = DEVLINK_RESOURCE_ID_PARENT_TOP;
const params = { size_min: 2n, size_max: 100n, size_granularity: 2n };

/** Name, size, new size, occupancy, validity, and the same of what is below. */
function tree(list: Attributes | undefined): unknown[] {
  return [...(list ?? [])].map(({ value }) => {
    const one = Attributes.parse(value);
    return [
      one?.string(DEVLINK_ATTR_RESOURCE_NAME),
      one?.u64(DEVLINK_ATTR_RESOURCE_SIZE),
      one?.u64(DEVLINK_ATTR_RESOURCE_SIZE_NEW),
      one?.u64(DEVLINK_ATTR_RESOURCE_OCC),
      one?.u8(DEVLINK_ATTR_RESOURCE_SIZE_VALID),
      ...tree(one?.nested(DEVLINK_ATTR_RESOURCE_LIST)),
    ];
  });
}

describe("a resource", () => {
  it("is resized within its limits when the driver asks, and stops reloads while its parts are too large", async () => {
    const reloads: string[] = [];
    const ops = {
      reload_actions: 2,
      reload_down: async (): Promise<number> => reloads.push("down") * 0,
      reload_up: async (_c: unknown, _d: unknown, _a: number, _l: number, performed: { value: number }): Promise<number> => {
        performed.value = 2;
        return 0;
      },
    };
    await withInstance(ops, async (current, devlink, client) => {
      const register = (name: string, size: bigint, id: bigint, parent: bigint): Promise<number> =>
        devlink_resource_register(current, devlink, name, size, id, parent, params);
      expect((await client.request(current, DEVLINK_CMD_RESOURCE_DUMP, handle(DEV))).errno).toBe(-EOPNOTSUPP);
      expect(await register("all", 100n, 1n, TOP)).toBe(0);
      expect(await register("part", 60n, 2n, 1n)).toBe(0);
      expect(await register("other", 40n, 3n, 1n)).toBe(0);
      expect([await register("again", 2n, 3n, TOP), await register("orphan", 2n, 4n, 9n)]).toEqual([-EINVAL, -EINVAL]);
      await devlink_resource_occ_get_register(current, devlink, 2n, () => 7n);

      const set = async (id: bigint, size: bigint): Promise<unknown[]> => {
        const { errno, text } = await client.request(current, DEVLINK_CMD_RESOURCE_SET, (w) =>
          handle(DEV)(w).u64(DEVLINK_ATTR_RESOURCE_ID, id).u64(DEVLINK_ATTR_RESOURCE_SIZE, size),
        );
        return [errno, text];
      };
      const shown = async (): Promise<unknown[]> => {
        const { messages } = await client.request(current, DEVLINK_CMD_RESOURCE_DUMP, handle(DEV));
        return tree(messages[0]?.attrs.nested(DEVLINK_ATTR_RESOURCE_LIST));
      };
      expect(await set(2n, 102n)).toEqual([-EINVAL, "devlink: Size larger than maximum"]);
      expect(await set(2n, 0n)).toEqual([-EINVAL, "devlink: Size smaller than minimum"]);
      expect(await set(2n, 61n)).toEqual([-EINVAL, "devlink: Wrong granularity"]);
      expect(await set(9n, 60n)).toEqual([-EINVAL, null]);
      expect((await client.request(current, DEVLINK_CMD_RESOURCE_SET, handle(DEV))).errno).toBe(-EINVAL);

      await devlink_reload_enable(current, devlink);
      expect(await set(2n, 62n)).toEqual([0, null]);
      expect(await shown()).toEqual([
        ["all", 100n, undefined, undefined, 0, ["part", 60n, 62n, 7n, undefined], ["other", 40n, undefined, undefined, undefined]],
      ]);
      const refused = await client.request(current, DEVLINK_CMD_RELOAD, handle(DEV));
      expect([refused.errno, refused.text, reloads]).toEqual([-EINVAL, "devlink: resources size validation failed", []]);
      expect(await set(3n, 38n)).toEqual([0, null]);
      expect((await client.request(current, DEVLINK_CMD_RELOAD, handle(DEV))).errno).toBe(0);
      expect([await devlink_resource_size_get(current, devlink, 2n), await devlink_resource_size_get(current, devlink, 9n)]).toEqual([
        62n,
        null,
      ]);
      await devlink_resource_occ_get_unregister(current, devlink, 2n);
      expect(await shown()).toEqual([
        ["all", 100n, undefined, undefined, 1, ["part", 62n, undefined, undefined, undefined], ["other", 40n, 38n, undefined, undefined]],
      ]);
      await devlink_resources_unregister(current, devlink);
      expect((await client.request(current, DEVLINK_CMD_RESOURCE_DUMP, handle(DEV))).errno).toBe(-EOPNOTSUPP);
    });
  });

  it("is looked at beside match-action tables, of which there are none", async () => {
    await withInstance({}, async (current, _devlink, client) => {
      const tables = await client.request(current, DEVLINK_CMD_DPIPE_TABLE_GET, handle(DEV));
      expect([tables.errno, tables.messages.length]).toEqual([0, 1]);
      expect((await client.request(current, DEVLINK_CMD_DPIPE_HEADERS_GET, handle(DEV))).errno).toBe(-EOPNOTSUPP);
    });
  });
});
