/** Proves mount, umount, unshare and nsenter: what they do to the machine, and what they say when it refuses. */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

async function outcome(script: string): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = await run(script, { devices: [] });
  return { stdout, stderr };
}

const LO = `1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
`;

describe("mount and umount", () => {
  test("a bind mount shows the other directory, and -R takes a whole tree away", async () => {
    const script = `mkdir /tmp/a /tmp/b; touch /tmp/a/x
mount --bind /tmp/a /tmp/b; ls /tmp/b
mount -t tmpfs -o mode=700,ro y /tmp/b; mount -t tmpfs | tail -2
umount /tmp/b; mount | grep -c /tmp/b
mount -t tmpfs z /tmp/a; mkdir /tmp/a/sub; mount -t tmpfs zz /tmp/a/sub
umount /tmp/a; umount -R /tmp/a; mount | grep -c /tmp/a`;
    expect(await outcome(script)).toEqual({
      stdout: "x\ntmp on /tmp/b type tmpfs (rw,relatime)\ny on /tmp/b type tmpfs (ro,relatime,mode=700)\n1\n0\n",
      stderr: "umount: /tmp/a: target is busy.\n",
    });
  });

  test.each([
    ["mount /nosuch", "mount: /nosuch: can't find in /etc/fstab.\n", 1],
    ["mount a b c", "mount: bad usage\nTry 'mount --help' for more information.\n", 1],
    ["mount -t tmpfs x /nosuch", "mount: /nosuch: mount point does not exist.\n", 32],
    [
      "mount -t nosuch x /tmp",
      "mount: /tmp: unknown filesystem type 'nosuch'.\n       dmesg(1) may have more information after failed mount system call.\n",
      32,
    ],
    ["mount /dev/sda /tmp", "mount: /tmp: special device /dev/sda does not exist.\n", 32],
    ["mount -q", "mount: invalid option -- 'q'\nTry 'mount --help' for more information.\n", 1],
    ["umount", "umount: bad usage\nTry 'umount --help' for more information.\n", 1],
    ["umount /root", "umount: /root: not mounted.\n", 32],
    ["umount /nosuch", "umount: /nosuch: no mount point specified.\n", 32],
  ])("%s", async (command, stderr, status) => {
    expect(await outcome(`${command}; echo $?`)).toEqual({ stdout: `${status}\n`, stderr });
  });
});

describe("unshare and nsenter", () => {
  test("a program gets a net namespace of its own, and another process joins it", async () => {
    const script = `unshare -n ip link show
unshare -n sleep 5 & sleep 0.1
nsenter -t $! -n ip link add d0 type dummy
nsenter -n/proc/$!/ns/net ip -br link | cut -d' ' -f1; kill $!`;
    expect(await outcome(script)).toEqual({ stdout: `${LO}lo\nd0\n`, stderr: "" });
  });

  test("mounts made in a mount namespace of its own are not seen outside", async () => {
    expect(await outcome(`unshare -m sh -c 'mount -t tmpfs q /mnt; mount | grep -c /mnt'; mount | grep -c /mnt`)).toEqual({
      stdout: "1\n0\n",
      stderr: "",
    });
  });

  test("a namespace can be kept by mounting it on a file", async () => {
    expect(await outcome("touch /tmp/n; unshare --net=/tmp/n true; nsenter --net=/tmp/n ip link show; umount /tmp/n")).toEqual({
      stdout: LO,
      stderr: "",
    });
  });

  test.each([
    ["unshare -m --propagation odd true", "unshare: unsupported propagation mode: odd\n", 1],
    ["unshare -n nosuch", "unshare: failed to execute nosuch: No such file or directory\n", 127],
    ["unshare -U true", "unshare: option '-U' is not modelled by this emulator\n", 1],
    ["nsenter -n true", "nsenter: neither filename nor target pid supplied for ns/net\n", 1],
    ["nsenter -t 99999 -n true", "nsenter: cannot open /proc/99999/ns/net: No such file or directory\n", 1],
    ["nsenter -n/root true", "nsenter: reassociate to namespace 'ns/net' failed: Invalid argument\n", 1],
    ["nsenter -a true", "nsenter: no target PID specified for --all\n", 1],
  ])("%s", async (command, stderr, status) => {
    expect(await outcome(`${command}; echo $?`)).toEqual({ stdout: `${status}\n`, stderr });
  });
});

test("ip netns monitor tells of names as they come and go; not at once, as its output is a file", async () => {
  const script = `ip netns monitor >/tmp/out & sleep 0.1
ip netns add a; ip netns del a; sleep 0.1; cat /tmp/out; kill $!; wait $!; echo $?`;
  expect(await outcome(script)).toEqual({ stdout: "143\n", stderr: "" });
});
