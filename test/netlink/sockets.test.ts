/**
 * Proves netlink sockets: ports, groups, multicast by namespace, queues that overflow, waiting, acknowledgements with and
 * without words, and dumps of several datagrams.
 */
import { describe, expect, it } from "vitest";
import {
  EADDRINUSE,
  EAGAIN,
  EBUSY,
  EINTR,
  EINVAL,
  EmulatorBug,
  ENOBUFS,
  EPERM,
  EPROTONOSUPPORT,
  ESRCH,
  type Frame,
  Kernel,
  SIGKILL,
  send_sig,
  spawnTask,
  type Task,
} from "../../src/kernel/index.ts";
import {
  Attributes,
  encodeMessage,
  MSG_DONTWAIT,
  MSG_PEEK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_NO_ENOBUFS,
  NETLINK_RDMA,
  NL_SET_ERR_MSG,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  netlink_bind,
  netlink_broadcast,
  netlink_create,
  type netlink_dump_control,
  netlink_dump_start,
  netlink_has_listeners,
  netlink_kernel_create,
  type netlink_net,
  netlink_poll,
  netlink_rcv_skb,
  netlink_recvmsg,
  netlink_release,
  netlink_sendmsg,
  netlink_setsockopt,
  netlink_sock,
  POLLIN,
  parseMessages,
  SO_RCVBUF,
  SOL_NETLINK,
  SOL_SOCKET,
  viewOf,
} from "../../src/netlink/index.ts";
import { type Body, runKernel } from "../support/kernel.ts";

const ECHO = 0x20;
const FAIL = 0x21;
const DUMP = 0x22;

class Net implements netlink_net {
  references = 1;
  get(): void {
    this.references++;
  }
  put(): void {
    this.references--;
  }
}

/** Messages of about 10 kB, so that three fit into a datagram. */
const LARGE = 10_000;

interface Bench {
  readonly kernel: Kernel;
  readonly net: Net;
  run(bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]>;
}

/** A kernel whose NETLINK_RDMA echoes, fails, and dumps `count` large messages. */
function bench(count = 0, control: Partial<netlink_dump_control> = {}): Bench {
  const kernel = new Kernel();
  const dump: netlink_dump_control = {
    dump: async (_current, skb, cb) => {
      while (cb.args[0] < count && skb.nlmsg_put(DUMP, new Uint8Array(LARGE).fill(cb.args[0]))) cb.args[0]++;
      return skb.len;
    },
    ...control,
  };
  netlink_kernel_create(kernel, NETLINK_RDMA, {
    groups: 4,
    bind: (_current, group) => (group === 4 ? -EPERM : 0),
    input: (current, request) =>
      netlink_rcv_skb(current, request, async (frame, _request, nlh, extack) => {
        if (nlh.type === DUMP) return netlink_dump_start(frame, request, nlh, dump);
        if (nlh.type !== FAIL) return 0;
        NL_SET_ERR_MSG(extack, "it does not work");
        return -EINVAL;
      }),
  });
  const run = async (bodies: Readonly<Record<string, Body>>): Promise<readonly Task[]> => {
    const tasks = Object.entries(bodies).map(([comm, body]) => spawnTask(kernel, { comm, parent: null, body }) as Task);
    await runKernel(kernel);
    return tasks;
  };
  return { kernel, net: new Net(), run };
}

function open(current: Frame, net: Net): netlink_sock {
  const sock = netlink_create(current, net, NETLINK_RDMA);
  if (!(sock instanceof netlink_sock)) throw new Error(`netlink_create: ${sock}`);
  return sock;
}

function message(type: number, flags = NLM_F_REQUEST | NLM_F_ACK, payload = new Uint8Array(4)): Uint8Array {
  return encodeMessage({ type, flags, seq: 5, portid: 0, payload });
}

async function receive(current: Frame, sock: netlink_sock): Promise<string[] | number> {
  const bytes = await netlink_recvmsg(current, sock, MSG_DONTWAIT);
  if (typeof bytes === "number") return bytes;
  return (parseMessages(bytes) ?? []).map(({ type, flags, seq, payload }) => {
    if (type !== NLMSG_ERROR && type !== NLMSG_DONE) return `${type} flags ${flags} seq ${seq} first ${payload[0]}`;
    const errno = viewOf(payload).getInt32(0, true);
    const capped = (flags & NLM_F_CAPPED) !== 0 || type === NLMSG_DONE;
    const offset = type === NLMSG_DONE ? 4 : capped ? 20 : 4 + viewOf(payload).getUint32(4, true);
    const words = (flags & NLM_F_ACK_TLVS) === 0 ? "" : ` ${Attributes.parse(payload, offset)?.string(NLMSGERR_ATTR_MSG)}`;
    return `${type === NLMSG_DONE ? "done" : "error"} ${errno}${capped && type === NLMSG_ERROR ? " capped" : ""}${words}`;
  });
}

describe("ports", () => {
  it("are the task's pid, then others; a chosen one must be free", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const [a, b, c] = [open(current, net), open(current, net), open(current, net)];
        expect([netlink_bind(current, a, 0, 0), netlink_bind(current, b, 0, 0)]).toEqual([0, 0]);
        expect([a.portid, b.portid]).toEqual([current.task.pid, 0xffff_efff]);
        expect(netlink_bind(current, c, current.task.pid, 0)).toBe(-EADDRINUSE);
        expect([netlink_bind(current, c, 77, 0), netlink_bind(current, c, 78, 0)]).toEqual([0, -EINVAL]);
        expect(netlink_bind(current, open(current, new Net()), 77, 0)).toBe(0);
      },
    });
  });

  it("belong to sockets that keep their namespace, and only of protocols that the kernel knows", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        expect(netlink_create(current, net, 9)).toBe(-EPROTONOSUPPORT);
        const sock = open(current, net);
        expect(net.references).toBe(2);
        await netlink_release(current, sock);
        expect(net.references).toBe(1);
      },
    });
  });

  it("are created once for each protocol", () => {
    const { kernel } = bench();
    expect(() => netlink_kernel_create(kernel, NETLINK_RDMA, { groups: 0, input: async () => {} })).toThrow(EmulatorBug);
  });
});

describe("multicast", () => {
  it("reaches the members of the group in the namespace, but not who is left out", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const [a, b, elsewhere] = [open(current, net), open(current, net), open(current, new Net())];
        for (const sock of [a, b, elsewhere]) netlink_bind(current, sock, 0, 0b10);
        expect([netlink_has_listeners(current, net, NETLINK_RDMA, 2), netlink_has_listeners(current, net, NETLINK_RDMA, 1)]).toEqual([
          true,
          false,
        ]);
        expect(netlink_broadcast(current, net, NETLINK_RDMA, a.portid, 2, message(ECHO, 0))).toBe(0);
        expect(await receive(current, a)).toBe(-EAGAIN);
        expect(await receive(current, b)).toEqual(["32 flags 0 seq 5 first 0"]);
        expect(await receive(current, elsewhere)).toBe(-EAGAIN);
        expect(netlink_setsockopt(current, b, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, 2)).toBe(0);
        expect(netlink_broadcast(current, net, NETLINK_RDMA, a.portid, 2, message(ECHO, 0))).toBe(-ESRCH);
        expect(netlink_broadcast(current, null, NETLINK_RDMA, 0, 2, message(ECHO, 0))).toBe(0);
        expect(await receive(current, elsewhere)).toHaveLength(1);
      },
    });
  });

  it("is refused for groups that do not exist or that the protocol keeps", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const sock = open(current, net);
        const join = (group: number): number => netlink_setsockopt(current, sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
        expect([join(0), join(3), join(4), join(5)]).toEqual([-EINVAL, 0, -EPERM, -EINVAL]);
      },
    });
  });

  it("that finds a full queue is lost; the reader learns it once, unless it asked not to", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const [sock, careless] = [open(current, net), open(current, net)];
        for (const each of [sock, careless]) {
          netlink_bind(current, each, 0, 1);
          expect(netlink_setsockopt(current, each, SOL_SOCKET, SO_RCVBUF, 1)).toBe(0);
        }
        netlink_setsockopt(current, careless, SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
        const results = [1, 2, 3, 4, 5].map(() => netlink_broadcast(current, net, NETLINK_RDMA, 0, 1, message(ECHO, 0)));
        expect(results).toEqual([0, 0, 0, 0, -ENOBUFS]);
        expect(await receive(current, sock)).toBe(-ENOBUFS);
        for (const each of [sock, careless]) {
          for (let i = 0; i < 4; i++) expect(await receive(current, each)).toHaveLength(1);
          expect(await receive(current, each)).toBe(-EAGAIN);
        }
        expect(netlink_broadcast(current, net, NETLINK_RDMA, 0, 1, message(ECHO, 0))).toBe(0);
      },
    });
  });
});

describe("receiving", () => {
  it("waits for a datagram, or for a signal", async () => {
    const { kernel, net, run } = bench();
    const results: unknown[] = [];
    const socks: netlink_sock[] = [];
    const [reader] = await run({
      reader: async (current) => {
        const sock = open(current, net);
        socks.push(sock);
        netlink_bind(current, sock, 0, 1);
        results.push(typeof (await netlink_recvmsg(current, sock, 0)));
        results.push(await netlink_recvmsg(current, sock, 0));
      },
    });
    expect(reader?.state).toBe("TASK_INTERRUPTIBLE");
    await run({ sender: async (current) => void netlink_broadcast(current, net, NETLINK_RDMA, 0, 1, message(ECHO, 0)) });
    await run({ killer: async () => reader && send_sig(kernel, SIGKILL, reader) });
    expect(results).toEqual(["object", -EINTR]);
  });

  it("can look without taking", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const sock = open(current, net);
        expect(netlink_poll(current, sock) & POLLIN).toBe(0);
        await netlink_sendmsg(current, sock, message(ECHO));
        expect(netlink_poll(current, sock) & POLLIN).toBe(POLLIN);
        expect(await netlink_recvmsg(current, sock, MSG_PEEK)).toEqual(await netlink_recvmsg(current, sock, 0));
        expect(await receive(current, sock)).toBe(-EAGAIN);
      },
    });
  });
});

describe("acknowledgements", () => {
  it("come for errors and for who asks, with words and a short request only where wanted", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const sock = open(current, net);
        const ask = async (type: number, flags?: number): Promise<string[] | number> => {
          expect(await netlink_sendmsg(current, sock, message(type, flags))).toBe(20);
          return receive(current, sock);
        };
        expect(await ask(ECHO)).toEqual(["error 0 capped"]);
        expect(await ask(ECHO, NLM_F_REQUEST)).toBe(-EAGAIN);
        expect(await ask(FAIL, NLM_F_ACK)).toEqual(["error 0 capped"]);
        expect(await ask(FAIL, NLM_F_REQUEST)).toEqual(["error -22"]);
        netlink_setsockopt(current, sock, SOL_NETLINK, NETLINK_EXT_ACK, 1);
        expect(await ask(FAIL)).toEqual(["error -22 it does not work"]);
        netlink_setsockopt(current, sock, SOL_NETLINK, NETLINK_CAP_ACK, 1);
        expect(await ask(FAIL)).toEqual(["error -22 capped it does not work"]);
        expect(await ask(FAIL, 0)).toBe(-EAGAIN);
      },
    });
  });

  it("come for each message of a datagram", async () => {
    const { net, run } = bench();
    await run({
      test: async (current) => {
        const sock = open(current, net);
        await netlink_sendmsg(current, sock, new Uint8Array([...message(ECHO), ...message(FAIL)]));
        expect([await receive(current, sock), await receive(current, sock)]).toEqual([["error 0 capped"], ["error -22"]]);
      },
    });
  });
});

describe("a dump", () => {
  it("comes in datagrams, further ones when the reader has taken one, and ends with NLMSG_DONE", async () => {
    const { net, run } = bench(5);
    await run({
      test: async (current) => {
        const sock = open(current, net);
        await netlink_sendmsg(current, sock, message(DUMP));
        const line = (index: number): string => `34 flags ${NLM_F_MULTI} seq 5 first ${index}`;
        expect(sock.sk_receive_queue).toHaveLength(1);
        expect(await receive(current, sock)).toEqual([line(0), line(1), line(2)]);
        expect(await receive(current, sock)).toEqual([line(3), line(4)]);
        expect(await receive(current, sock)).toEqual(["done 0"]);
        expect(await receive(current, sock)).toBe(-EAGAIN);
        expect(sock.cb).toBeNull();
      },
    });
  });

  it("refuses another one on the same socket meanwhile", async () => {
    const { net, run } = bench(5);
    await run({
      test: async (current) => {
        const sock = open(current, net);
        await netlink_sendmsg(current, sock, message(DUMP));
        await netlink_sendmsg(current, sock, message(DUMP));
        await receive(current, sock);
        expect(await receive(current, sock)).toEqual([`error ${-EBUSY}`]);
      },
    });
  });

  it("hands on its error with the words, and is finished by its done callback, also when the socket is closed", async () => {
    let done = 0;
    const dump: Partial<netlink_dump_control> = {
      dump: async (_current, _skb, cb) => {
        NL_SET_ERR_MSG(cb.extack, "no luck");
        return -EINVAL;
      },
      done: async () => void done++,
    };
    const failing = bench(0, dump);
    await failing.run({
      test: async (current) => {
        const sock = open(current, failing.net);
        netlink_setsockopt(current, sock, SOL_NETLINK, NETLINK_EXT_ACK, 1);
        await netlink_sendmsg(current, sock, message(DUMP));
        expect(await receive(current, sock)).toEqual(["done -22 no luck"]);
      },
    });
    const closed = bench(5, { done: async () => void done++ });
    await closed.run({
      test: async (current) => {
        const sock = open(current, closed.net);
        await netlink_sendmsg(current, sock, message(DUMP));
        await netlink_release(current, sock);
      },
    });
    expect(done).toBe(2);
  });

  it("says so if what it shows has changed meanwhile", async () => {
    let generation = 1;
    const { net, run } = bench(0, {
      dump: async (_current, skb, cb) => {
        cb.seq = generation++;
        if (cb.args[0]++ < 2) skb.nlmsg_put(DUMP, new Uint8Array(4));
        return skb.len;
      },
    });
    await run({
      test: async (current) => {
        const sock = open(current, net);
        await netlink_sendmsg(current, sock, message(DUMP));
        expect(await receive(current, sock)).toEqual([`34 flags ${NLM_F_MULTI} seq 5 first 0`]);
        expect(await receive(current, sock)).toEqual([`34 flags ${NLM_F_MULTI | NLM_F_DUMP_INTR} seq 5 first 0`]);
      },
    });
  });
});
