/**
 * Proves ip monitor: which words it takes, labels, both kinds of time stamps, -oneline, and the lines of links, addresses and
 * namespace ids, as the real program (iproute2 6.1.0) printed them for the same changes of `lo` and of a netdevsim port.
 */
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

const CHANGES = "ip link set lo up; ip addr add 10.0.0.1/24 dev lo; ip addr del 10.0.0.1/24 dev lo; ip link set lo down";

/** What `ip WORDS` prints while `changes` are made in a new namespace. */
async function heard(words: string, changes = CHANGES): Promise<string> {
  const script = `unshare -n bash -c 'timeout 2 ip ${words} > /tmp/out 2>&1 & sleep 1; ${changes}; wait'; cat /tmp/out`;
  return (await run(`modprobe netdevsim\n${script}`, { era: "v5.10.223", devices: [] })).stdout;
}

const UP = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default ";
const DOWN = "1: lo: <LOOPBACK> mtu 65536 qdisc noqueue state DOWN group default ";
const HARDWARE = "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00";
const FOREVER = "       valid_lft forever preferred_lft forever";

function lines(...text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join("");
}

test("links", async () => {
  expect(await heard("monitor link")).toBe(lines(UP, HARDWARE, DOWN, HARDWARE));
  expect(await heard("-o monitor link")).toBe(lines(`${UP}\\${HARDWARE}`, `${DOWN}\\${HARDWARE}`));
  expect(await heard("monitor link dev lo")).toBe(lines(UP, HARDWARE, DOWN, HARDWARE));
});

test("IPv4 addresses, each behind its link", async () => {
  const stdout = await heard("monitor address");
  expect(stdout.replace(/^(Deleted )?1: lo {4}inet6 .*\n.*\n/gm, "")).toBe(
    lines(
      "1: lo    inet 127.0.0.1/8 scope host lo",
      FOREVER,
      "1: lo    inet 10.0.0.1/24 scope global lo",
      FOREVER,
      "Deleted 1: lo    inet 10.0.0.1/24 scope global lo",
      FOREVER,
    ),
  );
});

test("a label before the line, and the time before the label", async () => {
  expect(await heard("monitor label link")).toBe(lines(`[LINK]${UP}`, HARDWARE, `[LINK]${DOWN}`, HARDWARE));
  const long = await heard("-t monitor link", "ip link set lo up");
  expect(long.replace(/\d\d \d{4} \d+ usec/, "SS 2020 N usec")).toBe(lines("Timestamp: Sun Nov  1 00:00:SS 2020 N usec", UP, HARDWARE));
  const short = await heard("-ts monitor all link", "ip link set lo up");
  expect(short.replace(/\d\d\.\d{6}/, "SS.N")).toBe(lines(`[2020-11-01T00:00:SS.N] [LINK]${UP}`, HARDWARE));
});

test("a port that comes and goes, and the id of a namespace", async () => {
  const port = await heard("monitor link", 'echo "7 1" > /sys/bus/netdevsim/new_device; echo 7 > /sys/bus/netdevsim/del_device');
  const eth0 = "2: eth0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default ";
  const address = "    link/ether MAC brd ff:ff:ff:ff:ff:ff";
  expect(port.replace(/ether \S+/g, "ether MAC")).toBe(lines(eth0, address, `Deleted ${eth0}`, address));
  expect(await heard("monitor nsid", "ip netns add foo; ip netns set foo 5; ip netns del foo; sleep 0.1")).toBe(
    lines("nsid 5 ", "Deleted nsid 5 "),
  );
});

test("objects of which nothing is told, and words that are none", async () => {
  expect(await heard("monitor neigh rule")).toBe("");
  expect(await heard("monitor bogus")).toBe('Argument "bogus" is unknown, try "ip monitor help".\n');
  expect(await heard("monitor dev nosuch")).toBe('Error: argument "nosuch" is wrong: Device does not exist\n\n');
});
