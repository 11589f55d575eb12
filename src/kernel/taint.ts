/** Models add_taint() and print_tainted() (kernel/panic.c). Flags of things that are not modelled never appear. */
import { type Kernel, staticData } from "./kernel.ts";

/** The flags in the order in which they are printed; the first is G where nothing proprietary is loaded. */
const FLAGS = "GFSRMBUDAWCIOELKXT";

/** TAINT_WARN, TAINT_OOT_MODULE */
export type Taint = "W" | "O";

const taints = staticData(() => new Set<Taint>());

export function add_taint(kernel: Kernel, taint: Taint): void {
  taints(kernel).add(taint);
}

/** `Not tainted`, or `Tainted: G           O     `. */
export function print_tainted(kernel: Kernel): string {
  const set = taints(kernel);
  if (set.size === 0) return "Not tainted";
  return `Tainted: ${[...FLAGS].map((flag) => (flag === "G" || set.has(flag as Taint) ? flag : " ")).join("")}`;
}
