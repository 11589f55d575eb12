/** rdma system: whether RDMA devices are shared by all network namespaces. */
import {
  RDMA_NLDEV_CMD_SYS_GET,
  RDMA_NLDEV_CMD_SYS_SET,
  RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK,
  RDMA_NLDEV_SYS_ATTR_NETNS_MODE,
} from "../../../netlink/index.ts";
import { ask, execute, fail, help, type Rdma } from "./context.ts";
import { SYSTEM_HELP } from "./help.ts";

/** By the number on the wire. */
const NETNS_MODES = ["exclusive", "shared"];

/** rdma system ... */
export function cmdSystem(rd: Rdma): Promise<number> {
  const table = [
    ["show", systemShow],
    ["set", systemSet],
    ["help", help(SYSTEM_HELP)],
  ] as const;
  return execute(rd, systemShow, table, "system command");
}

function systemShow(rd: Rdma): Promise<number> {
  return execute(rd, showModes, [["netns", showModes]], "parameter");
}

/** -json makes no difference here. */
async function showModes(rd: Rdma): Promise<number> {
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_SYS_GET, 0);
  for (const attributes of answers ?? []) {
    const mode = attributes.u8(RDMA_NLDEV_SYS_ATTR_NETNS_MODE);
    if (mode !== undefined) rd.tool.out(`netns ${NETNS_MODES[mode] ?? "unknown"} `);
    rd.tool.out(`copy-on-fork ${(attributes.u8(RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK) ?? 0) === 0 ? "off" : "on"}\n`);
  }
  return answers === null ? 1 : 0;
}

function systemSet(rd: Rdma): Promise<number> {
  return execute(
    rd,
    help(SYSTEM_HELP),
    [
      ["help", help(SYSTEM_HELP)],
      ["netns", setNetns],
    ],
    "parameter",
  );
}

async function setNetns(rd: Rdma): Promise<number> {
  const mode = NETNS_MODES.indexOf(rd.words.next() ?? "");
  if (mode < 0) return await fail(rd, "valid options are: { shared | exclusive }\n");
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_SYS_SET, 0, (writer) => writer.u8(RDMA_NLDEV_SYS_ATTR_NETNS_MODE, mode));
  return answers === null ? 1 : 0;
}
