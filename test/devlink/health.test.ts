/** Proves what follows from a reported error, what a reporter can be asked and told, and how a long message is cut into parts. */
import { describe, expect, it } from "vitest";
import {
  type devlink,
  type devlink_fmsg,
  devlink_fmsg_binary_pair_put,
  devlink_fmsg_bool_pair_put,
  devlink_fmsg_string_pair_put,
  devlink_fmsg_u8_put,
  devlink_health_report,
  type devlink_health_reporter,
  devlink_health_reporter_create,
  devlink_health_reporter_destroy,
  type devlink_health_reporter_ops,
  devlink_port_health_reporter_create,
  devlink_port_init,
  devlink_port_register,
} from "../../src/devlink/index.ts";
import { ECANCELED, EINVAL, EMSGSIZE, EOPNOTSUPP, type Frame, msleep } from "../../src/kernel/index.ts";
import {
  type Attributes,
  type AttributeWriter,
  DEVLINK_ATTR_FMSG,
  DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA,
  DEVLINK_ATTR_HEALTH_REPORTER,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS,
  DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_STATE,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
  DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR,
  DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET,
  DEVLINK_CMD_HEALTH_REPORTER_GET,
  DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
  DEVLINK_CMD_HEALTH_REPORTER_SET,
  DEVLINK_CMD_HEALTH_REPORTER_TEST,
} from "../../src/netlink/index.ts";
import { handle } from "../support/devlink.ts";
import type { GenlAnswer, GenlClient } from "../support/genl.ts";
import { DEV, withInstance } from "../support/instance.ts";

const about =
  (name: string, fill: (w: AttributeWriter) => void = () => {}) =>
  (w: AttributeWriter): void => {
    handle(DEV)(w).string(DEVLINK_ATTR_HEALTH_REPORTER_NAME, name);
    fill(w);
  };

/** State, errors, recoveries, whether there is a dump, as the message has them. */
function told(attrs: Attributes | undefined): unknown[] {
  const nest = attrs?.nested(DEVLINK_ATTR_HEALTH_REPORTER);
  return [
    nest?.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME),
    nest?.u8(DEVLINK_ATTR_HEALTH_REPORTER_STATE),
    nest?.u64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT),
    nest?.u64(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT),
    nest?.has(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS),
  ];
}

const state = async (current: Frame, client: GenlClient, name: string): Promise<unknown[]> =>
  told((await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_GET, about(name))).messages[0]?.attrs);

/** A reporter that does everything, and what was done. */
function complete(calls: string[], answers: { recover?: number; dump?: number } = {}): devlink_health_reporter_ops {
  return {
    name: "all",
    async recover(_current, _reporter, priv_ctx) {
      calls.push(`recover ${String(priv_ctx)}`);
      return answers.recover ?? 0;
    },
    async dump(_current, _reporter, fmsg, priv_ctx) {
      calls.push(`dump ${String(priv_ctx)}`);
      devlink_fmsg_bool_pair_put(fmsg, "flag", true);
      return answers.dump ?? 0;
    },
    async diagnose(_current, _reporter, fmsg) {
      return devlink_fmsg_string_pair_put(fmsg, "text", "fine");
    },
  };
}

function reporter(current: Frame, devlink: devlink, ops: devlink_health_reporter_ops, period = 0): Promise<devlink_health_reporter> {
  return devlink_health_reporter_create(current, devlink, ops, period);
}

describe("a report", () => {
  it("is counted, told, dumped and recovered from", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const calls: string[] = [];
      client.listen(current);
      const all = await reporter(current, devlink, complete(calls));
      expect(await devlink_health_report(current, all, "smoke")).toBe(0);
      expect(calls).toEqual(["dump smoke", "recover smoke"]);
      expect((await client.heard(current)).map(({ cmd, attrs }) => [cmd, ...told(attrs)])).toEqual([
        [DEVLINK_CMD_HEALTH_REPORTER_RECOVER, "all", 1, 1n, 0n, false],
        [DEVLINK_CMD_HEALTH_REPORTER_RECOVER, "all", 0, 1n, 1n, true],
      ]);
    });
  });

  it("is cancelled while the last error stands, and within the grace period of its recovery", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const calls: string[] = [];
      const all = await reporter(current, devlink, complete(calls), 100);
      expect(await devlink_health_report(current, all, 1)).toBe(0);
      expect(await devlink_health_report(current, all, 2)).toBe(-ECANCELED);
      expect(await state(current, client, "all")).toEqual(["all", 1, 2n, 1n, true]);
      await msleep(current, 101);
      expect(await devlink_health_report(current, all, 3)).toBe(-ECANCELED);
      expect(await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, about("all"))).toMatchObject({ errno: 0 });
      await msleep(current, 101);
      expect(await devlink_health_report(current, all, 4)).toBe(0);
      expect(await state(current, client, "all")).toEqual(["all", 0, 4n, 3n, true]);
      expect(calls).toEqual(["dump 1", "recover 1", "recover null", "recover 4"]);
    });
  });

  it("stays in error if the driver cannot recover, and does nothing that is switched off", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const calls: string[] = [];
      const all = await reporter(current, devlink, complete(calls, { recover: -EINVAL }));
      expect(await devlink_health_report(current, all, 1)).toBe(-EINVAL);
      expect(await state(current, client, "all")).toEqual(["all", 1, 1n, 0n, true]);
      const off = about("all", (w) => w.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, 0).u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, 0));
      expect(await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_SET, off)).toMatchObject({ errno: 0 });
      expect(await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR, about("all"))).toMatchObject({ errno: 0 });
      expect(await devlink_health_report(current, all, 2)).toBe(0);
      expect(await state(current, client, "all")).toEqual(["all", 1, 2n, 0n, false]);
      expect(calls).toEqual(["dump 1", "recover 1"]);
    });
  });
});

describe("a request about a reporter", () => {
  it("is refused for a name that is missing or unknown, and for what the driver has not", async () => {
    await withInstance(
      {},
      async (current, devlink, client) => {
        await reporter(current, devlink, { name: "bare" });
        const ask = async (cmd: number, fill: (w: AttributeWriter) => void): Promise<number> =>
          (await client.request(current, cmd, fill)).errno;
        const commands = [
          DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
          DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
          DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR,
          DEVLINK_CMD_HEALTH_REPORTER_TEST,
        ];
        for (const cmd of [DEVLINK_CMD_HEALTH_REPORTER_GET, DEVLINK_CMD_HEALTH_REPORTER_SET, ...commands]) {
          expect([cmd, await ask(cmd, about("bogus")), await ask(cmd, handle(DEV))]).toEqual([cmd, -EINVAL, -EINVAL]);
        }
        // A healthy reporter has nothing to recover from, also without a way to do it.
        expect(await ask(DEVLINK_CMD_HEALTH_REPORTER_RECOVER, about("bare"))).toBe(0);
        for (const cmd of commands.slice(1)) expect([cmd, await ask(cmd, about("bare"))]).toEqual([cmd, -EOPNOTSUPP]);
        for (const attr of [DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP])
          expect(
            await ask(
              DEVLINK_CMD_HEALTH_REPORTER_SET,
              about("bare", (w) => w.u8(attr, 1)),
            ),
          ).toBe(-EOPNOTSUPP);
        const period = about("bare", (w) => w.u64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, 5n));
        expect(await ask(DEVLINK_CMD_HEALTH_REPORTER_SET, period)).toBe(-EOPNOTSUPP);
        expect((await client.dump(current, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, about("bare"))).errno).toBe(-EOPNOTSUPP);
        expect((await client.dump(current, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, about("bogus"))).errno).toBe(-EINVAL);
      },
      "v6.3",
    );
  });

  it("to test itself is unknown to an older kernel", async () => {
    await withInstance({}, async (current, devlink, client) => {
      await reporter(current, devlink, { name: "bare", test: async () => 0 });
      expect((await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_TEST, about("bare"))).errno).toBe(-EOPNOTSUPP);
    });
  });

  it("is about the port that it names, and about the device if there is no such port", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const port = devlink_port_init();
      await devlink_port_register(current, devlink, port, 3);
      const onDevice = await reporter(current, devlink, { name: "tx" });
      const onPort = await devlink_port_health_reporter_create(current, devlink, port, { name: "tx" }, 0);
      await devlink_health_report(current, onPort);
      const of = async (index: number): Promise<unknown> => {
        const fill = about("tx", (w) => w.u32(DEVLINK_ATTR_PORT_INDEX, index));
        const { messages } = await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_GET, fill);
        return [messages[0]?.attrs.u32(DEVLINK_ATTR_PORT_INDEX), told(messages[0]?.attrs)[2]];
      };
      expect([await of(3), await of(4)]).toEqual([
        [3, 1n],
        [undefined, 0n],
      ]);
      const { messages } = await client.dump(current, DEVLINK_CMD_HEALTH_REPORTER_GET);
      expect(messages.map(({ attrs }) => attrs.u32(DEVLINK_ATTR_PORT_INDEX))).toEqual([undefined, 3]);
      await devlink_health_reporter_destroy(current, onPort);
      await devlink_health_reporter_destroy(current, onDevice);
      expect((await client.dump(current, DEVLINK_CMD_HEALTH_REPORTER_GET)).messages).toEqual([]);
    });
  });
});

describe("a formatted message", () => {
  const bytesIn = (answer: GenlAnswer): number[] =>
    answer.messages.flatMap(({ attrs }) => {
      const values = attrs.nested(DEVLINK_ATTR_FMSG)?.all(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA) ?? [];
      return values.map((value) => value.length);
    });

  it("is cut into messages of a page; a binary that fills one does not fit beside its type", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const binary = (name: string, length: number): devlink_health_reporter_ops => ({
        name,
        diagnose: async (_current, _reporter, fmsg) => devlink_fmsg_binary_pair_put(fmsg, "bytes", new Uint8Array(length)),
      });
      const many: devlink_health_reporter_ops = {
        name: "many",
        async diagnose(_current, _reporter, fmsg) {
          for (let i = 0; i < 400; i++) devlink_fmsg_u8_put(fmsg, i & 0xff);
          return 0;
        },
      };
      for (const ops of [binary("short", 3000), binary("long", 9000), many]) await reporter(current, devlink, ops);
      const ask = async (name: string): Promise<unknown[]> => {
        const answer = await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, about(name));
        return [answer.errno, answer.messages.length, bytesIn(answer).length];
      };
      expect([await ask("short"), await ask("long"), await ask("many")]).toEqual([
        [0, 1, 1],
        [-EMSGSIZE, 1, 0],
        [0, 2, 400],
      ]);
      const dump = {
        name: "dump",
        dump: async (_c: Frame, _r: unknown, fmsg: devlink_fmsg) => devlink_fmsg_binary_pair_put(fmsg, "bytes", new Uint8Array(9000)),
      };
      await reporter(current, devlink, dump);
      expect(bytesIn(await client.dump(current, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, about("dump")))).toEqual([3748, 3748, 1504]);
    });
  });

  it("refuses a value outside of a binary's array and a text that no message holds", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const seen: number[] = [];
      await reporter(current, devlink, {
        name: "odd",
        async diagnose(_current, _reporter, fmsg) {
          seen.push(devlink_fmsg_string_pair_put(fmsg, "text", "x".repeat(3748)));
          fmsg.putting_binary = true;
          seen.push(devlink_fmsg_u8_put(fmsg, 1));
          return -EINVAL;
        },
      });
      expect((await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, about("odd"))).errno).toBe(-EINVAL);
      expect(seen).toEqual([-EMSGSIZE, -EINVAL]);
    });
  });

  it("of a dump is kept until it is cleared; one that fails is not", async () => {
    await withInstance({}, async (current, devlink, client) => {
      const calls: string[] = [];
      const answers = { dump: 0 };
      await reporter(current, devlink, complete(calls, answers));
      const get = (): Promise<GenlAnswer> => client.dump(current, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, about("all"));
      expect(await get()).toMatchObject({ errno: 0, messages: [{}] });
      expect(await get()).toMatchObject({ errno: 0, messages: [{}] });
      expect(calls).toEqual(["dump null"]);
      await client.request(current, DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR, about("all"));
      answers.dump = -EINVAL;
      expect(await get()).toEqual({ errno: -EINVAL, text: null, messages: [] });
      expect(await state(current, client, "all")).toEqual(["all", 0, 0n, 0n, false]);
    });
  });
});
