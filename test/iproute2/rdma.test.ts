/** Proves rdma's command line, messages, streams and layouts against recordings of the real program, with a canned kernel. */
import { describe, expect, it } from "vitest";
import { EBUSY, EINVAL, EOPNOTSUPP } from "../../src/kernel/index.ts";
import * as nl from "../../src/netlink/index.ts";
import { programs } from "../../src/userspace/iproute2/index.ts";
import { type CannedKernel, runFake } from "./fake-process.ts";

const rdma = programs.find(({ path }) => path === "/usr/bin/rdma")?.program ?? (() => Promise.reject(new Error("no rdma")));

const DEVICES = [
  { index: 0, name: "rxe0", guid: 0x4822c3fffe5b98afn, netdev: "dummy0", netdevIndex: 2 },
  { index: 1, name: "rxe1", guid: 0x6096c0fffe325c8an, netdev: "veth0", netdevIndex: 4 },
] as const;

const canned: CannedKernel = (protocol, request) => {
  if (protocol !== nl.NETLINK_RDMA) return { error: -EOPNOTSUPP };
  const attributes = nl.Attributes.parse(request.payload) as nl.Attributes;
  const index = attributes.u32(nl.RDMA_NLDEV_ATTR_DEV_INDEX);
  const wanted = DEVICES.filter((device) => index === undefined || device.index === index);
  const answer = (fill: (w: nl.AttributeWriter, device: (typeof DEVICES)[number]) => void) =>
    wanted.map((device) => {
      const w = new nl.AttributeWriter().u32(nl.RDMA_NLDEV_ATTR_DEV_INDEX, device.index).string(nl.RDMA_NLDEV_ATTR_DEV_NAME, device.name);
      fill(w, device);
      return { type: request.type, payload: w.finish() };
    });
  switch (nl.RDMA_NL_GET_OP(request.type)) {
    case nl.RDMA_NLDEV_CMD_GET:
      return answer((w, device) => {
        w.u32(nl.RDMA_NLDEV_ATTR_PORT_INDEX, 1).u8(nl.RDMA_NLDEV_ATTR_DEV_NODE_TYPE, 1).u64(nl.RDMA_NLDEV_ATTR_NODE_GUID, device.guid);
        w.u64(nl.RDMA_NLDEV_ATTR_SYS_IMAGE_GUID, device.guid)
          .u8(nl.RDMA_NLDEV_ATTR_DEV_DIM, 0)
          .u64(nl.RDMA_NLDEV_ATTR_CAP_FLAGS, 0x10000203c76n & ~0xfff0000000n);
      });
    case nl.RDMA_NLDEV_CMD_PORT_GET:
      return answer((w, device) => {
        w.u32(nl.RDMA_NLDEV_ATTR_PORT_INDEX, 1).u8(nl.RDMA_NLDEV_ATTR_PORT_STATE, 4).u8(nl.RDMA_NLDEV_ATTR_PORT_PHYS_STATE, 5);
        w.u32(nl.RDMA_NLDEV_ATTR_NDEV_INDEX, device.netdevIndex).string(nl.RDMA_NLDEV_ATTR_NDEV_NAME, device.netdev);
      });
    case nl.RDMA_NLDEV_CMD_RES_GET:
      return answer((w) =>
        w.nest(nl.RDMA_NLDEV_ATTR_RES_SUMMARY, (s) => {
          for (const [name, count] of [
            ["pd", 1n],
            ["cq", 1n],
            ["qp", 1n],
            ["cm_id", 0n],
            ["mr", 0n],
            ["ctx", 0n],
          ] as const) {
            s.nest(nl.RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY, (e) =>
              e.string(nl.RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME, name).u64(nl.RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR, count),
            );
          }
        }),
      );
    case nl.RDMA_NLDEV_CMD_SYS_GET:
      return [{ type: request.type, payload: new nl.AttributeWriter().u8(nl.RDMA_NLDEV_SYS_ATTR_NETNS_MODE, 1).finish() }];
    case nl.RDMA_NLDEV_CMD_SYS_SET:
      return { error: -EBUSY };
    case nl.RDMA_NLDEV_CMD_SET:
      return attributes.has(nl.RDMA_NLDEV_NET_NS_FD) ? { error: -EOPNOTSUPP } : [];
    default:
      return { error: -EINVAL };
  }
};

const CAPS =
  "BAD_PKEY_CNTR, BAD_QKEY_CNTR, AUTO_PATH_MIG, CHANGE_PHY_PORT, UD_AV_PORT_ENFORCE_PORT_ENFORCE, PORT_ACTIVE_EVENT, SYS_IMAGE_GUID, RC_RNR_NAK_GEN, SRQ_RESIZE, MEM_MGT_EXTENSIONS, UNKNOWN";
const RXE0 = "0: rxe0: node_type ca node_guid 4822:c3ff:fe5b:98af sys_image_guid 4822:c3ff:fe5b:98af ";
const RXE1 = "1: rxe1: node_type ca node_guid 6096:c0ff:fe32:5c8a sys_image_guid 6096:c0ff:fe32:5c8a ";

/** Command, stdout, stderr, status. */
const recorded: readonly (readonly [string, string, string, number])[] = [
  ["rdma", "<usage>\n", "", 0],
  ["rdma help", "<usage>\n", "", 0],
  ["rdma -V", "rdma utility, iproute2-6.1.0\n", "", 0],
  ["rdma dev help", "<usage>\n", "", 0],
  ["rdma link help", "<usage>\n", "", 0],
  ["rdma system help", "<usage>\n", "", 0],
  ["rdma bogus", "", "Unknown object 'bogus'.\n", 0],
  ["rdma monitor", "", "Unknown object 'monitor'.\n", 0],
  ["rdma dev bogus", "", "Unknown dev command 'bogus'.\n", 0],
  ["rdma -N foo dev show", "<usage>\n", "Unknown option.\n", 1],
  ["rdma dev show", `${RXE0}\n${RXE1}\n`, "", 0],
  ["rdma d", `${RXE0}\n${RXE1}\n`, "", 0],
  ["rdma dev show rxe0", `${RXE0}\n`, "", 0],
  ["rdma dev show rxe0 extra", "", "Unknown parameter 'extra'.\n", 0],
  ["rdma dev show rxe9", "", "Wrong device name - rxe9\n", 1],
  [
    "rdma -j dev show",
    '[{"ifindex":0,"ifname":"rxe0","node_type":"ca","node_guid":"4822:c3ff:fe5b:98af","sys_image_guid":"4822:c3ff:fe5b:98af"},{"ifindex":1,"ifname":"rxe1","node_type":"ca","node_guid":"6096:c0ff:fe32:5c8a","sys_image_guid":"6096:c0ff:fe32:5c8a"}]\n',
    "",
    0,
  ],
  ["rdma -d dev show rxe0", `${RXE0}adaptive-moderation off \n    caps: <${CAPS}>\n`, "", 0],
  [
    "rdma link show",
    "link rxe0/1 state ACTIVE physical_state LINK_UP netdev dummy0 \nlink rxe1/1 state ACTIVE physical_state LINK_UP netdev veth0 \n",
    "",
    0,
  ],
  ["rdma -d link show rxe0/1", "link rxe0/1 state ACTIVE physical_state LINK_UP netdev dummy0 netdev_index 2 \n", "", 0],
  [
    "rdma -jp link show rxe0/1",
    '[ {\n        "ifindex": 0,\n        "ifname": "rxe0",\n        "port": 1,\n        "state": "ACTIVE",\n        "physical_state": "LINK_UP",\n        "netdev": "dummy0",\n        "netdev_index": 2\n    } ]\n',
    "",
    0,
  ],
  ["rdma link show rxe0", "", "Wrong device name\n", 1],
  ["rdma link show rxe0/2", "", "Wrong device name\n", 1],
  ["rdma resource show rxe0", "0: rxe0: pd 1 cq 1 qp 1 cm_id 0 mr 0 ctx 0 \n", "", 0],
  ["rdma -j resource show rxe0", '[{"ifindex":0,"ifname":"rxe0","pd":1,"cq":1,"qp":1,"cm_id":0,"mr":0,"ctx":0}]\n', "", 0],
  ["rdma system show", "netns shared copy-on-fork off\n", "", 0],
  ["rdma -j system show", "netns shared copy-on-fork off\n", "", 0],
  ["rdma system set", "<usage>\n", "", 0],
  ["rdma system set netns bogus", "", "valid options are: { shared | exclusive }\n", 1],
  ["rdma system set netns exclusive", "", "error: Device or resource busy\n", 1],
  ["rdma dev set", "", "Please provide device name.\n", 1],
  ["rdma dev set rxe0", "<usage>\n", "", 0],
  ["rdma dev set rxe0 name", "", "Please provide device new name.\n", 1],
  ["rdma dev set rxe0 name rx5", "", "", 0],
  ["rdma dev set rxe0 bogus", "", "Unknown parameter 'bogus'.\n", 0],
  ["rdma dev set rxe0 netns foo", "", "error: Operation not supported\n", 1],
  ["rdma dev set rxe0 netns missing", "", 'Cannot open network namespace "missing": No such file or directory\n', 1],
  ["rdma link add", "", "Please provide a link name to add.\n", 1],
  ["rdma link add rxe2 type rxe", "<usage>\n", "", 0],
  ["rdma link add rxe2 type bogus netdev veth1", "", "error: Invalid argument\n", 1],
  ["rdma link del nosuch", "", "Wrong device name - nosuch\n", 1],
];

describe("rdma", () => {
  it.each(recorded)("%s", async (line, stdout, stderr, rc) => {
    const outcome = await runFake(rdma, line, { kernel: canned, netns: ["foo"] });
    expect({ ...outcome, stdout: outcome.stdout.replace(/Usage:[\s\S]*/, "<usage>\n") }).toEqual({ stdout, stderr, rc });
  });

  it("shows empty lists where there is no device", async () => {
    const none: CannedKernel = () => [];
    expect(await runFake(rdma, "rdma dev show", { kernel: none })).toEqual({ stdout: "", stderr: "", rc: 0 });
    expect(await runFake(rdma, "rdma -j link show", { kernel: none })).toEqual({ stdout: "[]\n", stderr: "", rc: 0 });
  });
});
