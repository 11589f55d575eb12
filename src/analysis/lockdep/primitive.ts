/** The functions between a caller and lock_acquire(), as kernels with lockdep have them (kernel/locking/mutex.c, rwsem.c). */
import type { Acquisition } from "./graph.ts";

/** The functions of the primitive that took the lock, innermost first, as kernels with lockdep have them. */
export function primitiveFunctions({ kind, request, read }: Pick<Acquisition, "kind" | "request" | "read">): string[] {
  const form = request === "TASK_KILLABLE" ? "_killable" : request === "TASK_INTERRUPTIBLE" ? "_interruptible" : "";
  if (kind === "mutex") return request === "trylock" ? ["mutex_trylock"] : ["__mutex_lock", `mutex_lock${form}_nested`];
  if (kind === "rwsem") return [`down_${read === 1 ? "read" : "write"}${request === "trylock" ? "_trylock" : form}`];
  return kind === "completion" ? ["wait_for_completion"] : [];
}
