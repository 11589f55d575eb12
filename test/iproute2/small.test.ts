/** Proves ethtool, tc, ss and ip l2tp: what they show of a machine, and how they refuse. */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

async function both(script: string): Promise<string> {
  const { stdout } = await run(`exec 2>&1\n${script}`, { devices: [], era: "v5.10.223" });
  return stdout;
}

const UNSUPPORTED = ["statistics", "test", "eeprom-access", "register-dump", "priv-flags"].map((what) => `supports-${what}: no\n`).join("");
const NO_DEVICE = "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n";

describe("ethtool", () => {
  test.each([
    ["ethtool lo", "Settings for lo:\n\tLink detected: yes\n0\n"],
    ["ethtool eth0", "No data available\n75\n"],
    ["ethtool nosuch", `${NO_DEVICE.repeat(5)}No data available\n75\n`],
    ["ethtool -g eth0", "netlink error: Operation not supported\n1\n"],
    ["ethtool -g nosuch", `${NO_DEVICE}1\n`],
    [
      "ethtool -i eth0",
      `driver: netdevsim\nversion: 5.10.223\nfirmware-version: \nexpansion-rom-version: \nbus-info: netdevsim10\n${UNSUPPORTED}0\n`,
    ],
    ["ethtool -i nosuch", "Cannot get driver information: No such device\n71\n"],
    ["ethtool -i lo", "Cannot get driver information: Operation not supported\n71\n"],
    ["ethtool", "ethtool: bad command line argument(s)\nFor more information run ethtool -h\n1\n"],
    ["ethtool -k lo", "ethtool: option -k is not modelled by this emulator.\n1\n"],
  ])("%s", async (command, expected) => {
    expect(await both(`modprobe netdevsim; echo "10 1" > /sys/bus/netdevsim/new_device; ip link set lo up\n${command}; echo $?`)).toBe(
      expected,
    );
  });
});

describe("tc", () => {
  const script = "ip link set lo up; modprobe veth; ip link add d0 type dummy; ip link set d0 up\n";

  test("shows what devices have, once they have been up", async () => {
    expect(
      await both(`${script}ip link add d1 type dummy; tc qdisc; tc -j qdisc show dev lo; ip netns add n; ip link set d0 netns n; tc qdisc`),
    ).toBe(
      `qdisc noqueue 0: dev lo root refcnt 2 
qdisc noqueue 0: dev d0 root refcnt 2 
[{"kind":"noqueue","handle":"0:","root":true,"refcnt":2,"options":{}}]
qdisc noqueue 0: dev lo root refcnt 2 
`,
    );
  });

  test("ingress and clsact come and go, with their module", async () => {
    expect(
      await both(`${script}tc qdisc add dev d0 clsact; tc qdisc show dev d0; tc qdisc add dev d0 ingress; echo $?; lsmod | grep -c sch_ingress
tc qdisc del dev d0 clsact; tc qdisc del dev d0 clsact; echo $?`),
    ).toBe(`qdisc noqueue 0: root refcnt 2 
qdisc clsact ffff: parent ffff:fff1 
Error: Exclusivity flag on, cannot modify.
2
1
Error: Cannot find specified qdisc on specified device.
2
`);
  });

  test.each([
    ["tc bogus", 'Object "bogus" is unknown, try "tc help".\n255\n'],
    ["tc -bogus", 'Option "-bogus" is unknown, try "tc -help".\n255\n'],
    ["tc qdisc bogus", 'Command "bogus" is unknown, try "tc qdisc help".\n1\n'],
    ["tc qdisc show bogus", 'What is "bogus"? Try "tc qdisc help".\n1\n'],
    ["tc qdisc show dev nosuch", 'Cannot find device "nosuch"\n1\n'],
    ["tc filter show", 'tc: object "filter" is not modelled by this emulator.\n1\n'],
    ["tc qdisc add dev lo root netem delay 10ms", 'tc: queueing discipline "netem" is not modelled by this emulator.\n1\n'],
  ])("%s", async (command, expected) => {
    expect(await both(`${command}; echo $?`)).toBe(expected);
  });
});

test.each([
  ["ss -t", "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n0\n"],
  ["ss -tH", "0\n"],
  ["ss -x", "ss: option -x is not modelled by this emulator.\n1\n"],
  ["modprobe l2tp_netlink; ip l2tp show tunnel", "0\n"],
  ["modprobe l2tp_netlink; ip l2tp bogus", 'Command "bogus" is unknown, try "ip l2tp help".\n255\n'],
])("%s", async (command, expected) => {
  expect(await both(`${command}; echo $?`)).toBe(expected);
});
