/** Proves the walk of names and what changes a tree: links, errors of each call, open flags, sizes and link counts, listings. */
import { describe, expect, test } from "vitest";
import {
  EBADF,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  ESPIPE,
  EXDEV,
} from "../../src/kernel/index.ts";
import * as vfs from "../../src/vfs/index.ts";
import { runWithTree } from "../support/vfs.ts";

const { O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, O_APPEND, O_DIRECTORY, O_NOFOLLOW } = vfs;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array | number): string => (typeof content === "number" ? String(content) : new TextDecoder().decode(content));

/** Runs one body in a task and gives back what it collected. */
async function inTree(body: (current: Parameters<typeof vfs.do_sys_open>[0], got: unknown[]) => Promise<void>): Promise<unknown[]> {
  const got: unknown[] = [];
  const kernel = await runWithTree({ t: (current) => body(current, got) });
  expect(kernel.bugs).toEqual([]);
  return got;
}

test("names: symbolic links, dot-dot, slashes, loops and lengths", async () => {
  const got = await inTree(async (current, out) => {
    vfs.do_mkdirat(current, "/tmp/a", 0o755);
    vfs.do_mkdirat(current, "/tmp/a/b", 0o755);
    vfs.do_symlinkat(current, "a/b", "/tmp/rel");
    vfs.do_symlinkat(current, "/tmp/a", "/tmp/a/b/abs");
    vfs.do_symlinkat(current, "loop", "/tmp/loop");
    vfs.do_symlinkat(current, "nowhere", "/tmp/dangling");
    const kind = (name: string, follow = true): unknown => {
      const stat = vfs.vfs_statx(current, name, follow);
      return typeof stat === "number" ? stat : (stat.mode >> 12).toString(8);
    };
    out.push(kind("/tmp/rel/abs/b/../../rel/"), kind("/tmp/rel"), kind("/tmp/rel", false), kind("/tmp/rel/", false));
    out.push(kind("/../../tmp"), kind("/tmp/loop"), kind("/tmp/dangling"), kind("/tmp/dangling", false), kind(""));
    out.push(kind("/dev/null/x"), kind("/dev/null/"), kind(`/tmp/${"n".repeat(256)}`), kind(`/${"n/".repeat(3000)}`));
    out.push(vfs.do_readlinkat(current, "/tmp/rel"), vfs.do_readlinkat(current, "/tmp/a"), vfs.do_readlinkat(current, "/proc/self"));
    await vfs.__do_sys_chdir(current, "/tmp/rel");
    out.push(vfs.d_path(current, vfs.current_fs(current).pwd), kind("../b"), await vfs.__do_sys_chdir(current, "/dev/null"));
  });
  expect(got).toEqual([
    "4",
    "4",
    "12",
    "4",
    "4",
    -ELOOP,
    -ENOENT,
    "12",
    -ENOENT,
    -ENOTDIR,
    -ENOTDIR,
    -ENAMETOOLONG,
    -ENAMETOOLONG,
    "a/b",
    -EINVAL,
    "2",
    "/tmp/a/b",
    "4",
    -ENOTDIR,
  ]);
});

describe("open", () => {
  test("flags and their errors", async () => {
    const got = await inTree(async (current, out) => {
      const open = async (name: string, flags: number, mode = 0o666): Promise<number> => await vfs.do_sys_open(current, name, flags, mode);
      out.push(await open("/tmp/f", O_WRONLY), await open("/tmp/f", O_CREAT | O_WRONLY), await open("/tmp/f", O_CREAT | O_EXCL));
      vfs.do_symlinkat(current, "f", "/tmp/link");
      vfs.do_symlinkat(current, "made", "/tmp/dangling");
      out.push(
        await open("/tmp/link", O_NOFOLLOW),
        await open("/tmp/link", O_DIRECTORY),
        await open("/tmp", O_WRONLY),
        await open("/tmp", O_CREAT),
      );
      out.push(
        await open("/tmp/dangling", O_CREAT | O_WRONLY),
        await open("/tmp/dangling", O_CREAT | O_EXCL),
        await open("/tmp/f/x", O_CREAT),
      );
      out.push(await open("/tmp/new/", O_CREAT), await open("/tmp/none/x", O_CREAT), await open("/proc/new", O_CREAT));
      const made = vfs.vfs_statx(current, "/tmp/made", true);
      out.push(typeof made === "object" && made.mode.toString(8), await vfs.close_fd(current, 0), await vfs.close_fd(current, 0));
    });
    expect(got).toEqual([
      -ENOENT,
      0,
      -EEXIST,
      -ELOOP,
      -ENOTDIR,
      -EISDIR,
      -EISDIR,
      1,
      -EEXIST,
      -ENOTDIR,
      -EISDIR,
      -ENOENT,
      -13,
      "100644",
      0,
      -EBADF,
    ]);
  });

  test("reading, writing, seeking, appending, truncating, and a file that has lost its name", async () => {
    const got = await inTree(async (current, out) => {
      const fd = await vfs.do_sys_open(current, "/tmp/f", O_CREAT | O_RDWR, 0o600);
      out.push(await vfs.ksys_write(current, fd, bytes("hello world")), vfs.ksys_lseek(current, fd, -5, vfs.SEEK_END));
      out.push(
        text(await vfs.ksys_read(current, fd, 3)),
        text(await vfs.ksys_read(current, fd, 99)),
        text(await vfs.ksys_read(current, fd, 99)),
      );
      const log = await vfs.do_sys_open(current, "/tmp/f", O_WRONLY | O_APPEND, 0);
      await vfs.ksys_write(current, log, bytes("!"));
      out.push(
        vfs.ksys_lseek(current, fd, 20, vfs.SEEK_SET),
        await vfs.ksys_write(current, fd, bytes("x")),
        vfs.ksys_lseek(current, fd, 10, 0),
      );
      out.push(text(await vfs.ksys_read(current, fd, 99)), vfs.do_sys_ftruncate(current, fd, 2), vfs.do_sys_ftruncate(current, fd, 4));
      out.push(await vfs.do_unlinkat(current, "/tmp/f"), vfs.vfs_statx(current, "/tmp/f", true), vfs.ksys_lseek(current, fd, 0, 0));
      out.push(
        text(await vfs.ksys_read(current, fd, 99)),
        await vfs.ksys_write(current, 99, bytes("")),
        await vfs.ksys_read(current, log, 1),
      );
      out.push(vfs.ksys_lseek(current, fd, -1, 0), vfs.do_readlinkat(current, `/proc/self/fd/${fd}`));
      await vfs.do_sys_open(current, "/tmp/g", O_CREAT | O_WRONLY | O_TRUNC, 0o600);
      const pipe = await vfs.do_pipe2(current, 0);
      out.push(typeof pipe === "object" && vfs.ksys_lseek(current, pipe[0], 0, 0));
    });
    expect(got).toEqual([
      11,
      6,
      "wor",
      "ld",
      "",
      20,
      1,
      10,
      "d!\0\0\0\0\0\0\0\0x",
      0,
      0,
      0,
      -ENOENT,
      0,
      "he\0\0",
      -EBADF,
      -EBADF,
      -EINVAL,
      "/tmp/f (deleted)",
      -ESPIPE,
    ]);
  });
});

test("directories: what may be removed, renamed and linked; counts and sizes; newest entries first", async () => {
  const got = await inTree(async (current, out) => {
    const stat = (name: string): unknown => {
      const s = vfs.vfs_statx(current, name, false);
      return typeof s === "number" ? s : [s.mode.toString(8), s.nlink, s.size];
    };
    for (const name of ["d", "d/one", "d/two", "e"]) out.push(vfs.do_mkdirat(current, `/tmp/${name}`, 0o777));
    await vfs.close_fd(current, await vfs.do_sys_open(current, "/tmp/d/f", O_CREAT, 0o640));
    out.push(stat("/tmp/d"), vfs.do_mkdirat(current, "/tmp/d", 0o777), vfs.do_mkdirat(current, "/tmp/d/f/x", 0o777));
    const names = vfs.iterate_dir(current, "/tmp/d");
    out.push(typeof names === "object" && names.map((entry) => entry.name), vfs.iterate_dir(current, "/tmp/d/f"));
    out.push(await vfs.do_rmdir(current, "/tmp/d"), await vfs.do_rmdir(current, "/tmp/d/f"), await vfs.do_unlinkat(current, "/tmp/d/one"));
    out.push(vfs.do_linkat(current, "/tmp/d/f", "/tmp/e/g"), stat("/tmp/e/g"), vfs.do_linkat(current, "/tmp/e", "/tmp/x"));
    out.push(vfs.do_linkat(current, "/tmp/d/f", "/root/f"), await vfs.do_renameat2(current, "/tmp/d/f", "/root/f"));
    out.push(await vfs.do_renameat2(current, "/tmp/d", "/tmp/d/one/x"), await vfs.do_renameat2(current, "/tmp/e", "/tmp/d"));
    out.push(await vfs.do_renameat2(current, "/tmp/d/f", "/tmp/e"), await vfs.do_renameat2(current, "/tmp/d/one", "/tmp/d/two"));
    out.push(await vfs.do_renameat2(current, "/tmp/d/f", "/tmp/e/g"), await vfs.do_renameat2(current, "/tmp/e/g", "/tmp/d/two/h"));
    out.push(
      stat("/tmp/d"),
      stat("/tmp/d/two/h"),
      stat("/tmp/d/f"),
      await vfs.do_rmdir(current, "/tmp/."),
      await vfs.do_rmdir(current, "/"),
    );
    out.push(
      await vfs.do_rmdir(current, "/tmp"),
      await vfs.do_unlinkat(current, "/proc/version"),
      vfs.do_mkdirat(current, "/proc/x", 0o755),
    );
    out.push(vfs.do_fchmodat(current, "/tmp/e", 0o1700), stat("/tmp/e"));
  });
  expect(got).toEqual([
    0,
    0,
    0,
    0,
    ["40755", 4, 100],
    -EEXIST,
    -ENOTDIR,
    ["f", "two", "one"],
    -ENOTDIR,
    -ENOTEMPTY,
    -ENOTDIR,
    -EISDIR,
    0,
    ["100640", 2, 0],
    -EPERM,
    -EXDEV,
    -EXDEV,
    -EINVAL,
    -ENOTEMPTY,
    -EISDIR,
    0,
    0,
    0,
    ["40755", 3, 80],
    ["100640", 2, 0],
    ["100640", 2, 0],
    -EINVAL,
    -EBUSY,
    -EBUSY,
    -EPERM,
    -EPERM,
    0,
    ["41700", 2, 40],
  ]);
});

test("descriptors: dup shares the position, dup2 takes the place of another, F_DUPFD finds a free one", async () => {
  const got = await inTree(async (current, out) => {
    const fd = await vfs.do_sys_open(current, "/tmp/f", O_CREAT | O_RDWR, 0o600);
    const other = await vfs.f_dupfd(current, fd, 0, false);
    await vfs.ksys_write(current, fd, bytes("abc"));
    out.push(fd, other, vfs.ksys_lseek(current, other, 0, vfs.SEEK_CUR), await vfs.f_dupfd(current, fd, 10, true));
    out.push(
      await vfs.ksys_dup3(current, fd, 7, false),
      await vfs.ksys_dup3(current, 99, 1, false),
      await vfs.ksys_dup3(current, fd, fd, false),
    );
    await vfs.close_fd(current, fd);
    out.push(await vfs.f_dupfd(current, 7, 0, false), await vfs.f_dupfd(current, 50, 0, false), await vfs.f_dupfd(current, 7, 1024, false));
    await vfs.do_close_on_exec(current);
    out.push(vfs.fget(current, 10), vfs.fget(current, 7) === vfs.fget(current, 1));
  });
  expect(got).toEqual([0, 1, 3, 10, 7, -EBADF, 0, 0, -EBADF, -EINVAL, null, true]);
});
