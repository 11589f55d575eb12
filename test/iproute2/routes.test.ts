/** Proves routes and IPv6 addresses from end to end: what devices and addresses bring, what users add, what goes when a link goes. */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

async function both(script: string): Promise<string> {
  const { stdout } = await run(`exec 2>&1\n${script}`, { devices: [], era: "v5.10.223" });
  return stdout;
}

/** A dummy link with a known hardware address. */
const D0 = "modprobe dummy; ip link add d0 address 02:00:00:00:00:01 type dummy; ip link set d0 up; ip addr add 10.0.0.1/24 dev d0\n";

test("an address brings its routes; the local ones stay when the link goes down", async () => {
  expect(await both(`ip link set lo up\n${D0}ip route show table all; echo; ip link set d0 down; ip route show table all`)).toBe(
    `10.0.0.0/24 dev d0 proto kernel scope link src 10.0.0.1 
broadcast 10.0.0.0 dev d0 table local proto kernel scope link src 10.0.0.1 
local 10.0.0.1 dev d0 table local proto kernel scope host src 10.0.0.1 
broadcast 10.0.0.255 dev d0 table local proto kernel scope link src 10.0.0.1 
broadcast 127.0.0.0 dev lo table local proto kernel scope link src 127.0.0.1 
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1 
fe80::/64 dev d0 proto kernel metric 256 pref medium
local ::1 dev lo table local proto kernel metric 0 pref medium
local fe80::ff:fe00:1 dev d0 table local proto kernel metric 0 pref medium
multicast ff00::/8 dev d0 table local proto kernel metric 256 pref medium

local 10.0.0.1 dev d0 table local proto kernel scope host src 10.0.0.1 
broadcast 127.0.0.0 dev lo table local proto kernel scope link src 127.0.0.1 
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1 
local ::1 dev lo table local proto kernel metric 0 pref medium
`,
  );
});

test("routes of users: shown, looked up, replaced, deleted; gone with their link and with their namespace", async () => {
  const script = `${D0}ip route add default via 10.0.0.254; ip route add 10.1.0.0/16 dev d0 metric 5; ip route add unreachable 7.7.7.0/24
ip route; ip -j route show dev d0
ip route get 8.8.8.8; ip route get 7.7.7.7; ip route get 10.0.0.1
ip route replace default via 10.0.0.253; ip route show default; ip route del 10.1.0.0/16; ip route flush table main; ip route
ip netns add n; ip link set d0 netns n; ip -n n route`;
  expect(await both(script)).toBe(`default via 10.0.0.254 dev d0 
unreachable 7.7.7.0/24 
10.0.0.0/24 dev d0 proto kernel scope link src 10.0.0.1 
10.1.0.0/16 dev d0 scope link metric 5 
[{"dst":"default","gateway":"10.0.0.254","flags":[]},{"dst":"10.0.0.0/24","protocol":"kernel","scope":"link","prefsrc":"10.0.0.1","flags":[]},{"dst":"10.1.0.0/16","scope":"link","metric":5,"flags":[]}]
8.8.8.8 via 10.0.0.254 dev d0 src 10.0.0.1 uid 0 
    cache 
RTNETLINK answers: No route to host
local 10.0.0.1 dev lo table local src 10.0.0.1 uid 0 
    cache <local> 
default via 10.0.0.253 dev d0 
`);
});

describe("refusals", () => {
  test.each([
    ["ip route add 10.1.0.0/16 via 9.9.9.9", "Error: Nexthop has invalid gateway.\n", 2],
    ["ip route add 10.1.0.1/16 dev d0", "Error: Invalid prefix for given prefix length.\n", 2],
    ["ip route add 10.1.0.0/16", "RTNETLINK answers: No such device\n", 2],
    ["ip route add 10.1.0.0/16 dev nosuch", 'Cannot find device "nosuch"\n', 1],
    ["ip route add 10.1.0.0/16 dev d1", "Error: Device for nexthop is not up.\n", 2],
    ["ip route add 10.1.0.0/16 dev d0 src 9.9.9.9", "Error: Invalid prefsrc address.\n", 2],
    ["ip route del 10.1.0.0/16", "RTNETLINK answers: No such process\n", 2],
    ["ip route add 10.0.0.0/24 dev d0 proto kernel src 10.0.0.1", "RTNETLINK answers: File exists\n", 2],
    ["ip route add x", 'Error: any valid prefix is expected rather than "x".\n', 1],
    ["ip route get", "need at least a destination address\n", 1],
    ["ip route get 8.8.8.8", "RTNETLINK answers: Network is unreachable\n", 2],
    ["ip route show table 100", "Error: ipv4: FIB table does not exist.\nDump terminated\n", 2],
    ["ip route show table nosuch", 'Error: argument "nosuch" is wrong: table id value is invalid\n\n', 255],
    ["ip route flush", '"ip route flush" requires arguments.\n', 1],
    ["ip route bogus", 'Command "bogus" is unknown, try "ip route help".\n', 255],
    ["ip route add 10.1.0.0/16 mtu 1400 dev d0", 'ip: the setting "mtu" of a route is not modelled by this emulator.\n', 1],
    ["ip addr add 2001:db8::1/129 dev d0", 'Error: any valid prefix is expected rather than "2001:db8::1/129".\n', 1],
    ["ip addr del 2001:db8::1/64 dev d0", "RTNETLINK answers: Cannot assign requested address\n", 2],
    ["ip rule del from 1.1.1.1", "RTNETLINK answers: No such file or directory\n", 2],
  ])("%s", async (command, stderr, status) => {
    expect(await both(`${D0}ip link add d1 type dummy\n${command}; echo $?`)).toBe(`${stderr}${status}\n`);
  });
});

test("an IPv6 address is tentative until nobody has answered; without link there is none", async () => {
  const script = `ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address 02:00:00:00:00:03
ip link set v0 up; ip -br addr show v0; ip link set v1 up; ip -6 -o addr show dev v0; sleep 2
ip addr add 2001:db8::1/64 dev v0 nodad; ip addr add 2001:db8::2/64 dev v0; ip -6 -o addr show dev v0; ip -6 route show dev v0
ip addr del 2001:db8::1/64 dev v0; ip -6 route show dev v0; ip addr del 2001:db8::2/64 dev v0; ip -6 route show dev v0`;
  expect(await both(script)).toBe(`v0@v1            LOWERLAYERDOWN 
3: v0    inet6 fe80::ff:fe00:2/64 scope link tentative \\       valid_lft forever preferred_lft forever
3: v0    inet6 2001:db8::2/64 scope global tentative \\       valid_lft forever preferred_lft forever
3: v0    inet6 2001:db8::1/64 scope global \\       valid_lft forever preferred_lft forever
3: v0    inet6 fe80::ff:fe00:2/64 scope link \\       valid_lft forever preferred_lft forever
2001:db8::/64 proto kernel metric 256 pref medium
fe80::/64 proto kernel metric 256 pref medium
2001:db8::/64 proto kernel metric 256 pref medium
fe80::/64 proto kernel metric 256 pref medium
fe80::/64 proto kernel metric 256 pref medium
`);
});

test("rules choose the table", async () => {
  const script = `${D0}ip route add default dev d0 table 100; ip rule add to 9.0.0.0/8 lookup 100 priority 5; ip rule; ip route get 9.1.1.1; ip -6 rule`;
  expect(await both(script)).toBe(`0:	from all lookup local 
5:	from all to 9.0.0.0/8 lookup 100 
32766:	from all lookup main 
32767:	from all lookup default 
9.1.1.1 dev d0 table 100 src 10.0.0.1 uid 0 
    cache 
0:	from all lookup local 
32766:	from all lookup main 
`);
});
