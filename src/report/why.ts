/**
 * The cause of a deadlock in a few sentences, made from its facts: who took which lock where, who wants it where. Where
 * the facts are those of a deadlock that kernel people know, the sentences say what the functions are for.
 */
import type { Deadlock, DeadlockLink, Hold, TaskSnapshot } from "../analysis/index.ts";
import { functionsOf } from "../analysis/index.ts";

type Wait = NonNullable<TaskSnapshot["wait"]>;

export function whyDeadlocked(deadlock: Deadlock): string {
  const [first] = deadlock.links;
  if (first === undefined) return "";
  if (deadlock.kind === "self") return whySelf(first.task);
  const sentences = deadlock.links.map((link, i) => whyLink(link, next(deadlock, i)));
  return [...sentences, ...known(deadlock)].join(" ");
}

/** Nobody is known to stand in the way: what is missing, and that it cannot come any more. */
export function whyHung(task: TaskSnapshot): string {
  const { wait } = task;
  if (wait === null) return "";
  const holders = wait.behind.length === 0 ? "" : `, ${wait.id === null ? "up to" : "held by"} pid ${wait.behind.join(", ")}`;
  return `${nameOf(task)} waits in ${wait.function}() for ${wait.on}${forMode(wait.mode)}${holders}. No task can run and no timer is set that could end the wait.`;
}

/** A task as running text names it. */
export function nameOf(task: TaskSnapshot): string {
  return `${task.comm} (pid ${task.pid})`;
}

/** `for read`, `for write`; nothing for a lock that has one mode only. */
export function forMode(mode: string): string {
  return mode === "read" || mode === "write" ? ` for ${mode}` : "";
}

function next(deadlock: Deadlock, i: number): TaskSnapshot {
  const { links } = deadlock;
  return (links[(i + 1) % links.length] as DeadlockLink).task;
}

function heldBy(task: TaskSnapshot, wait: Wait): Hold | undefined {
  return task.held.find((hold) => hold.id === wait.id);
}

function whySelf(task: TaskSnapshot): string {
  const { wait } = task;
  const hold = wait === null ? undefined : heldBy(task, wait);
  if (wait === null || hold === undefined) return `${nameOf(task)} waits for something that only it can bring about.`;
  const scene = exitMethods(task, wait, hold);
  if (scene !== null) return scene;
  const again = wait.mode === hold.mode ? " again" : forMode(wait.mode);
  return `${taken(task, hold)}; before it lets go, ${asks(task, wait, hold)} asks for it${again}. ${rule(wait, hold)}, so the task waits for itself.`;
}

/** Who took the lock: the function still on the stack, and the helper it called for that. */
function taken(task: TaskSnapshot, hold: Hold): string {
  const holder = task.stack.find((entry) => entry.takes.some((take) => take.id === hold.id));
  const lock = `${hold.lock}${forMode(hold.mode)}`;
  if (holder === undefined || holder.function === hold.function) return `${hold.function}() takes ${lock}`;
  return `${holder.function}() takes ${lock} with ${hold.function}()`;
}

/** Who wants it; a helper that also took it would say nothing, so its caller is named. */
function asks(task: TaskSnapshot, wait: Wait, hold: Hold): string {
  const caller = task.stack.at(-2)?.function;
  return wait.function === hold.function && caller !== undefined ? `${caller}()` : `${wait.function}()`;
}

function rule(wait: Wait, hold: Hold): string {
  if (wait.kind === "mutex") return "A mutex cannot be taken twice by one task";
  if (hold.mode === "read" && wait.mode === "write") return "A writer waits until every reader has let go, and the reader is this task";
  return "A rw_semaphore held for write lets nobody in, its own holder included";
}

/** The deadlock this project began with: the exit methods of a namespace reach a function that takes the namespaces' semaphore for write. */
function exitMethods(task: TaskSnapshot, wait: Wait, hold: Hold): string | null {
  const functions = functionsOf(task);
  if (hold.function !== "cleanup_net" || hold.lock !== "pernet_ops_rwsem" || !functions.includes("devlink_pernet_pre_exit")) return null;
  const driver = functions.some((name) => name.startsWith("mlx5_ib_")) ? "mlx5_ib" : "the driver";
  const verb = wait.function.startsWith("unregister") ? "leaves" : "joins";
  const notifier = wait.function.endsWith("register_netdevice_notifier");
  const step = notifier ? `${driver} ${verb} the netdev notifier chain with` : "the way there leads to";
  return (
    `cleanup_net() runs a dying namespace's exit methods with ${hold.lock} held for ${hold.mode}. ` +
    `devlink's method reloads the device into init_net, and ${step} ${wait.function}(), which takes the same semaphore for ${wait.mode}.`
  );
}

function whyLink(link: DeadlockLink, blocker: TaskSnapshot): string {
  const { wait } = link.task;
  if (wait === null) return "";
  const waits = `${nameOf(link.task)} waits in ${wait.function}() for ${wait.on}${forMode(wait.mode)}`;
  if (link.reason === "queued") {
    return `${waits}, behind ${nameOf(blocker)}, which has asked for write before it: no reader passes a queued writer.`;
  }
  const hold = heldBy(blocker, wait);
  if (link.reason === "holds" && hold !== undefined) {
    return `${waits}, which ${nameOf(blocker)} holds${forMode(hold.mode)} since ${hold.function}().`;
  }
  return `${waits}, which ${nameOf(blocker)} has to bring about.`;
}

/** A reload in any namespace against the end of any other: no device has to be in the dying one. */
function known(deadlock: Deadlock): string[] {
  const cleanup = deadlock.links.find(({ task }) => functionsOf(task).includes("cleanup_net"));
  if (cleanup?.task.wait?.function !== "devlink_pernet_pre_exit") return [];
  return ["The dying namespace need not hold a device: devlink's exit method takes the lock in any case."];
}
