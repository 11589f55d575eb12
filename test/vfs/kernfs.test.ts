/** Proves sysfs, debugfs and procfs as files: content by handlers in the calling task, errnos of stores, tags, removal that waits for users. */
import { expect, test } from "vitest";
import {
  EACCES,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOSPC,
  type Frame,
  type Kernel,
  stackNames,
  wait_once,
  wait_queue_head,
} from "../../src/kernel/index.ts";
import * as vfs from "../../src/vfs/index.ts";
import { runTask, runWithTree } from "../support/vfs.ts";

async function cat(current: Frame, name: string): Promise<string | number> {
  const fd = await vfs.do_sys_open(current, name, vfs.O_RDONLY, 0);
  if (fd < 0) return fd;
  let text = "";
  for (;;) {
    const bytes = await vfs.ksys_read(current, fd, 7);
    if (typeof bytes === "number") text += bytes;
    if (typeof bytes === "number" || bytes.length === 0) break;
    text += new TextDecoder().decode(bytes);
  }
  await vfs.close_fd(current, fd);
  return text;
}

async function echo(current: Frame, text: string, name: string): Promise<number> {
  const fd = await vfs.do_sys_open(current, name, vfs.O_WRONLY | vfs.O_TRUNC, 0);
  if (fd < 0) return fd;
  const result = await vfs.ksys_write(current, fd, new TextEncoder().encode(text));
  await vfs.close_fd(current, fd);
  return result;
}

function list(current: Frame, name: string): unknown {
  const entries = vfs.iterate_dir(current, name);
  return typeof entries === "number" ? entries : entries.map((entry) => entry.name);
}

/** A bus with a device, as drivers register them. */
function addDevice(current: Frame): vfs.kernfs_node {
  const devices = vfs.sysfs_ensure_dir(current, "bus/toy/devices");
  const device = vfs.sysfs_create_dir(current, vfs.sysfs_ensure_dir(current, "devices"), "toy0") as vfs.kernfs_node;
  vfs.sysfs_create_link(current, devices, device, "toy0");
  return device;
}

test("show and store run in the calling task; errors of a store are what write returns", async () => {
  const got: unknown[] = [];
  let value = "1";
  await runWithTree({
    t: async (current) => {
      const device = addDevice(current);
      const store = (frame: Frame, text: string): number => {
        got.push(stackNames(frame).join(" "), frame.task === current.task);
        value = text.trim();
        return value === "bad" ? -EINVAL : value === "full" ? -ENOSPC : text.length;
      };
      vfs.sysfs_create_file(current, device, { name: "value", mode: 0o644, show: () => `${value} and more\n`, store });
      vfs.sysfs_create_file(current, device, { name: "trigger", mode: 0o200, store: () => 0 });
      vfs.sysfs_create_file(current, device, { name: "broken", mode: 0o444, show: () => -ENODEV });
      got.push(await echo(current, "42\n", "/sys/bus/toy/devices/toy0/value"), await cat(current, "/sys/devices/toy0/value"));
      got.push(await echo(current, "bad", "/sys/devices/toy0/value"), await echo(current, "full", "/sys/devices/toy0/value"));
      got.push(
        await cat(current, "/sys/devices/toy0/trigger"),
        await echo(current, "x", "/sys/devices/toy0/broken"),
        await cat(current, "/sys/devices/toy0/broken"),
      );
      got.push(
        vfs.do_readlinkat(current, "/sys/bus/toy/devices/toy0"),
        vfs.sysfs_create_dir(current, vfs.sysfs_ensure_dir(current, "devices"), "toy0"),
      );
      const stat = vfs.vfs_statx(current, "/sys/devices/toy0/value", true);
      got.push(typeof stat === "object" && [stat.mode.toString(8), stat.size], list(current, "/sys/bus/toy"));
    },
  });
  const stack = "ksys_write vfs_write new_sync_write kernfs_fop_write_iter";
  expect(got).toEqual([
    stack,
    true,
    3,
    "42 and more\n",
    stack,
    true,
    stack,
    true,
    -EINVAL,
    -ENOSPC,
    -EACCES,
    -EACCES,
    String(-ENODEV),
    "../../../devices/toy0",
    -17,
    ["100644", 4096],
    ["devices"],
  ]);
});

test("who removes a file waits for the store that runs on it; a new open finds nothing, an old one gets ENODEV", async () => {
  const got: unknown[] = [];
  const gate = new wait_queue_head("gate");
  let device: vfs.kernfs_node;
  await runWithTree({
    writer: async (current) => {
      device = addDevice(current);
      const store = async (frame: Frame): Promise<number> => {
        await wait_once(frame, gate, "TASK_UNINTERRUPTIBLE");
        return 0;
      };
      vfs.sysfs_create_file(current, device, { name: "slow", mode: 0o200, store });
      got.push(await echo(current, "go", "/sys/devices/toy0/slow"), "written");
    },
    remover: async (current) => {
      const fd = await vfs.do_sys_open(current, "/sys/devices/toy0/slow", vfs.O_WRONLY, 0);
      const removal = vfs.sysfs_remove_dir(current, device);
      await removal;
      got.push("removed", await vfs.ksys_write(current, fd, new Uint8Array(1)));
    },
    watcher: async (current) => {
      const remover = [...current.kernel.tasks.values()].find((task) => task.comm === "remover");
      const wait = remover?.wait ?? null;
      got.push(
        remover?.state,
        wait?.on.kind,
        wait?.on.blockers(current.task).map((task) => task.comm),
        stackNames(wait?.frame ?? null).at(-1),
      );
      got.push(vfs.vfs_statx(current, "/sys/devices/toy0", true));
      gate.wake_up();
    },
  });
  expect(got).toEqual(["TASK_UNINTERRUPTIBLE", "reference", ["writer"], "__kernfs_remove", -ENOENT, 2, "written", "removed", -ENODEV]);
});

test("a file may remove itself from its own store", async () => {
  const got: unknown[] = [];
  await runWithTree({
    t: async (current) => {
      const device = addDevice(current);
      const store = async (frame: Frame): Promise<number> => {
        await vfs.sysfs_remove_file_self(frame, device, "remove");
        return 0;
      };
      vfs.sysfs_create_file(current, device, { name: "remove", mode: 0o200, store });
      got.push(await echo(current, "1", "/sys/devices/toy0/remove"), list(current, "/sys/devices/toy0"));
    },
  });
  expect(got).toEqual([1, []]);
});

test("tagged entries: each mount of sysfs shows those of its mounter's tag; they can be renamed and change their tag", async () => {
  const got: unknown[] = [];
  const [here, there] = [{}, {}];
  let tag = here;
  const kernel: Kernel = await runWithTree({});
  vfs.kobj_ns_type_register(kernel, () => tag);
  await runTask(kernel, "t", async (current) => {
    const net = vfs.sysfs_create_dir(current, vfs.sysfs_ensure_dir(current, "class"), "net", { tagsChildren: true }) as vfs.kernfs_node;
    vfs.sysfs_create_dir(current, net, "eth0", { ns: here });
    const other = vfs.sysfs_create_dir(current, net, "eth0", { ns: there }) as vfs.kernfs_node;
    vfs.sysfs_create_dir(current, net, "eth1", { ns: there });
    vfs.do_mount(current, "sysfs", "/mnt", "sysfs", 0, "");
    got.push(list(current, "/mnt/class/net"));
    tag = there;
    vfs.do_mount(current, "foo", "/mnt", "sysfs", 0, "");
    got.push(
      list(current, "/mnt/class/net"),
      vfs.sysfs_rename_dir(current, other, net, "eth1", there),
      vfs.sysfs_rename_dir(current, other, net, "eth7", here),
    );
    got.push(list(current, "/mnt/class/net"));
    await vfs.ksys_umount(current, "/mnt", 0);
    got.push(list(current, "/mnt/class/net"));
    await vfs.sysfs_remove_dir(current, other);
    got.push(list(current, "/mnt/class/net"));
  });
  expect(got).toEqual([["eth0"], ["eth0", "eth1"], -17, 0, ["eth1"], ["eth0", "eth7"], ["eth0"]]);
});

test("debugfs and procfs: knobs below /sys/kernel/debug and /proc/sys, entries of tasks, a task's stack", async () => {
  const got: unknown[] = [];
  const gate = new wait_queue_head("gate");
  await runWithTree({
    sleeper: async (current) => {
      await wait_once(current.enter("outer").enter("inner"), gate, "TASK_UNINTERRUPTIBLE");
    },
    t: async (current) => {
      const { kernel } = current;
      let timeout = 120;
      const write = (_frame: Frame, text: string): number => {
        timeout = Number(text);
        return Number.isNaN(timeout) ? -EINVAL : 0;
      };
      vfs.proc_create(kernel, "sys/kernel/hung_task_timeout_secs", { show: () => `${timeout}\n`, write });
      vfs.proc_pid_entry(kernel, "net/dev", { show: (_frame, task) => `of ${task.comm}\n` });
      const dir = vfs.debugfs_create_dir(current, "toy", null);
      vfs.debugfs_create_file(current, "knob", 0o600, dir, { show: () => "Y\n" });
      got.push(
        await cat(current, "/sys/kernel/debug/toy/knob"),
        await echo(current, "10", "/proc/sys/kernel/hung_task_timeout_secs"),
        timeout,
      );
      got.push(await echo(current, "ten", "/proc/sys/kernel/hung_task_timeout_secs"), await cat(current, "/proc/self/net/dev"));
      const sleeper = [...kernel.tasks.values()].find((task) => task.comm === "sleeper");
      got.push(
        await cat(current, `/proc/${sleeper?.pid}/stack`),
        await cat(current, `/proc/${sleeper?.pid}/comm`),
        await cat(current, "/proc/999/comm"),
      );
      got.push(
        await cat(current, "/proc/uptime"),
        await echo(current, "renamed\n", "/proc/self/comm"),
        current.task.comm,
        list(current, "/proc/self/ns"),
      );
      gate.wake_up();
      await vfs.remove_proc_entry(current, "sys/kernel/hung_task_timeout_secs");
      got.push(list(current, "/proc/sys/kernel"));
    },
  });
  expect(got).toEqual([
    "Y\n",
    2,
    10,
    -EINVAL,
    "of t\n",
    "[<0>] inner+0x27/0x147\n[<0>] outer+0x12d/0x194\n[<0>] do_syscall_64+0x41/0x171\n[<0>] entry_SYSCALL_64_after_hwframe+0x7f/0xa0\n",
    "sleeper\n",
    -ENOENT,
    "0.00 0.00\n",
    8,
    "renamed",
    ["mnt"],
    ["osrelease", "ostype"],
  ]);
});
