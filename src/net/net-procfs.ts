/** Models /proc/net/dev (net/core/net-procfs.c). No packets flow here, so every counter is 0. */
import type { Frame } from "../kernel/index.ts";
import { for_each_netdev } from "./dev-lookup.ts";
import type { net } from "./structs.ts";

const HEADER =
  "Inter-|   Receive                                                |  Transmit\n" +
  " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

/** Widths of the columns of dev_seq_printf_stats(). */
const WIDTHS = [7, 7, 4, 4, 4, 5, 10, 9, 8, 7, 4, 4, 4, 5, 7, 10];

export function dev_seq_text(current: Frame, net: net): string {
  const zeros = WIDTHS.map((width) => "0".padStart(width)).join(" ");
  return (
    HEADER +
    for_each_netdev(current, net)
      .map((dev) => `${dev.name.padStart(6)}: ${zeros}\n`)
      .join("")
  );
}
