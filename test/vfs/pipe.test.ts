/** Proves pipes and fifos: order of bytes, capacity, blocking of both sides, end of file, EPIPE with SIGPIPE, poll, flock. */
import { expect, test } from "vitest";
import { EAGAIN, EINTR, type Frame, SIGPIPE, SIGUSR1, schedule_timeout, send_sig, type Task } from "../../src/kernel/index.ts";
import * as vfs from "../../src/vfs/index.ts";
import { runTask, runWithTree } from "../support/vfs.ts";

const CAPACITY = 65_536;

/** Two tasks that share a pipe; the second gets the descriptors of the first under the same numbers. */
async function withPipe(
  first: (current: Frame, reading: number, writing: number) => Promise<void>,
  second: (current: Frame, reading: number, writing: number) => Promise<void>,
): Promise<{ first: Task | null; blocked: string[] }> {
  let ends: readonly [number, number] = [-1, -1];
  let shared: vfs.files_struct | undefined;
  let owner: Task | null = null;
  const kernel = await runWithTree({
    first: async (current) => {
      ends = (await vfs.do_pipe2(current, 0)) as readonly [number, number];
      shared = vfs.dup_fd(current, vfs.task_files.get(current.task) as vfs.files_struct);
      owner = current.task;
      await first(current, ...ends);
    },
    second: async (current) => {
      vfs.task_files.set(current.task, shared);
      await second(current, ...ends);
    },
  });
  return { first: owner, blocked: [...kernel.tasks.values()].map((task) => `${task.comm} ${task.wait?.on.kind}`) };
}

test("a reader waits for bytes and meets the end when the last writer is gone", async () => {
  const got: string[] = [];
  const run = await withPipe(
    async (current, reading, writing) => {
      await vfs.close_fd(current, writing);
      for (;;) {
        const bytes = await vfs.ksys_read(current, reading, 4);
        got.push(typeof bytes === "number" ? String(bytes) : new TextDecoder().decode(bytes));
        if (typeof bytes === "number" || bytes.length === 0) return;
      }
    },
    async (current, reading, writing) => {
      await vfs.close_fd(current, reading);
      await vfs.ksys_write(current, writing, new TextEncoder().encode("abc"));
      await vfs.ksys_write(current, writing, new TextEncoder().encode("defg"));
    },
  );
  expect([got, run.blocked]).toEqual([["abcd", "efg", ""], []]);
});

test("64 KiB fit; a writer waits for room and all bytes arrive in order", async () => {
  const size = 3 * CAPACITY + 5;
  const sent = new Uint8Array(size).map((_, i) => i % 251);
  const received: number[] = [];
  let written = 0;
  await withPipe(
    async (current, reading, writing) => {
      await vfs.close_fd(current, reading);
      written = await vfs.ksys_write(current, writing, sent);
    },
    async (current, reading, writing) => {
      await vfs.close_fd(current, writing);
      for (;;) {
        const bytes = await vfs.ksys_read(current, reading, 10_000);
        if (typeof bytes === "number" || bytes.length === 0) return;
        received.push(...bytes);
      }
    },
  );
  expect([written, received.length, received.every((byte, i) => byte === sent[i])]).toEqual([size, size, true]);
});

test("nonblocking: EAGAIN when empty, part of it when nearly full, EAGAIN when full", async () => {
  const got: unknown[] = [];
  await runWithTree({
    t: async (current) => {
      const [reading, writing] = (await vfs.do_pipe2(current, vfs.O_NONBLOCK)) as readonly [number, number];
      got.push(await vfs.ksys_read(current, reading, 1), await vfs.ksys_write(current, writing, new Uint8Array(2 * CAPACITY)));
      got.push(await vfs.ksys_write(current, writing, new Uint8Array(1)));
    },
  });
  expect(got).toEqual([-EAGAIN, CAPACITY, -EAGAIN]);
});

test("without readers a write fails with EPIPE and raises SIGPIPE", async () => {
  const got: unknown[] = [];
  await runWithTree({
    t: async (current) => {
      const [reading, writing] = (await vfs.do_pipe2(current, 0)) as readonly [number, number];
      await vfs.close_fd(current, reading);
      got.push(await vfs.ksys_write(current, writing, new Uint8Array(1)), [...current.task.pending]);
    },
  });
  expect(got).toEqual([-32, [SIGPIPE]]);
});

test("a signal ends the wait of a reader", async () => {
  const got: unknown[] = [];
  const run = await withPipe(
    async (current, reading) => {
      got.push(await vfs.ksys_read(current, reading, 1));
      current.task.dequeue(SIGUSR1);
    },
    async (current) => {
      const reader = [...current.kernel.tasks.values()].find((task) => task.comm === "first") as Task;
      got.push(reader.state, reader.wait?.on.kind);
      send_sig(current.kernel, SIGUSR1, reader);
    },
  );
  expect([got, run.blocked]).toEqual([["TASK_INTERRUPTIBLE", "pipe", -EINTR], []]);
});

test("a fifo's opener waits for the other side", async () => {
  const got: string[] = [];
  const kernel = await runWithTree({
    reader: async (current) => {
      vfs.do_mkfifo(current, "/tmp/fifo", 0o600);
      const fd = await vfs.do_sys_open(current, "/tmp/fifo", vfs.O_RDONLY, 0);
      got.push("reader is in");
      const bytes = await vfs.ksys_read(current, fd, 10);
      got.push(typeof bytes === "number" ? String(bytes) : new TextDecoder().decode(bytes));
    },
    writer: async (current) => {
      got.push("writer comes");
      const fd = await vfs.do_sys_open(current, "/tmp/fifo", vfs.O_WRONLY, 0);
      await vfs.ksys_write(current, fd, new TextEncoder().encode("x"));
    },
  });
  expect([got, kernel.tasks.size]).toEqual([["writer comes", "reader is in", "x"], 0]);
});

test("poll waits for the first of several files, and for a time", async () => {
  const got: unknown[] = [];
  await withPipe(
    async (current, reading, writing) => {
      const idle = (await vfs.do_pipe2(current, 0)) as readonly [number, number];
      const wanted = [
        { fd: idle[0], events: vfs.POLLIN },
        { fd: reading, events: vfs.POLLIN },
      ];
      got.push(await vfs.do_sys_poll(current, wanted, 1000), current.kernel.clock.now);
      got.push(await vfs.do_sys_poll(current, wanted, null));
      got.push(
        await vfs.do_sys_poll(
          current,
          [
            { fd: 99, events: 0 },
            { fd: writing, events: vfs.POLLOUT },
          ],
          0,
        ),
      );
      await vfs.ksys_write(current, idle[1], new Uint8Array(1));
    },
    async (current, _reading, writing) => {
      await schedule_timeout(current, 5000, "TASK_UNINTERRUPTIBLE");
      await vfs.ksys_write(current, writing, new Uint8Array(1));
    },
  );
  expect(got).toEqual([
    [],
    1000,
    [{ fd: 0, revents: vfs.POLLIN }],
    [
      { fd: 99, revents: vfs.POLLNVAL },
      { fd: 1, revents: vfs.POLLOUT },
    ],
  ]);
});

test("flock: exclusive waits for shared, belongs to the open file, goes with its last close", async () => {
  const got: string[] = [];
  const kernel = await runWithTree({});
  await runTask(kernel, "holder", async (current) => {
    const fd = await vfs.do_sys_open(current, "/tmp/lock", vfs.O_CREAT, 0o600);
    const other = await vfs.do_sys_open(current, "/tmp/lock", 0, 0);
    const again = await vfs.f_dupfd(current, fd, 0, false);
    got.push(String(await vfs.__do_sys_flock(current, fd, vfs.LOCK_SH)), String(await vfs.__do_sys_flock(current, other, vfs.LOCK_SH)));
    got.push(String(await vfs.__do_sys_flock(current, other, vfs.LOCK_EX | vfs.LOCK_NB)));
    await vfs.close_fd(current, fd);
    got.push(String(await vfs.__do_sys_flock(current, other, vfs.LOCK_EX | vfs.LOCK_NB)));
    await vfs.close_fd(current, again);
    got.push(
      String(await vfs.__do_sys_flock(current, other, vfs.LOCK_EX | vfs.LOCK_NB)),
      String(await vfs.__do_sys_flock(current, other, 3)),
    );
  });
  expect(got).toEqual(["0", "0", String(-EAGAIN), String(-EAGAIN), "0", "-22"]);
});
