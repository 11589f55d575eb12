/** Proves unshare and setns over the real namespaces: `ip netns add` as calls, references by tasks, descriptors and mounts, and its death by SIGKILL. */
import { expect, test } from "vitest";
import {
  down_write,
  EBADF,
  EEXIST,
  EINVAL,
  type Frame,
  SIGKILL,
  SIGTERM,
  spawnTask,
  wait_once,
  wait_queue_head,
} from "../../src/kernel/index.ts";
import { pernet_ops_rwsem } from "../../src/net/index.ts";
import type { Process } from "../../src/syscall/index.ts";
import {
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  MNT_DETACH,
  MS_BIND,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
} from "../../src/vfs/index.ts";
import { readFile, runUserland, say, writeFile, zeroAfter } from "../support/userland.ts";

const MS = 1e6;
const O_CREAT_EXCL = 0o300;

async function netnsAdd(process: Process, name: string): Promise<number> {
  await process.mkdir("/run/netns", 0o755);
  if ((await process.mount("", "/run/netns", "none", MS_SHARED | MS_REC, "")) < 0) {
    await process.mount("/run/netns", "/run/netns", "none", MS_BIND | MS_REC, "");
    await process.mount("", "/run/netns", "none", MS_SHARED | MS_REC, "");
  }
  const fd = await process.open(`/run/netns/${name}`, O_CREAT_EXCL, 0);
  if (fd < 0) return fd;
  await process.close(fd);
  const unshared = await process.unshare(CLONE_NEWNET);
  return unshared < 0 ? unshared : process.mount("/proc/self/ns/net", `/run/netns/${name}`, "none", MS_BIND, "");
}

async function netnsDel(process: Process, name: string): Promise<string> {
  return `${await process.umount2(`/run/netns/${name}`, MNT_DETACH)} ${await process.unlink(`/run/netns/${name}`)}`;
}

async function netnsEnter(process: Process, name: string): Promise<string> {
  const fd = await process.open(`/run/netns/${name}`, 0);
  const entered = await process.setns(fd, CLONE_NEWNET);
  await process.close(fd);
  const own = await process.unshare(CLONE_NEWNS);
  const slave = await process.mount("", "/", "none", MS_SLAVE | MS_REC, "");
  return `${entered} ${own} ${slave}`;
}

const inChild = async (process: Process, body: (child: Process) => Promise<unknown>): Promise<string> => {
  const pid = await process.fork((child) => zeroAfter(body(child)));
  return JSON.stringify(await process.wait4(pid, 0)).replace(/"pid":\d+,/, "");
};

test("the last reference ends a namespace: task, descriptor, mount, in whatever order they go", async () => {
  const run = await runUserland(async (process) => {
    await inChild(process, async (child) => say(child, `add ${await netnsAdd(child, "foo")}`));
    const before = await process.readlink("/proc/self/ns/net");
    const fd = await process.open("/run/netns/foo", 0);
    const pid = await process.fork(async (child) => {
      await say(child, `enter ${await netnsEnter(child, "foo")} ${(await child.readlink("/proc/self/ns/net")) !== before}`);
      await child.nanosleep(50 * MS);
      return 0;
    });
    await process.nanosleep(10 * MS);
    await say(process, `del ${await netnsDel(process, "foo")}`);
    const work = (): Promise<unknown> => process.nanosleep(100 * MS);
    await work();
    await process.wait4(pid, 0);
    await say(process, `held by the descriptor: ${(await process.fstat(fd)) instanceof Object}`);
    await process.close(fd);
    await work();
    return 0;
  });
  expect([run.stdout, run.stderr, run.kernel.bugs]).toEqual(["add 0\nenter 0 0 0 true\ndel 0 0\nheld by the descriptor: true\n", "", []]);
  expect([...run.kernel.tasks.values()].filter((task) => !task.daemon)).toEqual([]);
});

test("events tell when the namespace is set up and when it is freed: after the last task that was in it", async () => {
  const order: string[] = [];
  await runUserland(
    async (process) => {
      await inChild(process, (child) => netnsAdd(child, "foo"));
      const pid = await process.fork(async (child) => {
        await netnsEnter(child, "foo");
        await child.nanosleep(50 * MS);
        order.push("task ends");
        return 0;
      });
      await process.nanosleep(10 * MS);
      await netnsDel(process, "foo");
      order.push("deleted");
      await process.wait4(pid, 0);
      return 0;
    },
    {
      boot: async ({ kernel }) => {
        kernel.events.attach({ event: (event) => void (event.type === "subsystem" && event.room === "net" && order.push(event.name)) });
      },
    },
  );
  expect(order.filter((name) => !name.startsWith("net_dev"))).toEqual(["net_setup", "deleted", "task ends", "net_dying", "net_free"]);
});

/** Boot leaves a task that holds pernet_ops_rwsem for write for ever. */
async function holdPernet(current: Frame): Promise<void> {
  const body = async (frame: Frame): Promise<void> => {
    await down_write(frame, pernet_ops_rwsem(frame.kernel));
    await wait_once(frame, new wait_queue_head("for ever"), "TASK_UNINTERRUPTIBLE");
  };
  spawnTask(current.kernel, { comm: "holder", parent: null, kthread: true, daemon: true, body });
}

test("ip netns add waits in copy_net_ns, in D state; a deadly signal ends it; the file stays, with mode 000", async () => {
  const run = await runUserland(
    async (process) => {
      for (const [name, signal] of [
        ["bar", SIGKILL],
        ["baz", SIGTERM],
      ] as const) {
        const pid = await process.fork((child) => netnsAdd(child, name));
        await process.nanosleep(10 * MS);
        const stack = String(await readFile(process, `/proc/${pid}/stack`));
        const state = String(await readFile(process, `/proc/${pid}/stat`)).split(" ")[2];
        await say(process, [state, ...stack.matchAll(/\w+(?=\+)/g)].join(" "));
        await process.kill(pid, signal);
        const ended = await process.wait4(pid, 0);
        const stat = await process.stat(`/run/netns/${name}`);
        await say(process, `${typeof ended === "object" && ended?.signal} ${typeof stat === "object" && stat.mode.toString(8)}`);
      }
      await say(process, await inChild(process, async (child) => say(child, await netnsEnter(child, "bar"))));
      await say(process, await inChild(process, async (child) => say(child, String(await netnsAdd(child, "bar")))));
      return 0;
    },
    { boot: holdPernet },
  );
  const where =
    "D copy_net_ns create_new_namespaces unshare_nsproxy_namespaces ksys_unshare __x64_sys_unshare do_syscall_64 entry_SYSCALL_64_after_hwframe";
  expect(run.stdout.split("\n")).toEqual([
    where,
    "9 100000",
    where,
    "15 100000",
    `${-EINVAL} 0 0`,
    '{"exitCode":0,"signal":0}',
    String(-EEXIST),
    '{"exitCode":0,"signal":0}',
    "",
  ]);
});

test("errors", async () => {
  const run = await runUserland(async (process) => {
    const file = await process.open("/etc", 0);
    const net = await process.open("/proc/self/ns/net", 0);
    await say(
      process,
      `${await process.setns(99, 0)} ${await process.setns(file, 0)} ${await process.setns(net, CLONE_NEWNS)} ${await process.setns(net, 0)}`,
    );
    await say(process, `${await process.unshare(CLONE_NEWUSER)} ${await process.unshare(0)}`);
    return 0;
  });
  expect(run.stdout).toBe(`${-EBADF} ${-EINVAL} ${-EINVAL} 0\n${-EINVAL} 0\n`);
});

test("a host name of one's own", async () => {
  const run = await runUserland(async (process) => {
    await inChild(process, async (child) => {
      await child.unshare(CLONE_NEWUTS);
      await writeFile(child, "/proc/sys/kernel/hostname", "inner\n");
      await say(child, `${child.uname().nodename} ${await readFile(child, "/proc/sys/kernel/hostname")}`);
    });
    await say(process, process.uname().nodename);
    return 0;
  });
  expect(run.stdout).toBe("inner inner\n\n(none)\n");
});
