/** The counters that -statistics adds to a link: two tables whose columns are as wide as their widest value. */
import { IFLA_STATS64, viewOf } from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import type { LinkMessage } from "../rtnl.ts";
import { type Ip, lineEnd } from "./context.ts";

/** Title, JSON key, and place of the counter in struct rtnl_link_stats64. */
type Column = readonly [title: string, key: string, place: number];

const RX: readonly Column[] = [
  ["bytes", "bytes", 2],
  ["packets", "packets", 0],
  ["errors", "errors", 4],
  ["dropped", "dropped", 6],
  ["missed", "over_errors", 15],
  ["mcast", "multicast", 8],
];
const TX: readonly Column[] = [
  ["bytes", "bytes", 3],
  ["packets", "packets", 1],
  ["errors", "errors", 5],
  ["dropped", "dropped", 7],
  ["carrier", "carrier_errors", 17],
  ["collsns", "collisions", 9],
];
const LEAST_WIDTHS = [10, 7, 6, 7, 7, 7];
/** The seventh column, compressed packets, is empty. */
const COMPRESSED = " ".repeat(11);

/** Prints both tables, without a line end in front and behind. */
export function printLinkStats(ip: Ip, output: Output, link: LinkMessage): void {
  const bytes = link.attributes.bytes(IFLA_STATS64);
  if (bytes === undefined) return;
  const view = viewOf(bytes);
  const counter = (place: number): bigint => (place * 8 + 8 <= bytes.length ? view.getBigUint64(place * 8, true) : 0n);
  const widths = LEAST_WIDTHS.map((least, i) => Math.max(least, ...[RX, TX].map((table) => String(counter(table[i]?.[2] ?? 0)).length)));
  output.openObject("stats64");
  printTable(ip, output, "RX", RX, counter, widths);
  output.text(lineEnd(ip));
  printTable(ip, output, "TX", TX, counter, widths);
  output.closeObject();
}

function printTable(
  ip: Ip,
  output: Output,
  name: "RX" | "TX",
  table: readonly Column[],
  counter: (place: number) => bigint,
  widths: readonly number[],
): void {
  const end = lineEnd(ip);
  const titles = table.map(([title], i) => title.padStart((widths[i] ?? 0) - (i === 0 ? 4 : 0))).join(" ");
  output.text(`    ${name}: ${titles}${COMPRESSED}${end}    `);
  output.openObject(name.toLowerCase());
  table.forEach(([, key, place], i) => {
    output.field(key, `${String(counter(place)).padStart(widths[i] ?? 0)} `, counter(place));
  });
  output.closeObject();
}
