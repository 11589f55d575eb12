/**
 * Proves that links on top of others behave as the kernel's: a VLAN follows the link below and goes with it, a bridge has the
 * address and carrier of its ports, each error is the kernel's, and both come from modules that the kernel loads by itself.
 */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

const SETUP = "modprobe dummy; ip link set dummy0 address 02:00:00:00:00:05; ip link set dummy0 up; exec 2>&1\n";

async function lines(script: string): Promise<string[]> {
  const { stdout, stderr } = await run(SETUP + script);
  expect(stderr).toBe("");
  return stdout.replace(/\n$/, "").split("\n");
}

describe("vlan", () => {
  test.each([
    ["link dummy0 name v type vlan", "Error: VLAN properties not specified.", 2],
    ["name v type vlan id 6", "Error: link not specified.", 2],
    ["link lo name v type vlan id 6", "Error: VLANs not supported on device.", 2],
    ["link dummy0 name v type vlan id 4095", "Error: Invalid VLAN id.", 2],
    ["link nosuch name v type vlan id 6", 'Cannot find device "nosuch"', 1],
    ["link dummy0 name v type vlan id x", 'Error: argument "x" is wrong: id is invalid', 255],
    ["link dummy0 name v type vlan id 5 protocol ipx", 'Error: argument "ipx" is wrong: protocol is invalid', 255],
    ["link dummy0 name v mtu 1600 type vlan id 5", "RTNETLINK answers: Invalid argument", 2],
  ])("ip link add %s", async (words, said, status) => {
    expect(await lines(`ip link add ${words}; echo $?`)).toEqual([said, String(status)]);
  });

  test("one for each id and protocol", async () => {
    const add = (name: string, rest: string): string => `ip link add link dummy0 name ${name} type vlan ${rest}; echo $?\n`;
    expect(await lines(add("a", "id 5") + add("b", "id 5") + add("c", "protocol 802.1ad id 5"))).toEqual([
      "0",
      "Error: VLAN device already exists.",
      "2",
      "0",
    ]);
  });

  test("it has the address and carrier of the link below, goes up and down with it, and is gone with it", async () => {
    const show = "ip -br link show type vlan\n";
    const script = `ip link add link dummy0 name v type vlan id 5; ip link set v up\n${show}ip link set dummy0 down\n${show}ip link set v up
ip link set dummy0 up\n${show}ip link set dummy0 mtu 1400; cat /sys/class/net/v/mtu; ip link set v mtu 1500; ip link del dummy0\n${show}echo end`;
    expect(await lines(script)).toEqual([
      "v@dummy0         UP             02:00:00:00:00:05 <BROADCAST,NOARP,UP,LOWER_UP> ",
      "v@dummy0         DOWN           02:00:00:00:00:05 <BROADCAST,NOARP,M-DOWN> ",
      "RTNETLINK answers: Network is down",
      "v@dummy0         UP             02:00:00:00:00:05 <BROADCAST,NOARP,UP,LOWER_UP> ",
      "1400",
      "RTNETLINK answers: Numerical result out of range",
      "end",
    ]);
  });

  test("in another namespace it still belongs to the link below", async () => {
    const script = `ip link add link dummy0 name v type vlan id 5; ip netns add x; ip link set v netns x
ip -n x -d link show v; ip link del dummy0; ip -n x link show v`;
    expect(await lines(script)).toEqual([
      "4: v@if3: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000",
      "    link/ether 02:00:00:00:00:05 brd ff:ff:ff:ff:ff:ff link-netnsid 0 promiscuity 0 minmtu 0 maxmtu 65535 ",
      "    vlan protocol 802.1Q id 5 <REORDER_HDR> numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 ",
      'Device "v" does not exist.',
    ]);
  });
});

describe("bridge", () => {
  test("its address and carrier are those of its ports", async () => {
    const show = "ip -br link show br0\n";
    const script = `ip link add br0 type bridge; ip link set br0 up; ip link set dummy0 master br0\n${show}bridge link show
ip link set dummy0 nomaster\n${show}ip link set dummy0 master br0; ip link del dummy0\n${show}bridge link`;
    expect(await lines(script)).toEqual([
      "br0              UP             02:00:00:00:00:05 <BROADCAST,MULTICAST,UP,LOWER_UP> ",
      "3: dummy0: <BROADCAST,NOARP,UP,LOWER_UP> mtu 1500 master br0 state forwarding priority 32 cost 100 ",
      "br0              DOWN           00:00:00:00:00:00 <NO-CARRIER,BROADCAST,MULTICAST,UP> ",
      "br0              DOWN           00:00:00:00:00:00 <NO-CARRIER,BROADCAST,MULTICAST,UP> ",
    ]);
  });

  test("an address that was given stays", async () => {
    const script = "ip link add br0 address 02:00:00:00:00:99 type bridge; ip link set dummy0 master br0; cat /sys/class/net/br0/address";
    expect(await lines(script)).toEqual(["02:00:00:00:00:99"]);
  });

  test.each([
    ["ip link set br0 master br0", "Error: Can not enslave a bridge to a bridge.", 2],
    ["ip link set lo master br0", "RTNETLINK answers: Invalid argument", 2],
    ["ip link set br0 master dummy0", "RTNETLINK answers: Operation not supported", 2],
    ["ip link set dummy0 master nosuch", 'Error: argument "nosuch" is wrong: Device does not exist', 255],
    ["ip netns add x; ip link set br0 netns x", "RTNETLINK answers: Invalid argument", 2],
    ["bridge foo", 'Object "foo" is unknown, try "bridge help".', 255],
  ])("%s", async (command, said, status) => {
    const output = (await lines(`ip link add br0 type bridge; ${command}; echo $?`)).filter((line) => line !== "");
    expect(output).toEqual([said, String(status)]);
  });

  test("ports leave a bridge that is deleted, and the modules can go then", async () => {
    const script = `ip link add br0 type bridge; ip link set dummy0 master br0; ip link del br0; ip -o link show dummy0 | grep -c master
rmmod bridge; echo $?; modprobe 8021q; rmmod 8021q; echo $?`;
    expect(await lines(script)).toEqual(["0", "0", "0"]);
  });
});

test("a driver's directory shows its module and takes new ids", async () => {
  const dir = "/sys/bus/pci/drivers/mlx5_core";
  const script = `ls ${dir}; ls /sys/module/mlx5_core/drivers; echo zz > ${dir}/new_id; echo "1 2" > ${dir}/remove_id; echo "1 2" > ${dir}/new_id
echo "1 2" > ${dir}/new_id; echo "1 2" > ${dir}/remove_id; echo $?`;
  const { stdout, stderr } = await run(script);
  expect({ stdout, stderr }).toEqual({
    stdout: "0000:00:08.0\nbind\nmodule\nnew_id\nremove_id\nuevent\nunbind\npci:mlx5_core\n0\n",
    stderr: [
      "test.sh: line 1: echo: write error: Invalid argument",
      "test.sh: line 1: echo: write error: No such device",
      "test.sh: line 2: echo: write error: File exists",
      "",
    ].join("\n"),
  });
});
