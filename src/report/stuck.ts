/** One line about who is stuck, for a status line above a prompt. */
import type { BlockedTask } from "../analysis/index.ts";
import { cut, type Paint } from "./style.ts";

/** Who waits for what behind whom; null if nobody is stuck. `width`: the most that the line may take; who does not fit is counted. */
export function stuckLine(blocked: readonly BlockedTask[], width: number, paint: Paint): string | null {
  if (blocked.length === 0) return null;
  const parts = blocked.map((task) => `${task.comm}/${task.pid} on ${whose(task)}`);
  let shown = parts.length;
  while (shown > 1 && lineOf(parts, shown).length > width) shown--;
  return paint.waits(cut(lineOf(parts, shown), width).trimEnd());
}

function lineOf(parts: readonly string[], shown: number): string {
  const more = parts.length - shown;
  return `stuck: ${parts.slice(0, shown).join("; ")}${more === 0 ? "" : `; ${more} more`}`;
}

function whose({ pid, wait }: BlockedTask): string {
  if (wait.behind.length === 0) return wait.on;
  return wait.behind.includes(pid) ? `its own ${wait.on}` : `${wait.on} of ${wait.behind.join(", ")}`;
}
