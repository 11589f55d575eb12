/** Proves ip's command line, messages, streams and layouts against recordings of the real program, with a canned kernel. */
import { describe, expect, it } from "vitest";
import { EEXIST, EINVAL, ENODEV } from "../../src/kernel/index.ts";
import * as nl from "../../src/netlink/index.ts";
import { programs } from "../../src/userspace/iproute2/index.ts";
import { type CannedAnswer, type CannedKernel, type Outcome, runFake } from "./fake-process.ts";

const ip = programs.find(({ path }) => path === "/usr/sbin/ip")?.program ?? (() => Promise.reject(new Error("no ip")));

interface FakeLink {
  readonly index: number;
  readonly name: string;
  readonly flags: number;
  readonly address: string;
  readonly fill?: (w: nl.AttributeWriter) => void;
}

const UP = nl.IFF_UP | nl.IFF_RUNNING | nl.IFF_LOWER_UP;
const LINKS: readonly FakeLink[] = [
  { index: 1, name: "lo", flags: nl.IFF_LOOPBACK | UP, address: "00:00:00:00:00:00" },
  {
    index: 2,
    name: "eth0",
    flags: nl.IFF_BROADCAST | nl.IFF_NOARP,
    address: "5a:e1:a4:8c:5c:1c",
    fill: (w) => w.u32(nl.IFLA_NUM_VF, 0).nest(nl.IFLA_VFINFO_LIST, () => {}),
  },
  {
    index: 5,
    name: "v0",
    flags: nl.IFF_BROADCAST | nl.IFF_MULTICAST,
    address: "0e:1d:4a:ab:de:38",
    fill: (w) => w.u32(nl.IFLA_LINK, 4).s32(nl.IFLA_LINK_NETNSID, 7),
  },
  {
    index: 11,
    name: "x",
    flags: nl.IFF_BROADCAST | nl.IFF_NOARP,
    address: "1a:c9:df:f2:a5:ba",
    fill: (w) => w.u32(nl.IFLA_LINK, 2).nest(nl.IFLA_LINKINFO, (i) => i.string(nl.IFLA_INFO_KIND, "vlan")),
  },
];

const mac = (text: string): Uint8Array => Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));

function linkMessage(link: FakeLink): Uint8Array {
  const header = new Uint8Array(nl.IFINFOMSG_LEN);
  const view = new DataView(header.buffer);
  const isLoopback = link.name === "lo";
  view.setUint16(2, isLoopback ? nl.ARPHRD_LOOPBACK : nl.ARPHRD_ETHER, true);
  view.setInt32(4, link.index, true);
  view.setUint32(8, link.flags, true);
  const w = new nl.AttributeWriter().header(header);
  w.string(nl.IFLA_IFNAME, link.name)
    .u32(nl.IFLA_TXQLEN, 1000)
    .u8(nl.IFLA_OPERSTATE, isLoopback ? nl.IF_OPER_UNKNOWN : nl.IF_OPER_DOWN);
  w.u8(nl.IFLA_LINKMODE, 0)
    .u32(nl.IFLA_MTU, isLoopback ? 65536 : 1500)
    .u32(nl.IFLA_GROUP, 0)
    .string(nl.IFLA_QDISC, isLoopback ? "noqueue" : "noop");
  w.bytes(nl.IFLA_ADDRESS, mac(link.address)).bytes(nl.IFLA_BROADCAST, mac(isLoopback ? link.address : "ff:ff:ff:ff:ff:ff"));
  w.bytes(nl.IFLA_STATS64, new Uint8Array(24 * 8));
  link.fill?.(w);
  return w.finish();
}

function getLink(request: nl.NetlinkMessage): CannedAnswer {
  if ((request.flags & nl.NLM_F_DUMP) === nl.NLM_F_DUMP) return LINKS.map((link) => ({ type: nl.RTM_NEWLINK, payload: linkMessage(link) }));
  const name = nl.Attributes.parse(request.payload, nl.IFINFOMSG_LEN)?.string(nl.IFLA_IFNAME);
  const index = new DataView(request.payload.buffer, request.payload.byteOffset).getInt32(4, true);
  const link = LINKS.find((candidate) => (name === undefined ? candidate.index === index : candidate.name === name));
  return link === undefined ? { error: -ENODEV } : [{ type: nl.RTM_NEWLINK, payload: linkMessage(link) }];
}

/** Descriptors count up from 3, the netlink socket is 3: the first namespace that is opened is 4. */
function getNsid(request: nl.NetlinkMessage): CannedAnswer {
  const attributes = nl.Attributes.parse(request.payload, nl.RTGENMSG_LEN) as nl.Attributes;
  const nsid = attributes.s32(nl.NETNSA_NSID);
  if (nsid !== undefined && nsid !== 7) return { error: -EINVAL, extack: "Peer netns reference is invalid" };
  const fd = attributes.u32(nl.NETNSA_FD) ?? 0;
  const answer = nsid ?? (fd % 2 === 0 ? 7 : -1);
  return [{ type: nl.RTM_NEWNSID, payload: new nl.AttributeWriter().header(Uint8Array.of(0)).s32(nl.NETNSA_NSID, answer).finish() }];
}

function address(): CannedAnswer {
  const header = Uint8Array.of(nl.AF_INET, 8, nl.IFA_F_PERMANENT, nl.RT_SCOPE_HOST, 1, 0, 0, 0);
  const w = new nl.AttributeWriter()
    .header(header)
    .bytes(nl.IFA_LOCAL, Uint8Array.of(127, 0, 0, 1))
    .bytes(nl.IFA_ADDRESS, Uint8Array.of(127, 0, 0, 1));
  w.string(nl.IFA_LABEL, "lo").bytes(nl.IFA_CACHEINFO, new Uint8Array(16).fill(255));
  return [{ type: nl.RTM_NEWADDR, payload: w.finish() }];
}

const canned: CannedKernel = (_protocol, request) => {
  switch (request.type) {
    case nl.RTM_GETLINK:
      return getLink(request);
    case nl.RTM_GETNSID:
      return getNsid(request);
    case nl.RTM_NEWNSID:
      return { error: -EEXIST, extack: "Peer netns already has a nsid assigned" };
    case nl.RTM_GETADDR:
      return address();
    case nl.RTM_NEWLINK:
      return (request.flags & nl.NLM_F_CREATE) !== 0 ? { error: -EEXIST } : [];
    default:
      return { error: -EINVAL };
  }
};

async function run(line: string | readonly string[]): Promise<Outcome> {
  const outcome = await runFake(ip, line, { kernel: canned, netns: ["foo", "bar"] });
  return { ...outcome, stderr: outcome.stderr.replace(/Usage:[\s\S]*/, "<usage>\n") };
}

const LO =
  "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
const ETH0 =
  "2: eth0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    link/ether 5a:e1:a4:8c:5c:1c brd ff:ff:ff:ff:ff:ff\n";
const V0 =
  "5: v0@if4: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    link/ether 0e:1d:4a:ab:de:38 brd ff:ff:ff:ff:ff:ff link-netns foo\n";
const X =
  "11: x@eth0: <BROADCAST,NOARP,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    link/ether 1a:c9:df:f2:a5:ba brd ff:ff:ff:ff:ff:ff\n";
const JSON_LO =
  '{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00"}';

/** Command, stdout, stderr, status. */
const recorded: readonly (readonly [string | readonly string[], string, string, number])[] = [
  ["ip", "", "<usage>\n", 255],
  ["ip help", "", "<usage>\n", 255],
  ["ip -V", "ip utility, iproute2-6.1.0, libbpf 1\n", "", 0],
  ["ip bogus", "", 'Object "bogus" is unknown, try "ip help".\n', 1],
  [["ip", ""], "", 'Object "" is unknown, try "ip help".\n', 1],
  ["ip -bogus link", "", 'Option "-bogus" is unknown, try "ip -help".\n', 255],
  ["ip n", "", 'ip: object "neighbor" is not modelled by this emulator.\n', 1],
  ["ip xfrm state", "", 'ip: object "xfrm" is not modelled by this emulator.\n', 1],
  ["ip -batch x", "", "ip: option -batch is not modelled by this emulator.\n", 1],
  ["ip -n", "", 'Cannot open network namespace "(null)": No such file or directory\n', 255],
  ["ip -n missing link show", "", 'Cannot open network namespace "missing": No such file or directory\n', 255],
  ["ip -n foo", "", "<usage>\n", 255],
  ["ip netns help", "", "<usage>\n", 255],
  ["ip netns bogus", "", 'Command "bogus" is unknown, try "ip netns help".\n', 255],
  ["ip netns add", "", "No netns name specified\n", 1],
  [["ip", "netns", "add", ""], "", 'Invalid netns name ""\n', 255],
  ["ip netns add ../x", "", 'Invalid netns name "../x"\n', 255],
  ["ip netns add ..", "", 'Invalid netns name ".."\n', 255],
  [["ip", "netns", "add", "n".repeat(256)], "", `Invalid netns name "${"n".repeat(256)}"\n`, 255],
  ["ip netns del", "", "No netns name specified\n", 1],
  ["ip netns del missing", "", 'Cannot remove namespace file "/run/netns/missing": No such file or directory\n', 1],
  ["ip netns exec", "", "No netns name specified\n", 1],
  ["ip netns exec foo", "", "No command specified\n", 1],
  ["ip netns exec missing true", "", 'Cannot open network namespace "missing": No such file or directory\n', 255],
  ["ip netns identify self", "", "Specified string 'self' is not a pid\n", 1],
  ["ip netns identify 1 2", "", "extra arguments specified\n", 1],
  ["ip netns pids", "", "No netns name specified\n", 1],
  ["ip netns pids missing", "", "Cannot open network namespace: No such file or directory\n", 1],
  ["ip netns set", "", "No netns name specified\n", 1],
  ["ip netns set bar", "", "No nsid specified\n", 1],
  ["ip netns set bar abc", "", 'Error: argument "abc" is wrong: Invalid "netnsid" value\n', 255],
  ["ip netns set bar -5", "", 'Error: argument "-5" is wrong: "netnsid" value should be >= 0\n', 255],
  ["ip netns set foo 8", "", "Error: Peer netns already has a nsid assigned.\n", 2],
  ["ip netns set missing 4", "", 'Cannot open network namespace "missing": No such file or directory\n', 1],
  ["ip netns attach me", "", "No netns name and PID specified\n", 1],
  ["ip netns attach me abc", "", "Invalid PID: abc\n", 1],
  ["ip netns list-id nsid 99", "", "Error: Peer netns reference is invalid.\n", 2],
  ["ip netns list-id nsid abc", "", 'Error: argument "abc" is wrong: "nsid" value is invalid\n', 255],
  ["ip netns list-id nsid 7", "nsid 7 (iproute2 netns name: foo)\n", "", 0],
  ["ip netns list", "foo (id: 7)\nbar\n", "", 0],
  ["ip -j netns list", '[{"name":"foo","id":7},{"name":"bar"}]\n', "", 0],
  ["ip -j -p netns list", '[ {\n        "name": "foo",\n        "id": 7\n    },{\n        "name": "bar"\n    } ]\n', "", 0],
  ["ip link show", LO + ETH0 + V0 + X, "", 0],
  ["ip l", LO + ETH0 + V0 + X, "", 0],
  ["ip link show up", LO, "", 0],
  ["ip link show type vlan", X, "", 0],
  ["ip link show eth0", ETH0, "", 0],
  ["ip -o link show dev lo", LO.replace("\n", "\\"), "", 0],
  ["ip -j link show lo", `[${JSON_LO}]\n`, "", 0],
  [
    "ip -j link show eth0",
    '[{"ifindex":2,"ifname":"eth0","flags":["BROADCAST","NOARP"],"mtu":1500,"qdisc":"noop","operstate":"DOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether","address":"5a:e1:a4:8c:5c:1c","broadcast":"ff:ff:ff:ff:ff:ff","vfinfo_list":[]}]\n',
    "",
    0,
  ],
  [
    "ip -j link show v0",
    '[{"ifindex":5,"link_index":4,"ifname":"v0","flags":["BROADCAST","MULTICAST"],"mtu":1500,"qdisc":"noop","operstate":"DOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether","address":"0e:1d:4a:ab:de:38","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":7}]\n',
    "",
    0,
  ],
  ["ip -br link show lo", "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \n", "", 0],
  [
    "ip -s link show lo",
    `${LO}    RX:  bytes packets errors dropped  missed   mcast           \n             0       0      0       0       0       0 \n    TX:  bytes packets errors dropped carrier collsns           \n             0       0      0       0       0       0 \n`,
    "",
    0,
  ],
  ["ip link show nosuch", "", 'Device "nosuch" does not exist.\n', 1],
  ["ip link show dev", "", 'Command line is not complete. Try option "help"\n', 255],
  ["ip link show lo eth0", "", 'Error: either "dev" is duplicate, or "eth0" is a garbage.\n', 255],
  ["ip link bogus", "", 'Command "bogus" is unknown, try "ip link help".\n', 255],
  ["ip link help", "", "<usage>\n", 255],
  ["ip link set", "", 'Not enough information: "dev" argument is required.\n', 255],
  ["ip link set eth0 up", "", "", 0],
  ["ip link set eth0 netns foo", "", "", 0],
  ["ip link set nosuch netns foo", "", 'Cannot find device "nosuch"\n', 1],
  ["ip link set eth0 netns missing", "", 'Error: argument "missing" is wrong: Invalid "netns" value\n\n', 255],
  ["ip link set eth0 mtu abc", "", 'Error: argument "abc" is wrong: Invalid "mtu" value\n\n', 255],
  ["ip link set eth0 arp maybe", "", 'Error: argument of "arp" must be "on" or "off", not "maybe"\n', 1],
  ["ip link set eth0 vrf red", "", 'ip: the setting "vrf" of a link is not modelled by this emulator.\n', 1],
  ["ip link add d0", "", 'Not enough information: "type" argument is required\n', 1],
  ["ip link add d0 type dummy", "", "RTNETLINK answers: File exists\n", 2],
  ["ip link add d0 type dummy extra", "", "RTNETLINK answers: File exists\n", 2],
  ["ip link add v5 type bridge stp_state 1", "", 'ip: "stp_state" of link type bridge is not modelled by this emulator.\n', 1],
  [
    "ip link add averylonginterfacename type dummy",
    "",
    'Error: argument "averylonginterfacename" is wrong: "name" not a valid ifname\n',
    255,
  ],
  ["ip link del nosuch", "", 'Cannot find device "nosuch"\n', 1],
  [
    "ip addr show lo",
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n",
    "",
    0,
  ],
  [
    "ip -j addr show lo",
    `[${JSON_LO.replace(',"linkmode":"DEFAULT"', "").slice(0, -1)},"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295}]}]\n`,
    "",
    0,
  ],
  [
    "ip -s addr show lo",
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n    RX:  bytes packets errors dropped  missed   mcast           \n             0       0      0       0       0       0 \n    TX:  bytes packets errors dropped carrier collsns           \n             0       0      0       0       0       0 \n",
    "",
    0,
  ],
  ["ip -br addr show lo", "lo               UNKNOWN        127.0.0.1/8 \n", "", 0],
  ["ip addr add 10.0.0.1/24", "", 'Not enough information: "dev" argument is required.\n', 1],
  ["ip addr add foo dev lo", "", 'Error: any valid prefix is expected rather than "foo".\n', 1],
  ["ip addr add 10.0.0.1/24 dev nosuch", "", 'Cannot find device "nosuch"\n', 1],
  ["ip addr bogus", "", 'Command "bogus" is unknown, try "ip address help".\n', 255],
];

describe("ip", () => {
  it.each(recorded)("%s", async (line, stdout, stderr, rc) => {
    expect(await run(line)).toEqual({ stdout, stderr, rc });
  });

  it("lists nothing, not even in JSON, without the directory", async () => {
    expect(await runFake(ip, "ip -j netns list", { kernel: canned, netns: null })).toEqual({ stdout: "", stderr: "", rc: 0 });
  });

  it("says twice of a file that is no namespace that it is none, and lists it", async () => {
    const refusing: CannedKernel = () => ({ error: -EINVAL, extack: "Peer netns reference is invalid" });
    const complaint = "Error: Peer netns reference is invalid.\n";
    expect(await runFake(ip, "ip netns", { kernel: refusing, netns: ["junk"] })).toEqual({
      stdout: "junk\n",
      stderr: complaint + complaint,
      rc: 0,
    });
  });

  it("asks for a veth pair in one message", async () => {
    let sent: nl.Attributes | null = null;
    const watching: CannedKernel = (_protocol, request) => {
      sent = nl.Attributes.parse(request.payload, nl.IFINFOMSG_LEN);
      return [];
    };
    expect(await runFake(ip, "ip link add v0 type veth peer name v1 mtu 1400", { kernel: watching })).toEqual({
      stdout: "",
      stderr: "",
      rc: 0,
    });
    const info = (sent as nl.Attributes | null)?.nested(nl.IFLA_LINKINFO);
    const peer = nl.Attributes.parse(info?.nested(nl.IFLA_INFO_DATA)?.bytes(nl.VETH_INFO_PEER) ?? new Uint8Array(0), nl.IFINFOMSG_LEN);
    expect([
      (sent as nl.Attributes | null)?.string(nl.IFLA_IFNAME),
      info?.string(nl.IFLA_INFO_KIND),
      peer?.string(nl.IFLA_IFNAME),
      peer?.u32(nl.IFLA_MTU),
    ]).toEqual(["v0", "veth", "v1", 1400]);
  });
});
