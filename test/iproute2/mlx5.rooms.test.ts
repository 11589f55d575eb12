/**
 * Proves the three programs on the rooms below with an mlx5 device: moving it between namespaces as each program tells it,
 * and what each of them does when the kernel is stuck (as recorded on 5.10.223 with the global notifier).
 */
import { beforeAll, describe, expect, it } from "vitest";
import { bootRooms, type CommandResult, type Rooms } from "./rooms.ts";

const D = "pci/0000:00:08.0";
const ok = (stdout = ""): CommandResult => ({ stdout, stderr: "", rc: 0 });
const refused = (stderr: string, rc: number): CommandResult => ({ stdout: "", stderr, rc });
const HANGS: CommandResult = { stdout: "", stderr: "", rc: null };
const JUNK = "Error: Peer netns reference is invalid.\n";

const runLine = (rooms: Rooms, line: string): Promise<CommandResult> => rooms.run(...line.split(" "));

describe("a device that moves, per-net notifier", () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await bootRooms("v5.10", ["0000:00:08.0"]);
  });

  const rows: readonly (readonly [string, CommandResult])[] = [
    ["devlink dev show", ok(`${D}\n`)],
    ["devlink port show", ok(`${D}/65535: type eth netdev eth0 flavour physical port 0 splittable false\n`)],
    ["rdma dev show", ok("0: mlx5_0: node_type ca fw 16.28.1002 node_guid 0c42:a103:0000:0040 sys_image_guid 0c42:a103:0000:0040 \n")],
    ["rdma link show", ok("link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 \n")],
    ["ip netns add foo", ok()],
    [`devlink dev reload ${D} netns 4242`, refused("Error: devlink: Unknown network namespace.\nkernel answers: Invalid argument\n", 1)],
    [`devlink dev reload ${D} netns foo`, ok()],
    ["devlink dev show", ok()],
    [`devlink dev reload ${D}`, refused("kernel answers: No such device\n", 1)],
    ["devlink -j -N foo dev show", ok(`{"dev":{"${D}":{}}}\n`)],
    ["rdma link show", ok("link mlx5_0/1 state DOWN physical_state DISABLED \n")],
    [`devlink -N foo dev reload ${D} action driver_reinit netns 1`, ok("reload_actions_performed:\n    driver_reinit\n")],
    ["devlink dev show", ok(`${D}\n`)],
    ["ip netns del foo", ok()],
    ["ip netns list", ok()],
    ["ip link set eth0 up", ok()],
    ["rdma dev set mlx5_0 name rocky", ok()],
    ["rdma link show", ok("link rocky/1 state ACTIVE physical_state LINK_UP netdev eth0 \n")],
    ["rdma link add a type bogus netdev eth0", refused("error: Invalid argument\n", 1)],
    ["ip link set eth0 name eth9", refused("RTNETLINK answers: Device or resource busy\n", 2)],
    ["ip link del eth0", refused("RTNETLINK answers: Operation not supported\n", 2)],
    ["ip addr add 10.0.0.1/24 dev eth0", ok()],
    [
      "ip addr show eth0",
      ok(
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000\n    link/ether 0c:42:a1:00:00:40 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.1/24 scope global eth0\n       valid_lft forever preferred_lft forever\n    inet6 fe80::e42:a1ff:fe00:40/64 scope link tentative \n       valid_lft forever preferred_lft forever\n",
      ),
    ],
  ];

  it.each(rows)("%s", async (line, expected) => {
    const found = await runLine(rooms, line);
    // How often the RDMA device was made anew is not what this test is about.
    expect({ ...found, stdout: found.stdout.replace(/^\d+: (?=mlx5_0)/, "0: ") }).toEqual(expected);
  });
});

it("monitors in two namespaces: one hears the device go, the other hears it come", async () => {
  const rooms = await bootRooms("v5.10", ["0000:00:08.0"]);
  await runLine(rooms, "ip netns add foo");
  const here = await rooms.start("devlink", "monitor", "dev");
  const there = await rooms.start("devlink", "-N", "foo", "monitor", "dev");
  await runLine(rooms, `devlink dev reload ${D} netns foo`);
  const heads = (text: string): readonly string[] => text.split("\n").filter((line) => line.startsWith("["));
  expect(heads(here().stdout)).toEqual([`[dev,del] ${D}:`]);
  expect(heads(there().stdout)).toEqual([`[dev,new] ${D}:`, `[dev,new] ${D}:`]);
  expect([here().rc, there().rc]).toEqual([null, null]);
});

describe("after the deadlock, global notifier", () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await bootRooms("v5.10.223", ["0000:00:08.0", "0000:00:09.0"]);
    for (const line of ["ip netns add pre", "ip netns add pre2", "ip netns add foo", `devlink dev reload ${D} netns foo`])
      await runLine(rooms, line);
  });

  const rows: readonly (readonly [string, CommandResult])[] = [
    ["ip netns del foo", ok()],
    ["ip netns list", ok("pre2\npre\n")],
    [
      "ip -n pre link show",
      ok(
        "1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n",
      ),
    ],
    ["ip netns pids pre", ok()],
    ["ip netns set pre2 5", ok()],
    ["ip netns list-id", ok("nsid 5 (iproute2 netns name: pre2)\n")],
    ["rdma system show", ok("netns shared copy-on-fork off\n")],
    ["ip netns del pre2", ok()],
    ["ip netns add bar", HANGS],
    ["ip netns list", { stdout: "bar\npre\n", stderr: JUNK + JUNK, rc: 0 }],
    ["ip -j netns list", { stdout: '[{"name":"bar"},{"name":"pre"}]\n', stderr: JUNK + JUNK, rc: 0 }],
    ["ip netns exec bar true", refused('setting the network namespace "bar" failed: Invalid argument\n', 255)],
    ["ip -n bar link show", refused('setting the network namespace "bar" failed: Invalid argument\n', 255)],
    ["ip netns add bar", refused('Cannot create namespace file "/run/netns/bar": File exists\n', 1)],
    ["ip netns del bar", ok()],
    ["ip netns attach att 1", ok()],
    ["ip netns del att", ok()],
    ["ip netns add foo", HANGS],
    ["devlink dev show pci/0000:00:09.0", HANGS],
    ["devlink dev show", HANGS],
    ["devlink -N pre dev show", HANGS],
    ["devlink port show", HANGS],
    ["devlink monitor", HANGS],
    ["devlink help", HANGS],
    ["devlink -V", ok("devlink utility, iproute2-6.1.0\n")],
    ["ip -V", ok("ip utility, iproute2-6.1.0, libbpf 1\n")],
  ];

  it.each(rows)("%s", async (line, expected) => {
    expect(await runLine(rooms, line)).toEqual(expected);
  });
});
