/** Proves mounts and the references that nsfs files hold: bind, shared and slave mounts, lazy unmount, mount namespaces and their end. */
import { beforeEach, describe, expect, test } from "vitest";
import { EBUSY, EINVAL, ENODEV, ENOENT, ENOTDIR, EROFS, type Frame, type Kernel } from "../../src/kernel/index.ts";
import * as vfs from "../../src/vfs/index.ts";
import { runTask, runWithTree } from "../support/vfs.ts";

/** A namespace that counts the references held of it. */
class CountedNamespace implements vfs.ns_common {
  readonly type = "net";
  readonly inum = 4026532000;
  count = 0;
  get(): void {
    this.count++;
  }
  put(): void {
    this.count--;
  }
}

let ns: CountedNamespace;
let kernel: Kernel;

beforeEach(async () => {
  ns = new CountedNamespace();
  kernel = await runWithTree({});
  vfs.proc_ns_entry(kernel, "net", () => ns);
});

const run = (body: (current: Frame) => Promise<void>, comm = "task"): Promise<void> => runTask(kernel, comm, body);

/** What `ip netns add NAME` does, without the new namespace. */
async function netnsAdd(current: Frame, name: string): Promise<number[]> {
  const { MS_BIND, MS_REC, MS_SHARED } = vfs;
  const results = [vfs.do_mkdirat(current, "/run/netns", 0o755)];
  const share = (): number => vfs.do_mount(current, "", "/run/netns", "none", MS_SHARED | MS_REC, "");
  const shared = share();
  if (shared === -EINVAL) results.push(vfs.do_mount(current, "/run/netns", "/run/netns", "none", MS_BIND | MS_REC, ""), share());
  const fd = await vfs.do_sys_open(current, `/run/netns/${name}`, vfs.O_CREAT | vfs.O_EXCL, 0);
  results.push(fd, await vfs.close_fd(current, fd), vfs.do_mount(current, "/proc/self/ns/net", `/run/netns/${name}`, "none", MS_BIND, ""));
  return results;
}

/** What `ip netns exec` does to its mounts. */
async function enterOwnMounts(current: Frame): Promise<vfs.mnt_namespace> {
  const fs = vfs.current_fs(current);
  const own = await vfs.copy_mnt_ns(current, fs);
  const old = vfs.task_mnt_ns.get(current.task);
  vfs.task_mnt_ns.set(current.task, own);
  await old?.put(current);
  vfs.do_mount(current, "", "/", "none", vfs.MS_SLAVE | vfs.MS_REC, "");
  return own;
}

function isNamespace(current: Frame, path: string): boolean {
  const found = vfs.user_statfs(current, path);
  return typeof found !== "number" && found.type === vfs.NSFS_MAGIC;
}

describe("the names of network namespaces", () => {
  test("a bind mount holds the namespace until it is unmounted, and an open descriptor longer", async () => {
    const got: unknown[] = [];
    await run(async (current) => {
      got.push(await netnsAdd(current, "foo"), ns.count);
      const stat = vfs.vfs_statx(current, "/run/netns/foo", true);
      got.push(typeof stat === "object" && [stat.mode.toString(8), stat.ino], isNamespace(current, "/run/netns/foo"));
      const fd = await vfs.do_sys_open(current, "/run/netns/foo", vfs.O_RDONLY, 0);
      got.push(ns.count, vfs.ns_of_fd(current, fd) === ns, await vfs.do_unlinkat(current, "/run/netns/foo"));
      got.push(await vfs.ksys_umount(current, "/run/netns/foo", 0), await vfs.ksys_umount(current, "/run/netns/foo", vfs.MNT_DETACH));
      got.push(await vfs.do_unlinkat(current, "/run/netns/foo"), ns.count > 0, vfs.vfs_statx(current, "/run/netns/foo", true));
      await vfs.close_fd(current, fd);
      got.push(ns.count, vfs.vfs_statx(current, "/run/netns/foo", true));
    });
    expect(got).toEqual([[0, 0, 0, 0, 0, 0], 1, ["100444", 4026532000], true, 2, true, -EBUSY, -EBUSY, 0, 0, true, -ENOENT, 0, -ENOENT]);
  });

  test("an add that was cut off leaves an empty file of mode 000, which is no namespace", async () => {
    const got: unknown[] = [];
    await run(async (current) => {
      vfs.do_mkdirat(current, "/run/netns", 0o755);
      await vfs.close_fd(current, await vfs.do_sys_open(current, "/run/netns/bar", vfs.O_CREAT | vfs.O_EXCL, 0));
      const stat = vfs.vfs_statx(current, "/run/netns/bar", true);
      const fd = await vfs.do_sys_open(current, "/run/netns/bar", vfs.O_RDONLY, 0);
      got.push(typeof stat === "object" && stat.mode.toString(8), fd, vfs.ns_of_fd(current, fd), await vfs.do_rmdir(current, "/run/netns"));
    });
    expect(got).toEqual(["100000", 0, null, -39]);
  });

  test("a copy of the mounts holds it too, and follows the unmount of the original", async () => {
    const got: unknown[] = [];
    await run(async (current) => {
      await netnsAdd(current, "foo");
    });
    await run(async (current) => {
      await enterOwnMounts(current);
      got.push(ns.count);
      await runAs(current, async (other) => {
        got.push(await netnsAdd(other, "later"), ns.count, await vfs.ksys_umount(other, "/run/netns/foo", vfs.MNT_DETACH), ns.count);
        got.push(await vfs.do_unlinkat(other, "/run/netns/foo"));
      });
      got.push(vfs.vfs_statx(current, "/run/netns/foo", true), isNamespace(current, "/run/netns/later"));
      got.push(await vfs.ksys_umount(current, "/run/netns/later", vfs.MNT_DETACH), ns.count);
    });
    got.push(ns.count);
    expect(got).toEqual([2, [0, 0, 0, 0].map((_, i) => (i === 0 ? -17 : 0)), 4, 0, 2, 0, -ENOENT, true, 0, 1, 1]);
  });

  test("the end of a mount namespace lets go of what is mounted in it only", async () => {
    const got: unknown[] = [];
    await run(async (current) => {
      await enterOwnMounts(current);
      await netnsAdd(current, "mine");
      got.push(ns.count);
    });
    await run(async (current) => {
      got.push(ns.count, isNamespace(current, "/run/netns/mine"));
    });
    expect(got).toEqual([1, 0, false]);
  });

  test("a file on which another mount namespace has something mounted can be unlinked, and the mount goes", async () => {
    const got: unknown[] = [];
    await run(async (current) => {
      await vfs.close_fd(current, await vfs.do_sys_open(current, "/tmp/ns", vfs.O_CREAT, 0));
      await enterOwnMounts(current);
      vfs.do_mount(current, "/proc/self/ns/net", "/tmp/ns", "none", vfs.MS_BIND, "");
      got.push(ns.count, await vfs.do_unlinkat(current, "/tmp/ns"));
      await runAs(current, async (other) => void got.push(await vfs.do_unlinkat(other, "/tmp/ns")));
      got.push(ns.count);
    });
    expect(got).toEqual([1, -EBUSY, 0, 0]);
  });
});

/** Lets a frame of the current task see the tree as boot does. */
async function runAs(current: Frame, body: (other: Frame) => Promise<void>): Promise<void> {
  const { task } = current;
  const fs = vfs.task_fs.get(task);
  const mnt = vfs.task_mnt_ns.get(task);
  vfs.task_fs.set(task, undefined);
  vfs.task_mnt_ns.set(task, undefined);
  await body(current);
  vfs.task_fs.set(task, fs);
  vfs.task_mnt_ns.set(task, mnt);
}

test("errors of mount and umount", async () => {
  const got: unknown[] = [];
  await run(async (current) => {
    const mount = (source: string, target: string, type: string, flags: number): number =>
      vfs.do_mount(current, source, target, type, flags, "");
    got.push(mount("x", "/mnt", "ext9", 0), mount("x", "/none", "tmpfs", 0), mount("/none", "/mnt", "", vfs.MS_BIND));
    got.push(
      mount("/dev/null", "/mnt", "", vfs.MS_BIND),
      mount("", "/mnt", "", vfs.MS_SHARED),
      mount("", "/", "", vfs.MS_SHARED | vfs.MS_SLAVE),
    );
    got.push(await vfs.ksys_umount(current, "/mnt", 0), await vfs.ksys_umount(current, "/", 0), await vfs.ksys_umount(current, "/sys", 0));
    got.push(mount("x", "/dev/null", "tmpfs", 0), mount("", "/mnt", "", 8192));
  });
  expect(got).toEqual([-ENODEV, -ENOENT, -ENOENT, -ENOTDIR, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EBUSY, -ENOTDIR, -EINVAL]);
});

test("mounts cover each other, read-only mounts refuse changes, /proc/mounts lists them", async () => {
  const got: unknown[] = [];
  await run(async (current) => {
    vfs.do_mount(current, "one", "/mnt", "tmpfs", vfs.MS_NOSUID, "mode=700");
    vfs.do_mkdirat(current, "/mnt/in-one", 0o755);
    vfs.do_mount(current, "two", "/mnt", "tmpfs", vfs.MS_RDONLY, "");
    got.push(vfs.do_mkdirat(current, "/mnt/x", 0o755), vfs.vfs_statx(current, "/mnt/in-one", true));
    const fd = await vfs.do_sys_open(current, "/proc/mounts", vfs.O_RDONLY, 0);
    const bytes = await vfs.ksys_read(current, fd, 4096);
    got.push(typeof bytes === "object" && new TextDecoder().decode(bytes).split("\n").slice(-3));
    await vfs.__do_sys_chdir(current, "/mnt");
    got.push(await vfs.ksys_umount(current, "/mnt", 0), await vfs.ksys_umount(current, "/mnt", vfs.MNT_DETACH));
    got.push(typeof vfs.vfs_statx(current, "/mnt/in-one", true), vfs.d_path(current, vfs.current_fs(current).pwd));
  });
  expect(got).toEqual([
    -EROFS,
    -ENOENT,
    ["one /mnt tmpfs rw,nosuid,relatime,mode=700 0 0", "two /mnt tmpfs ro,relatime 0 0", ""],
    -EBUSY,
    0,
    "object",
    "/",
  ]);
});
