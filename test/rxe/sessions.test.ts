/**
 * Proves what a user sees of rdma_rxe as whole sessions: devices on netdevs and the errors of making them, GUIDs and GIDs
 * that follow from MAC and addresses, port states, shared and exclusive mode, the way of a device whose netdev moves or
 * goes, counters, and the log.
 */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

/** What a script printed on both streams; GUIDs and GIDs of a MAC as `GUID`. */
async function session(text: string): Promise<{ stdout: string[]; stderr: string[]; status: number }> {
  const { stdout, stderr, document, exitStatus } = await run(text, { era: "v5.10.223", devices: [] });
  expect(document.reports).toEqual([]);
  const lines = (output: string): string[] =>
    output
      .replaceAll(/[0-9a-f]{4}:[0-9a-f]{2}ff:fe[0-9a-f]{2}:[0-9a-f]{4}/g, "GUID")
      .split("\n")
      .slice(0, -1);
  return { stdout: lines(stdout), stderr: lines(stderr), status: exitStatus };
}

const SETUP = `ip link add d0 type dummy; ip link set d0 up; ip addr add 10.1.1.1/24 dev d0
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
rdma link add rxe0 type rxe netdev d0
rdma link add rxe1 type rxe netdev v0
`;

const DEV0 = "0: rxe0: node_type ca node_guid GUID sys_image_guid GUID ";
const DEV1 = "1: rxe1: node_type ca node_guid GUID sys_image_guid GUID ";
const LINK0 = "link rxe0/1 state ACTIVE physical_state LINK_UP netdev d0 ";
const LINK1 = "link rxe1/1 state ACTIVE physical_state LINK_UP netdev v0 ";

describe("devices on netdevs", () => {
  test("are made once for each netdev and name, and say why not", async () => {
    const text = `${SETUP}for args in "rxe0 type rxe netdev v1" "other type rxe netdev d0" "x type rxe netdev nosuch" "x type bogus netdev v1" "rxe% type rxe netdev v1"; do
rdma link add $args; echo $?; done; rdma dev; rdma link; rdma resource`;
    expect(await session(text)).toEqual({
      stdout: [
        ..."11111",
        DEV0,
        DEV1,
        LINK0,
        LINK1,
        "0: rxe0: pd 1 cq 1 qp 1 cm_id 0 mr 0 ctx 0 ",
        "1: rxe1: pd 1 cq 1 qp 1 cm_id 0 mr 0 ctx 0 ",
      ],
      stderr: [
        "error: Too many open files in system",
        "error: File exists",
        "error: No such device",
        "error: Invalid argument",
        "error: Invalid argument",
      ],
      status: 0,
    });
  });

  test("have a node GUID and a first GID of the MAC, then one GID for each address", async () => {
    const gids = "cd /sys/class/infiniband/rxe0/ports/1; for i in 0 1 2; do cat gids/$i; cat gid_attrs/types/$i gid_attrs/ndevs/$i; done";
    const text = `ip link add d0 address 4a:22:c3:5b:98:af type dummy; ip link set d0 up; ip addr add 10.1.1.1/24 dev d0
rdma link add rxe0 type rxe netdev d0; cat /sys/class/infiniband/rxe0/node_guid; ls /sys/class/infiniband/rxe0/ports/1/gids | wc -l
(${gids}); ip addr del 10.1.1.1/24 dev d0; sleep 1; cat /sys/class/infiniband/rxe0/ports/1/gids/1`;
    const { stdout } = await run(text, { era: "v5.10.223", devices: [] });
    expect(stdout.split("\n").slice(0, -1)).toEqual([
      "4822:c3ff:fe5b:98af",
      "1024",
      "fe80:0000:0000:0000:4822:c3ff:fe5b:98af",
      "RoCE v2",
      "d0",
      "0000:0000:0000:0000:0000:ffff:0a01:0101",
      "RoCE v2",
      "d0",
      "0000:0000:0000:0000:0000:0000:0000:0000",
      "0000:0000:0000:0000:0000:0000:0000:0000",
    ]);
  });

  test("have the state of their netdev and count its falls", async () => {
    const text = `${SETUP}state() { (cd /sys/class/infiniband/rxe1/ports/1; cat state phys_state rate hw_counters/link_downed); }
state; ip link set v1 down; sleep 0.1; state; ip link set v0 down; sleep 0.1; state; cat /sys/class/infiniband/rxe1/parent`;
    expect((await session(text)).stdout).toEqual([
      ...["4: ACTIVE", "5: LinkUp", "10 Gb/sec (1X FDR10)", "0"],
      ...["1: DOWN", "2: Polling", "10 Gb/sec (1X FDR10)", "1"],
      ...["1: DOWN", "3: Disabled", "10 Gb/sec (1X FDR10)", "2"],
      "v0",
    ]);
  });

  test("can be deleted by name, and an mlx5 device cannot", async () => {
    const text = `ip link add d0 type dummy; rdma link add rxe0 type rxe netdev d0; rdma link del rxe0; echo $?
rdma link del rxe0; rdma link del mlx5_0; rdma link add rxe0 type rxe netdev d0; rdma dev`;
    const { stdout, stderr } = await run(text, { era: "v5.10.223" });
    expect(stdout.split("\n").map((line) => line.slice(0, 10))).toEqual(["0", "0: mlx5_0:", "2: rxe0: n", ""]);
    expect(stderr).toBe("Wrong device name - rxe0\nerror: Invalid argument\n");
  });

  test("are logged as the driver and ib_core log them", async () => {
    const text = `${SETUP}rdma link add rxe0 type rxe netdev v1; rdma link add x type rxe netdev d0; ip link del v0; dmesg | while IFS= read -r line; do echo "\${line#*] }"; done`;
    expect((await session(text)).stdout).toEqual([
      "IPv6: ADDRCONF(NETDEV_CHANGE): v1: link becomes ready",
      "IPv6: ADDRCONF(NETDEV_CHANGE): v0: link becomes ready",
      "rdma_rxe: loaded",
      "d0 speed is unknown, defaulting to 1000",
      "infiniband rxe0: set active",
      "infiniband rxe0: added d0",
      "infiniband rxe1: set active",
      "infiniband rxe1: added v0",
      "rdma_rxe: rxe_register_device failed with error -23",
      "rdma_rxe: failed to add v1",
      "rdma_rxe: already configured on d0",
      "rdma_rxe: ignoring netdev event = 10 for v0",
      "infiniband rxe1: set down",
    ]);
  });
});

describe("network namespaces", () => {
  test("in shared mode all see all devices, and no foreign netdev; the modes do not change while there are others", async () => {
    const text = `${SETUP}ip netns add foo; ip netns exec foo rdma dev; ip netns exec foo rdma link; ip netns exec foo ls /sys/class/infiniband
rdma dev set rxe0 netns foo; rdma system set netns exclusive; rdma dev set rxe0 name rxe1; rdma dev set rxe0 name x; ip netns exec foo ls /sys/class/infiniband`;
    expect(await session(text)).toEqual({
      stdout: [
        DEV0,
        DEV1,
        "link rxe0/1 state ACTIVE physical_state LINK_UP ",
        "link rxe1/1 state ACTIVE physical_state LINK_UP ",
        ...["rxe0", "rxe1", "rxe1", "x"],
      ],
      stderr: ["error: Operation not supported", "error: Device or resource busy", "error: File exists"],
      status: 0,
    });
  });

  test("a device goes when its netdev moves away, is deleted, or dies with its namespace", async () => {
    const text = `${SETUP}ip netns add foo; ip link set v0 netns foo; sleep 0.3; rdma dev; ip link del d0; sleep 0.1; rdma dev; echo none
ip link add d9 type dummy; ip link set d9 netns foo; ip netns exec foo rdma link add rxe9 type rxe netdev d9; rdma link; ip netns exec foo rdma link
ip netns del foo; sleep 1; rdma dev; echo none`;
    expect((await session(text)).stdout).toEqual([
      DEV0,
      "none",
      "link rxe9/1 state DOWN physical_state DISABLED ",
      "link rxe9/1 state DOWN physical_state DISABLED netdev d9 ",
      "none",
    ]);
  });

  test("in exclusive mode only init_net sees them, and they cannot be moved", async () => {
    const text = `${SETUP}rdma system set netns exclusive; rdma system; ip netns add foo; ip netns exec foo rdma dev; ip netns exec foo ls /sys/class/infiniband
rdma dev set rxe0 netns foo; rdma system set netns shared; ip netns exec foo rdma dev set rxe0 netns foo; rdma dev`;
    expect(await session(text)).toEqual({
      stdout: ["netns exclusive copy-on-fork off", DEV0, DEV1],
      stderr: ["error: Operation not supported", "error: Device or resource busy", "Wrong device name - rxe0"],
      status: 0,
    });
  });
});
