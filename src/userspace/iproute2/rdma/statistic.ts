/**
 * rdma statistic: the hardware counters of ports, and whether counters are bound to queue pairs (none is).
 * Left out, and refused: binding, counters of memory regions, optional counters.
 */
import {
  Attributes,
  NLM_F_DUMP,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_ATTR_RES_QP,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTERS,
  RDMA_NLDEV_ATTR_STAT_MODE,
  RDMA_NLDEV_ATTR_STAT_RES,
  RDMA_NLDEV_CMD_STAT_GET,
} from "../../../netlink/index.ts";
import { ask, execute, fail, forLinks, help, type Rdma, type RdmaCommand, type RdmaDevice } from "./context.ts";
import { type FilterNames, Filters } from "./filters.ts";
import { STATISTIC_HELP } from "./help.ts";

/** RDMA_COUNTER_MODE_MANUAL: in a request it asks for the mode alone. */
const RDMA_COUNTER_MODE_MANUAL = 2;

const COUNTER_FILTERS: FilterNames = { cntn: "number", lqpn: "number", pid: "number", "qp-type": "word" };

const notModelled =
  (what: string): RdmaCommand =>
  (rd) =>
    rd.tool.notModelled(`command "statistic ${what}"`);

/** rdma statistic ... */
export function cmdStatistic(rd: Rdma): Promise<number> {
  const table = [
    ["show", statisticShow],
    ["list", statisticShow],
    ["help", help(STATISTIC_HELP)],
    ["qp", statisticQp],
    ["mr", notModelled("mr")],
    ["set", (r: Rdma) => (r.words.atEnd ? help(STATISTIC_HELP)(r) : notModelled("set")(r))],
    ["unset", (r: Rdma) => (r.words.atEnd ? help(STATISTIC_HELP)(r) : notModelled("unset")(r))],
    ["mode", notModelled("mode")],
  ] as const;
  return execute(rd, statisticShow, table, "statistic command");
}

function statisticShow(rd: Rdma): Promise<number> {
  const showLinks = (): Promise<number> => forLinks(rd, (device, port) => showCounters(rd, device, port), false);
  const table = [
    ["link", showLinks],
    ["mr", notModelled("show mr")],
    ["help", help(STATISTIC_HELP)],
  ] as const;
  return execute(rd, showLinks, table, "parameter");
}

function statisticQp(rd: Rdma): Promise<number> {
  const show = (): Promise<number> => qpLinks(rd, (device, port) => showBound(rd, device, port));
  const mode = (): Promise<number> => qpLinks(rd, (device, port) => showMode(rd, device, port));
  const change = (what: string) => (): Promise<number> =>
    execute(
      rd,
      help(STATISTIC_HELP),
      [
        ["link", notModelled(`qp ${what}`)],
        ["help", help(STATISTIC_HELP)],
      ],
      "parameter",
    );
  const table = [
    ["show", show],
    ["list", show],
    ["mode", mode],
    ["set", () => setMode(rd)],
    ["bind", change("bind")],
    ["unbind", change("unbind")],
    ["help", help(STATISTIC_HELP)],
  ] as const;
  return execute(rd, show, table, "parameter");
}

/** [link [DEVICE/PORT]] */
function qpLinks(rd: Rdma, run: (device: RdmaDevice, port: number) => Promise<number>): Promise<number> {
  const links = (): Promise<number> => forLinks(rd, run, false);
  return execute(
    rd,
    links,
    [
      ["link", links],
      ["help", help(STATISTIC_HELP)],
    ],
    "parameter",
  );
}

/** set link [DEVICE/PORT]: without more it only tells the mode. */
function setMode(rd: Rdma): Promise<number> {
  const one = (device: RdmaDevice, port: number): Promise<number> =>
    execute(rd, () => showMode(rd, device, port), [["auto", notModelled("qp set")]], "parameter");
  const links = (): Promise<number> => forLinks(rd, (device, port) => (port === 0 ? Promise.resolve(0) : one(device, port)), false);
  return execute(
    rd,
    help(STATISTIC_HELP),
    [
      ["link", links],
      ["help", help(STATISTIC_HELP)],
    ],
    "parameter",
  );
}

async function showCounters(rd: Rdma, device: RdmaDevice, port: number): Promise<number> {
  if (port === 0) return 0;
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_STAT_GET, 0, (writer) =>
    writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index).u32(RDMA_NLDEV_ATTR_PORT_INDEX, port),
  );
  for (const attributes of answers ?? []) printCounters(rd, attributes);
  return answers === null ? 1 : 0;
}

function printCounters(rd: Rdma, attributes: Attributes): void {
  const { output } = rd;
  const [name, port] = [attributes.string(RDMA_NLDEV_ATTR_DEV_NAME), attributes.u32(RDMA_NLDEV_ATTR_PORT_INDEX)];
  const counters = attributes.nested(RDMA_NLDEV_ATTR_STAT_HWCOUNTERS);
  if (name === undefined || port === undefined || counters === undefined) return;
  output.openObject();
  output.field("ifname", `link ${name}/`, name);
  output.field("port", `${port} `, port);
  for (const bytes of counters.all(RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY)) {
    const entry = Attributes.parse(bytes);
    const counter = entry?.string(RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME);
    const value = entry?.u64(RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE);
    if (counter === undefined || value === undefined) continue;
    if (rd.pretty) output.text("\n    ");
    output.field(counter, `${counter} ${value} `, value);
  }
  output.text("\n");
  output.closeObject();
}

/** Counters bound to queue pairs. None can be bound, so an answer has no entries. */
async function showBound(rd: Rdma, device: RdmaDevice, port: number): Promise<number> {
  if (port === 0) return 0;
  const filters = Filters.parse(rd.words, COUNTER_FILTERS);
  if (typeof filters === "string") return await fail(rd, filters);
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_STAT_GET, NLM_F_DUMP, (writer) =>
    writer
      .u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index)
      .u32(RDMA_NLDEV_ATTR_PORT_INDEX, port)
      .u32(RDMA_NLDEV_ATTR_STAT_RES, RDMA_NLDEV_ATTR_RES_QP),
  );
  return answers === null ? 1 : 0;
}

async function showMode(rd: Rdma, device: RdmaDevice, port: number): Promise<number> {
  if (port === 0) return 0;
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_STAT_GET, 0, (writer) =>
    writer
      .u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index)
      .u32(RDMA_NLDEV_ATTR_PORT_INDEX, port)
      .u32(RDMA_NLDEV_ATTR_STAT_MODE, RDMA_COUNTER_MODE_MANUAL)
      .u32(RDMA_NLDEV_ATTR_STAT_RES, RDMA_NLDEV_ATTR_RES_QP),
  );
  const { output } = rd;
  for (const attributes of answers ?? []) {
    // No mode is automatic here: that needs counters which can be bound.
    if (!attributes.has(RDMA_NLDEV_ATTR_STAT_MODE)) continue;
    output.openObject();
    output.jsonField("ifindex", device.index);
    output.field("ifname", `link ${device.name}/`, device.name);
    output.field("port", `${port} `, port);
    output.field("mode", "mode qp auto off ", "qp auto off");
    output.text("\n");
    output.closeObject();
  }
  return answers === null ? 1 : 0;
}
