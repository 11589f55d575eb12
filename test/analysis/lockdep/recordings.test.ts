/**
 * Proves that lockdep reports on the emulated kernel what it reported on a real one (5.10.223 with PROVE_LOCKING, driver fakemlx5):
 * at the reload if a namespace had been deleted before, else at the deletion, the same two locks, chain and held locks, line by
 * line; and that it is silent with the notifier of one namespace. Left out of the comparison are numbers that no model can have
 * (addresses, offsets, pids, registers), frames that the kernel marks as unreliable, and three functions that one of the two
 * has not because a compiler has inlined it.
 */
import { readFileSync } from "node:fs";
import { setImmediate as hostTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import type { LockdepReport } from "../../../src/analysis/index.ts";
import type { LockdepMode } from "../../../src/detectors.ts";
import { findEra } from "../../../src/eras.ts";
import { kthread_run } from "../../../src/kernel/index.ts";
import { bootMachine } from "../../../src/machine.ts";
import { fakemlx5, loadFake } from "../../support/fakemlx5.ts";

const RELOAD = "ip netns add foo\ndevlink dev reload pci/0000:00:08.0 netns foo; sleep 1\nip netns del foo; sleep 3\n";
const DELETED_BEFORE = `ip netns add empty; ip netns del empty; sleep 1\n${RELOAD}`;

async function reports(mode: "global" | "net", script: string, lockdep: LockdepMode): Promise<readonly LockdepReport[]> {
  const era = findEra("v5.10.223");
  if (era === undefined) throw new Error("no such era");
  const machine = await bootMachine({ era, notifier: "global", devices: [], lockdep, hostTurn: () => hostTurn() });
  const { kernel } = machine;
  kthread_run(kernel, "modprobe", (current) => loadFake(current, fakemlx5({ mode }), "0000:00:08.0", "0000:00:09.0"));
  await kernel.sched.run(() => hostTurn());
  await machine.runScript({ name: "recorded.sh", text: script }, { stdout: () => {}, stderr: () => {} });
  return machine.lockdep?.reports ?? [];
}

/** Functions that stand in one of the two only; the name that is left is the one both have. */
const INLINED: readonly (readonly [RegExp, string])[] = [
  [/sock_sendmsg_nosec/, "__sock_sendmsg"],
  [/at: genl_lock$/, "at: genl_rcv_msg"],
];

function comparable(report: string): string[] {
  return report
    .split("\n")
    .filter((line) => !/^ *\? |^(RIP|Code|RSP|RAX|RDX|RBP|R10|R13):/.test(line))
    .map((line) => {
      const plain = line
        .replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+( \[\w+\])?/, "")
        .replace(/\bffff[0-9a-f]{12}\b/, "ADDRESS")
        .replace(/(devlink|kworker\/u\d:\d)\/\d+/, "$1/PID")
        .replace(/PID: \d+/, "PID: PID")
        .replace(/kworker\/u\d/, "kworker/uN")
        .replace(/(Not tainted|Tainted: [ A-Z]{18})/, "TAINT");
      return INLINED.reduce((text, [inlined, name]) => text.replace(inlined, name), plain);
    });
}

it.each([
  ["at the reload, a namespace was deleted before", DELETED_BEFORE, "recorded-at-reload.txt"],
  ["at the deletion", RELOAD, "recorded-at-deletion.txt"],
])("global notifier: %s", async (_when, script, file) => {
  const recorded = readFileSync(new URL(file, import.meta.url), "utf8");
  const found = await reports("global", script, "once");
  expect(found).toHaveLength(1);
  expect(comparable(found[0]?.text ?? "")).toEqual(comparable(recorded));
});

it.each([DELETED_BEFORE, RELOAD])("notifier of one namespace: silence", async (script) => {
  expect(await reports("net", script, "once")).toEqual([]);
  expect(await reports("net", script, "all")).toEqual([]);
});

it("goes on in mode all: the recursion itself follows", async () => {
  const found = await reports("global", RELOAD, "all");
  expect(found.map((report) => report.title)).toEqual([
    "possible circular locking: pernet_ops_rwsem -> devlink_mutex -> pernet_ops_rwsem",
    "possible recursive locking: pernet_ops_rwsem, held for read, wanted for write",
  ]);
});
