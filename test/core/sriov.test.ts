/**
 * Proves virtual functions and the eswitch as a user sees them: sriov_numvfs with its limits and errors, the functions' own
 * devlink instances and netdevs, switchdev mode with representors in netdev, devlink and RDMA, what a reload leaves of both,
 * and which of it differs between kernels.
 */
import { describe, expect, test } from "vitest";
import type { EraName } from "../../src/eras.ts";
import { run } from "../support/machine.ts";

const NUMVFS = "/sys/bus/pci/devices/0000:00:08.0/sriov_numvfs";
const DEVICE = "pci/0000:00:08.0";

async function session(text: string, era: EraName = "v5.10.223"): Promise<{ stdout: string[]; stderr: string[] }> {
  const { stdout, stderr, document } = await run(text, { era });
  expect([document.reports, document.blocked, document.deadlocks]).toEqual([[], [], []]);
  return { stdout: stdout.split("\n").slice(0, -1), stderr: stderr.split("\n").slice(0, -1) };
}

const UPLINK = "pci/0000:00:08.0/65535: type eth netdev eth0 flavour physical port 0 splittable false";
const VF = (slot: number, netdev: string): string =>
  `pci/0000:00:08.${slot}/${(slot - 1) * 65_536}: type eth netdev ${netdev} flavour virtual port 0 splittable false`;
const REP = (vf: number, netdev: string): string[] => [
  `pci/0000:00:08.0/${vf + 1}: type eth netdev ${netdev} flavour pcivf controller 0 pfnum 0 vfnum ${vf} external false splittable false`,
  "  function:",
  "    hw_addr 00:00:00:00:00:00",
];

describe("sriov_numvfs", () => {
  test("makes functions with a driver, an instance and a netdev each, and takes them away", async () => {
    const text = `cd /sys/bus/pci/devices; cat 0000:00:08.0/sriov_totalvfs; echo 2 > ${NUMVFS}; cat ${NUMVFS}; devlink port
readlink 0000:00:08.0/virtfn1 0000:00:08.3/physfn 0000:00:08.3/driver; cat 0000:00:08.3/device; ls 0000:00:08.3/net 0000:00:08.3/infiniband
echo 0 > ${NUMVFS}; ls; devlink dev; rdma dev; ls /sys/class/net`;
    expect((await session(text)).stdout).toEqual([
      ...["6", "2", UPLINK, VF(2, "eth1"), VF(3, "eth2")],
      ...["../0000:00:08.3", "../0000:00:08.0", "../../../bus/pci/drivers/mlx5_core", "0x1018"],
      ...["0000:00:08.3/infiniband:", "mlx5_2", "", "0000:00:08.3/net:", "eth2"],
      ...["0000:00:08.0", "pci/0000:00:08.0"],
      "0: mlx5_0: node_type ca fw 16.28.1002 node_guid 0c42:a103:0000:0040 sys_image_guid 0c42:a103:0000:0040 ",
      ...["eth0", "lo"],
    ]);
  });

  test("answers a bad write with the kernel's errno", async () => {
    const text = `for n in x "" -1 7 70000 2 3 2; do echo $n > ${NUMVFS}; echo $?; done
echo 0000:00:08.0 > /sys/bus/pci/drivers/mlx5_core/unbind; cat ${NUMVFS}; echo 1 > ${NUMVFS}; ls /sys/bus/pci/devices`;
    const { stdout, stderr } = await session(text);
    expect(stdout).toEqual(["1", "1", "1", "1", "1", "0", "1", "0", "0", "0000:00:08.0"]);
    expect(stderr.map((line) => line.replace(/^.*write error: /, ""))).toEqual([
      "Invalid argument",
      "Invalid argument",
      "Invalid argument",
      "Numerical result out of range",
      "Numerical result out of range",
      "Device or resource busy",
      "No such file or directory",
    ]);
  });

  test("leaves new functions without a driver if they are not to be probed", async () => {
    const text = `cd /sys/bus/pci/devices/0000:00:08.0; echo 0 > sriov_drivers_autoprobe; echo 1 > sriov_numvfs; devlink dev; ls virtfn0 | grep -c driver`;
    expect((await session(text)).stdout).toEqual(["pci/0000:00:08.0", "0"]);
  });
});

describe("the eswitch up to v5.17", () => {
  test("is in no mode without virtual functions, but can be set to one", async () => {
    const text = `devlink dev eswitch show ${DEVICE}; devlink dev eswitch set ${DEVICE} mode switchdev; devlink dev eswitch show ${DEVICE}
devlink port; devlink dev eswitch set ${DEVICE} mode legacy; devlink dev eswitch show ${DEVICE}; devlink port`;
    expect(await session(text)).toEqual({
      stdout: [
        `${DEVICE}: mode switchdev inline-mode none encap-mode basic`,
        UPLINK,
        `${DEVICE}: mode legacy inline-mode none encap-mode none`,
        UPLINK,
      ],
      stderr: ["kernel answers: Operation not supported"],
    });
  });

  test("in switchdev mode has a netdev for each port, also for the uplink, and one IB device with a port for each", async () => {
    const text = `echo 2 > ${NUMVFS}; devlink dev eswitch set ${DEVICE} mode switchdev; devlink port show
cat /sys/class/net/eth0/ifindex /sys/class/net/eth0/phys_port_name /sys/class/net/eth3/phys_port_name; rdma link | grep mlx5_0`;
    const port = (number: number, netdev: string): string => `link mlx5_0/${number} state DOWN physical_state DISABLED ${netdev}`;
    expect((await session(text)).stdout).toEqual([
      ...[UPLINK, ...REP(0, "eth3"), ...REP(1, "eth4"), VF(2, "eth1"), VF(3, "eth2")],
      ...["5", "p0", "pf0vf0"],
      ...[port(1, ""), port(2, "netdev eth3 "), port(3, "netdev eth4 "), port(4, ""), port(5, ""), port(6, ""), port(7, "")],
      port(8, "netdev eth0 "),
    ]);
  });

  test("leaves switchdev mode at a reload, and with the last virtual function", async () => {
    const text = `echo 1 > ${NUMVFS}; devlink dev eswitch set ${DEVICE} mode switchdev; devlink dev reload ${DEVICE}; devlink dev eswitch show ${DEVICE}
devlink port; devlink dev eswitch set ${DEVICE} mode switchdev; echo 0 > ${NUMVFS}; devlink port; devlink dev eswitch show ${DEVICE}`;
    expect(await session(text)).toEqual({
      stdout: [`${DEVICE}: mode legacy inline-mode none encap-mode none`, UPLINK, VF(2, "eth1"), UPLINK],
      stderr: ["kernel answers: Operation not supported"],
    });
  });
});

describe("the eswitch from v5.18 on", () => {
  test("is always in a mode, which SR-IOV does not change, and the uplink keeps its netdev", async () => {
    const text = `devlink dev eswitch show ${DEVICE}; devlink dev eswitch set ${DEVICE} mode switchdev; devlink port
echo 1 > ${NUMVFS}; devlink port; echo 0 > ${NUMVFS}; devlink port; devlink dev eswitch show ${DEVICE}; cat /sys/class/net/eth0/ifindex`;
    expect((await session(text, "v6.3")).stdout).toEqual([
      `${DEVICE}: mode legacy inline-mode none encap-mode basic`,
      UPLINK,
      ...[UPLINK, ...REP(0, "eth1"), VF(2, "eth2")],
      UPLINK,
      `${DEVICE}: mode switchdev inline-mode none encap-mode basic`,
      "2",
    ]);
  });
});

test("what goes with the mode: refused values, and the address of a virtual function", async () => {
  const text = `echo 1 > ${NUMVFS}; devlink dev eswitch set ${DEVICE} inline-mode link; devlink dev eswitch set ${DEVICE} encap-mode basic
devlink dev eswitch show ${DEVICE}; devlink dev eswitch show pci/0000:00:08.2; devlink dev eswitch set ${DEVICE} mode switchdev
devlink port function set ${DEVICE}/1 hw_addr 02:11:22:33:44:55; devlink port show ${DEVICE}/1; devlink port function set ${DEVICE}/65535 hw_addr 02:11:22:33:44:55
echo 0000:00:08.2 > /sys/bus/pci/drivers/mlx5_core/unbind; echo 0000:00:08.2 > /sys/bus/pci/drivers/mlx5_core/bind; cat /sys/bus/pci/devices/0000:00:08.2/net/*/address`;
  expect(await session(text)).toEqual({
    stdout: [
      `${DEVICE}: mode legacy inline-mode none encap-mode basic`,
      ...REP(0, "eth2").slice(0, 2),
      "    hw_addr 02:11:22:33:44:55",
      "02:11:22:33:44:55",
    ],
    stderr: [
      "Error: mlx5_core: Inline mode can't be set.",
      "kernel answers: Operation not supported",
      "kernel answers: Operation not permitted",
      "Error: mlx5_core: Port doesn't support set hw_addr.",
      "kernel answers: Operation not supported",
    ],
  });
});
