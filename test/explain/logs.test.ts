/**
 * Proves that real kernel logs are understood: the recorded console logs of two deadlocks and two lockdep reports give the
 * right tasks, locks, circle, root and victims, in every form in which such a log reaches a reader.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Explanation, explain } from "../../src/explain/index.ts";
import { asV4_4, FORMATS } from "./formats.ts";

function log(name: string): readonly string[] {
  return readFileSync(new URL(`./logs/${name}.console.txt`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

function explained(text: string): Explanation {
  return explain(new TextEncoder().encode(text));
}

/** What must not depend on how the log was taken. */
function essence({ kind, title, kernel, root, cycle, victims, tasks, chain, others }: Explanation): unknown {
  return {
    kind,
    title,
    kernel,
    root,
    cycle,
    victims,
    tasks: tasks.map((t) => `${t.role} ${t.comm}/${t.pid} ${t.state}: ${t.waitsFor} ${t.mode} by ${t.heldBy} in ${t.waitsIn}`),
    chain: chain.map((step) => `${step.lock} in ${step.takenIn}`),
    others,
  };
}

const ABBA = {
  kind: "deadlock",
  title: "deadlock: devlink_mutex -> pernet_ops_rwsem -> devlink_mutex",
  kernel: "5.10.0-32-amd64",
  root: 7,
  cycle: { kind: "cycle", locks: ["devlink_mutex", "pernet_ops_rwsem"], tasks: [7, 154] },
  victims: [213, 379],
  tasks: [
    "cycle kworker/u4:0/7 D: devlink_mutex exclusive by 154 in devlink_pernet_pre_exit",
    "cycle devlink/154 D: pernet_ops_rwsem write by 7 in unregister_netdevice_notifier",
    "victim devlink/213 D: genl_mutex exclusive by 154 in genl_rcv_msg",
    "victim modprobe/379 D: pernet_ops_rwsem write by 7 in dummy_init_module",
  ],
  chain: [],
  others: [],
};

const SELF = {
  kind: "deadlock",
  title: "deadlock: pernet_ops_rwsem -> pernet_ops_rwsem",
  kernel: "5.10.0-32-amd64",
  root: 7,
  cycle: { kind: "self", locks: ["pernet_ops_rwsem"], tasks: [7] },
  victims: [2688, 1254, 1348, 1944, 2026, 2117, 2205, 2296, 2384, 2469, 2545, 2618, 2768],
  tasks: [
    "cycle kworker/u4:0/7 D: pernet_ops_rwsem write by 7 in unregister_netdevice_notifier",
    "victim devlink/2688 D: genl_mutex exclusive by 1944 in genl_rcv_msg",
    "victim bash/1254 D: devlink_mutex exclusive by 7 in devlink_register",
    "victim bash/1348 D: nsim_bus_dev_list_lock exclusive by 1254 in del_device_store",
    "victim devlink/1944 D: devlink_mutex exclusive by 7 in devlink_nl_pre_doit",
    ...[2026, 2117, 2205, 2296, 2384, 2469, 2545, 2618, 2768].map(
      (pid) => `victim devlink/${pid} D: genl_mutex exclusive by 1944 in genl_rcv_msg`,
    ),
  ],
  chain: [],
  others: [],
};

const AT_RELOAD = {
  kind: "predicted-deadlock",
  title: "deadlock: devlink_mutex -> pernet_ops_rwsem -> devlink_mutex",
  kernel: "5.10.223",
  root: 110,
  cycle: { kind: "cycle", locks: ["pernet_ops_rwsem", "devlink_mutex"], tasks: [110] },
  victims: [],
  tasks: ["cycle devlink/110 null: pernet_ops_rwsem write by  in unregister_netdevice_notifier"],
  chain: ["pernet_ops_rwsem in unregister_netdevice_notifier", "devlink_mutex in devlink_pernet_pre_exit"],
  others: [],
};

const AT_DELETION = {
  kind: "predicted-deadlock",
  title: "deadlock: devlink_mutex -> pernet_ops_rwsem -> devlink_mutex",
  kernel: "5.10.223",
  root: 7,
  cycle: { kind: "cycle", locks: ["devlink_mutex", "pernet_ops_rwsem"], tasks: [7] },
  victims: [],
  tasks: ["cycle kworker/u2:0/7 null: devlink_mutex exclusive by  in devlink_pernet_pre_exit"],
  chain: ["devlink_mutex in devlink_pernet_pre_exit", "pernet_ops_rwsem in unregister_netdevice_notifier"],
  others: [],
};

describe.each([
  ["abba-global", ABBA],
  ["dead-global", SELF],
  ["lockdep-global", AT_RELOAD],
  ["lockdep2-global", AT_DELETION],
])("%s", (name, expected) => {
  test.each(Object.entries(FORMATS))("%s", (_, rewrite) => {
    expect(essence(explained(rewrite(log(name))))).toEqual(expected);
  });
});

test("reports of lockdep as v4.4 printed them", () => {
  expect(essence(explained(asV4_4(FORMATS["no time stamps"]?.(log("lockdep-global")) ?? "")))).toEqual(AT_RELOAD);
  expect(essence(explained(asV4_4(FORMATS["no time stamps"]?.(log("lockdep2-global")) ?? "")))).toEqual(AT_DELETION);
});

test("one bug has one title: predicted at either side, or hanging", () => {
  const titles = ["abba-global", "lockdep-global", "lockdep2-global"].map((name) => explained(log(name).join("\n")).title);
  expect(new Set(titles).size).toBe(1);
});

test("two boots in one file: the last one is explained, the first is named", () => {
  const boot = "Linux version 5.10.223 (root@vm) (gcc) #1 SMP";
  const text = [...log("abba-global"), boot, ...log("lockdep-global")].join("\n");
  const { title, kind, unknown } = explained(text);
  expect({ title, kind, said: unknown.at(-1) }).toEqual({
    title: AT_RELOAD.title,
    kind: "predicted-deadlock",
    said: "The log holds 2 boots with reports; this is the last one.",
  });
});
