/** One line about who is stuck, for a status line above a prompt. */
import type { BlockedTask } from "../analysis/index.ts";
import { cut, type Paint } from "./style.ts";

/** Tasks that are named. */
const MAX_NAMED = 3;

/** Who waits for what behind whom; null if nobody is stuck. `width`: the most that the line may take. */
export function stuckLine(blocked: readonly BlockedTask[], width: number, paint: Paint): string | null {
  if (blocked.length === 0) return null;
  const parts = blocked.slice(0, MAX_NAMED).map((task) => `${task.comm}/${task.pid} waits for ${task.wait.on}${behind(task)}`);
  if (blocked.length > MAX_NAMED) parts.push(`${blocked.length - MAX_NAMED} more`);
  return paint.waits(cut(`stuck: ${parts.join("; ")}`, width).trimEnd());
}

function behind({ pid, wait }: BlockedTask): string {
  if (wait.behind.length === 0) return "";
  return wait.behind.includes(pid) ? ", held by itself" : `, held by ${wait.behind.join(", ")}`;
}
