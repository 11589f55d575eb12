/**
 * Proves generic netlink: which locks a request, a dump and a registration hold, what the controller answers, how groups
 * are numbered, and who waits behind whom when a family is stuck.
 */
import { describe, expect, it } from "vitest";
import {
  EEXIST,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  type Frame,
  Kernel,
  mutex,
  mutex_lock,
  spawnTask,
  stackNames,
  type Task,
} from "../../src/kernel/index.ts";
import {
  CTRL_ATTR_FAMILY_NAME,
  CTRL_CMD_DELFAMILY,
  CTRL_CMD_DELMCAST_GRP,
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_NEWFAMILY,
  CTRL_CMD_NEWMCAST_GRP,
  genl_dumpit_info,
  type genl_family,
  genl_family_attrs,
  genl_init,
  genl_register_family,
  genl_unregister_family,
  genlmsg,
  genlmsg_dump_put,
  genlmsg_multicast_netns,
  genlmsg_reply,
  type netlink_net,
} from "../../src/netlink/index.ts";
import { GenlClient } from "../support/genl.ts";
import { type Body, runKernel } from "../support/kernel.ts";

const GET = 1;
const WAIT = 2;
const VALUE = 1;

function held(current: Frame): string {
  return current.task.held.map(({ lock, mode }) => `${lock.name} ${mode}`).join(", ");
}

class Net implements netlink_net {
  get(): void {}
  put(): void {}
}

function family(name: string, parallel_ops: boolean, log: string[], gate?: mutex): genl_family {
  const self: genl_family = {
    name,
    version: 1,
    hdrsize: 0,
    maxattr: 1,
    mcgrps: [{ name: "config" }, { name: "other" }],
    netnsok: true,
    parallel_ops,
    pre_doit: async (_current, op, info) => {
      log.push(`pre ${op.cmd}`);
      info.user_ptr[0] = "from pre_doit";
      return info.attrs.u32(VALUE) === 13 ? -EINVAL : 0;
    },
    post_doit: async (_current, op) => void log.push(`post ${op.cmd}`),
    ops: [
      {
        cmd: GET,
        doit: async (current, info) => {
          log.push(`doit ${info.user_ptr[0]}: ${held(current)}`);
          const header = { portid: info.snd_portid, seq: info.snd_seq, flags: 0 };
          return genlmsg_reply(
            current,
            genlmsg(current, self, header, GET, (w) => w.u32(VALUE, 7)),
            info,
          );
        },
        dumpit: async (current, skb, cb) => {
          log.push(`dumpit of ${genl_dumpit_info(cb).family.name}: ${held(current)}`);
          while (cb.args[0] < 2 && genlmsg_dump_put(current, skb, self, GET, (w) => w.u32(VALUE, cb.args[0]))) cb.args[0]++;
          return skb.len;
        },
      },
      {
        cmd: WAIT,
        doit: async (current) => {
          if (gate !== undefined) await mutex_lock(current, gate);
          return 0;
        },
      },
    ],
  };
  return self;
}

interface Bench {
  readonly kernel: Kernel;
  readonly net: Net;
  run(bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]>;
}

async function bench(): Promise<Bench> {
  const kernel = new Kernel();
  const net = new Net();
  const run = async (bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]> => {
    const tasks = Object.entries(bodies).map(([comm, body]) => spawnTask(kernel, { comm, parent: null, body }) as Task);
    await runKernel(kernel);
    return tasks;
  };
  await run({ boot: (current) => genl_init(current, net) });
  return { kernel, net, run };
}

describe("requests", () => {
  it("run under cb_lock and genl_mutex, between pre_doit and post_doit; dumps under the socket's cb_mutex too", async () => {
    const log: string[] = [];
    const { net, run } = await bench();
    await run({
      test: async (current) => {
        await genl_register_family(current, family("serial", false, log));
        const client = await GenlClient.open(current, net, "serial");
        const answer = await client.request(current, GET);
        expect(answer.messages.map(({ attrs }) => attrs.u32(VALUE))).toEqual([7]);
        expect((await client.dump(current, GET)).messages.map(({ attrs }) => attrs.u32(VALUE))).toEqual([0, 1]);
      },
    });
    expect(log).toEqual([
      ...["pre 1", "doit from pre_doit: cb_lock read, genl_mutex exclusive", "post 1"],
      "dumpit of serial: cb_lock read, nlk_cb_mutex-GENERIC exclusive, genl_mutex exclusive",
      // The second datagram is made when the reader takes the first: no request is under way then.
      "dumpit of serial: nlk_cb_mutex-GENERIC exclusive, genl_mutex exclusive",
    ]);
  });

  it("of a parallel family do without genl_mutex", async () => {
    const log: string[] = [];
    const { net, run } = await bench();
    await run({
      test: async (current) => {
        await genl_register_family(current, family("parallel", true, log));
        const client = await GenlClient.open(current, net, "parallel");
        await client.request(current, GET);
        await client.dump(current, GET);
      },
    });
    expect(log.filter((line) => line.includes(":"))).toEqual([
      "doit from pre_doit: cb_lock read",
      "dumpit of parallel: cb_lock read, nlk_cb_mutex-GENERIC exclusive",
      "dumpit of parallel: nlk_cb_mutex-GENERIC exclusive",
    ]);
  });

  it("that nobody serves, or that pre_doit refuses, fail", async () => {
    const log: string[] = [];
    const { net, run } = await bench();
    await run({
      test: async (current) => {
        await genl_register_family(current, family("serial", false, log));
        const client = await GenlClient.open(current, net, "serial");
        expect((await client.request(current, 99)).errno).toBe(-EOPNOTSUPP);
        expect((await client.dump(current, WAIT)).errno).toBe(-EOPNOTSUPP);
        expect((await client.request(current, GET, (w) => w.u32(VALUE, 13))).errno).toBe(-EINVAL);
      },
    });
    expect(log).toEqual(["pre 1"]);
  });
});

describe("the controller", () => {
  it("knows itself and the families by name, and their groups", async () => {
    const { net, run } = await bench();
    await run({
      test: async (current) => {
        await genl_register_family(current, family("first", true, []));
        const client = await GenlClient.open(current, net, "nlctrl");
        const names = (await client.dump(current, CTRL_CMD_GETFAMILY)).messages.map(({ attrs }) => attrs.string(CTRL_ATTR_FAMILY_NAME));
        expect(names).toEqual(["nlctrl", "first"]);
        const missing = await client.request(current, CTRL_CMD_GETFAMILY, (w) => w.string(CTRL_ATTR_FAMILY_NAME, "nosuch"));
        expect(missing.errno).toBe(-ENOENT);
        expect((await client.request(current, CTRL_CMD_GETFAMILY)).errno).toBe(-EINVAL);
      },
    });
  });

  it("announces families and groups that come and go", async () => {
    const { net, run } = await bench();
    await run({
      test: async (current) => {
        const client = await GenlClient.open(current, net, "nlctrl");
        client.listen(current);
        const first = family("first", true, []);
        await genl_register_family(current, first);
        await genl_unregister_family(current, first);
        expect((await client.heard(current)).map(({ cmd }) => cmd)).toEqual([
          ...[CTRL_CMD_NEWFAMILY, CTRL_CMD_NEWMCAST_GRP, CTRL_CMD_NEWMCAST_GRP],
          ...[CTRL_CMD_DELMCAST_GRP, CTRL_CMD_DELMCAST_GRP, CTRL_CMD_DELFAMILY],
        ]);
      },
    });
  });
});

describe("registration", () => {
  it("gives ids in order and groups where there is room", async () => {
    const { kernel, run } = await bench();
    await run({
      test: async (current) => {
        const [a, b, c] = [family("a", true, []), family("b", true, []), family("c", true, [])];
        for (const each of [a, b]) expect(await genl_register_family(current, each)).toBe(0);
        expect(await genl_register_family(current, family("b", true, []))).toBe(-EEXIST);
        expect([genl_family_attrs(kernel, a), genl_family_attrs(kernel, b)]).toEqual([
          { id: 0x13, mcgrp_offset: 2 },
          { id: 0x14, mcgrp_offset: 4 },
        ]);
        expect([await genl_unregister_family(current, a), await genl_unregister_family(current, a)]).toEqual([0, -ENOENT]);
        await genl_register_family(current, c);
        expect(genl_family_attrs(kernel, c)).toEqual({ id: 0x15, mcgrp_offset: 2 });
        expect(await genl_register_family(current, { ...a, ops: [{ cmd: 1 }] })).toBe(-EINVAL);
        expect(genlmsg_multicast_netns(current, c, new Net(), new Uint8Array(20), 0, 2)).toBe(-EINVAL);
      },
    });
  });
});

it("a stuck request of a serial family stops even lookups; a family that unregisters then stops everybody", async () => {
  const { kernel, net, run } = await bench();
  const gate = new mutex(kernel, "gate");
  const parallel = family("parallel", true, []);
  const stuckOf = (task: Task | undefined): string =>
    `${task?.comm}: ${task?.wait?.on.name} in ${stackNames(task?.wait?.frame ?? null)
      .reverse()
      .slice(0, 2)
      .join(" ")}`;
  const clients: GenlClient[] = [];
  await run({
    prepare: async (current) => {
      await genl_register_family(current, family("serial", false, [], gate));
      await genl_register_family(current, parallel);
      for (const name of ["serial", "parallel", "parallel"]) clients.push(await GenlClient.open(current, net, name));
    },
  });
  const request =
    (index: number, cmd: number): Body =>
    async (current) =>
      void (await clients[index]?.request(current, cmd));
  const blocked = await run({
    holder: async (current) => void (await mutex_lock(current, gate)),
    stuck: request(0, WAIT),
    lookup: async (current) => void (await GenlClient.open(current, net, "parallel")),
    parallel: request(1, GET),
    unregister: async (current) => void (await genl_unregister_family(current, parallel)),
    late: request(2, GET),
  });
  expect(blocked.slice(1).map((task) => (task.alive ? stuckOf(task) : `${task.comm}: ended`))).toEqual([
    "stuck: gate in genl_family_rcv_msg_doit genl_rcv_msg",
    "lookup: genl_mutex in genl_rcv_msg netlink_rcv_skb",
    "parallel: ended",
    "unregister: cb_lock in genl_unregister_family",
    "late: cb_lock in genl_rcv netlink_unicast",
  ]);
});
