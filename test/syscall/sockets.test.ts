/** Proves netlink sockets as descriptors: who may be opened, sending and receiving, poll, references across fork, release at the end. */
import { expect, test } from "vitest";
import { EAFNOSUPPORT, EAGAIN, EBADF, EINVAL, ENOTSOCK, EPROTONOSUPPORT, type Frame } from "../../src/kernel/index.ts";
import { encodeMessage, netlink_kernel_create, nlmsg_unicast, parseMessages } from "../../src/netlink/index.ts";
import { nl_table } from "../../src/netlink/netlink-sock.ts";
import { POLLIN, S_IFMT, S_IFSOCK } from "../../src/vfs/index.ts";
import { readAll, runUserland, say, type UserlandOptions } from "../support/userland.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const PROTOCOL = 31;
const MSG_DONTWAIT = 0x40;

/** A kernel side that answers each message with the same payload and a type one higher. */
const echoing: UserlandOptions = {
  boot: async ({ kernel }) => {
    netlink_kernel_create(kernel, PROTOCOL, {
      groups: 0,
      input: async (current: Frame, { sock, bytes }) => {
        for (const message of parseMessages(bytes) ?? [])
          nlmsg_unicast(current, sock, encodeMessage({ ...message, type: message.type + 1 }));
      },
    });
  },
};

function message(text: string): Uint8Array {
  return encodeMessage({ type: 20, flags: 1, seq: 1, portid: 0, payload: new TextEncoder().encode(text) });
}

function show(bytes: Uint8Array | number): string {
  if (typeof bytes === "number") return String(bytes);
  return (parseMessages(bytes) ?? []).map(({ type, payload }) => `${type} ${new TextDecoder().decode(payload)}`).join();
}

test("a message goes to the kernel in the sender's task, the answer is there when send returns", async () => {
  const run = await runUserland(async (process) => {
    const fd = await process.socket(AF_NETLINK, SOCK_RAW, PROTOCOL);
    await say(process, `${await process.bindNetlink(fd, 0, 0)} ${show(await process.recv(fd, MSG_DONTWAIT))}`);
    await say(process, `${await process.poll([{ fd, events: POLLIN }], 1000)} ${await process.send(fd, message("hello"))}`);
    await say(process, `${await process.poll([{ fd, events: POLLIN }], null)} ${show(await process.recv(fd, 0))}`);
    const stat = await process.fstat(fd);
    const link = await process.readlink(`/proc/self/fd/${fd}`);
    await say(process, `${typeof stat === "object" && (stat.mode & S_IFMT) === S_IFSOCK} ${String(link).replace(/\d+/, "N")}`);
    return 0;
  }, echoing);
  expect([run.stdout, run.kernel.bugs]).toEqual([`0 ${-EAGAIN}\n 24\n3 21 hello\ntrue socket:[N]\n`, []]);
});

test("poll wakes when a datagram comes; a socket lives until its last descriptor is closed, at exit at the latest", async () => {
  const run = await runUserland(async (process) => {
    const fd = await process.socket(AF_NETLINK, SOCK_RAW, PROTOCOL);
    await process.fork(async (child) => {
      await child.nanosleep(1e6);
      await child.send(fd, message("from the child"));
      return 0;
    });
    await say(process, `${await process.poll([{ fd, events: POLLIN }], null)} ${show(await process.recv(fd, 0))}`);
    return 0;
  }, echoing);
  expect([run.stdout, nl_table(run.kernel).get(PROTOCOL)?.port(2).socks.size]).toEqual(["3 21 from the child\n", 0]);
});

test("errors", async () => {
  const run = await runUserland(async (process) => {
    const open = (domain: number, type: number, protocol: number): Promise<number> => process.socket(domain, type, protocol);
    await say(process, `${await open(2, 1, 0)} ${await open(AF_NETLINK, 1, PROTOCOL)} ${await open(AF_NETLINK, SOCK_RAW, 30)}`);
    await say(
      process,
      `${await process.send(99, message(""))} ${await process.send(1, message(""))} ${await process.setsockopt(0, 1, 1, 1)}`,
    );
    return 0;
  }, echoing);
  expect(run.stdout).toBe(`${-EAFNOSUPPORT} ${-EINVAL} ${-EPROTONOSUPPORT}\n${-EBADF} ${-ENOTSOCK} ${-ENOTSOCK}\n`);
});

test("pipes between tasks with dup2, as a shell builds them", async () => {
  const run = await runUserland(async (process) => {
    const [reading, writing] = (await process.pipe()) as readonly [number, number];
    await process.fork(async (child) => {
      await child.dup2(writing, 1);
      await child.close(reading);
      await child.close(writing);
      await say(child, "through the pipe");
      return 0;
    });
    await process.close(writing);
    await say(process, `got: ${await readAll(process, reading)}`);
    return 0;
  });
  expect(run.stdout).toBe("got: through the pipe\n\n");
});
