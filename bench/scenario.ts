/**
 * The reference scenario of every comparison: cleanup_net, `devlink dev reload`, a notifier's registration, K times
 * `devlink dev show` and M times `ip netns add`, as the lock operations that they make with the per-net notifier. One list
 * of operations serves every side: our primitives, the peers, and (in words of its own) pernet.pml.
 */
import type { Program, ProgramTask } from "../src/explore/index.ts";

export type LockName = "pernet_ops_rwsem" | "rtnl_mutex" | "devlink_mutex" | "intf_state_mutex";

export interface Operation {
  readonly lock: LockName;
  readonly how: "read" | "write" | "up read" | "up write";
}

export interface ScenarioTask {
  readonly name: string;
  readonly operations: readonly Operation[];
}

export interface Size {
  readonly shows: number;
  readonly adds: number;
}

function held(lock: LockName, inner: readonly Operation[], how: "read" | "write" = "write"): Operation[] {
  return [{ lock, how }, ...inner, { lock, how: how === "read" ? "up read" : "up write" }];
}

const notifier = held("rtnl_mutex", []);
const half = held("intf_state_mutex", notifier);
const reload = held("devlink_mutex", [...half, ...half]);

export function scenario({ shows, adds }: Size): ScenarioTask[] {
  const many = (count: number, name: string, operations: readonly Operation[]): ScenarioTask[] =>
    Array.from({ length: count }, () => ({ name, operations }));
  return [
    { name: "cleanup_net", operations: held("pernet_ops_rwsem", reload, "read") },
    { name: "reload", operations: reload },
    { name: "register", operations: held("pernet_ops_rwsem", notifier) },
    ...many(shows, "show", held("devlink_mutex", [])),
    ...many(adds, "add", held("pernet_ops_rwsem", notifier, "read")),
  ];
}

/** Mazurkiewicz traces of the scenario: (K+2)!(M+5)!/30, counted by enumerating every schedule of the small sizes. */
export function traces({ shows, adds }: Size): number {
  return (factorial(shows + 2) * factorial(adds + 5)) / 30;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** The scenario as a lock program: what a user would hand to `explore`. */
export function program(size: Size): Program {
  return ({ mutex, rw_semaphore, task }) => {
    const sem = rw_semaphore("pernet_ops_rwsem");
    const mutexes = {
      rtnl_mutex: mutex("rtnl_mutex"),
      devlink_mutex: mutex("devlink_mutex"),
      intf_state_mutex: mutex("&dev->intf_state_mutex"),
    };
    const request = (t: ProgramTask, lock: LockName, how: "read" | "write"): Promise<unknown> => {
      if (lock !== "pernet_ops_rwsem") return t.mutex_lock(mutexes[lock]);
      return how === "read" ? t.down_read(sem) : t.down_write(sem);
    };
    const release = (t: ProgramTask, lock: LockName, how: "up read" | "up write"): void => {
      if (lock !== "pernet_ops_rwsem") t.mutex_unlock(mutexes[lock]);
      else if (how === "up read") t.up_read(sem);
      else t.up_write(sem);
    };
    for (const { name, operations } of scenario(size)) {
      task(name, async (t) => {
        for (const { lock, how } of operations) {
          if (how === "read" || how === "write") await request(t, lock, how);
          else release(t, lock, how);
        }
      });
    }
  };
}
