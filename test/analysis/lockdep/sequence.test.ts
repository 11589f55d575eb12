/**
 * Proves what lockdep says of the default sequence under each notifier, in which order, how whole the reports are (in dmesg, in
 * the document, and as a text), and that none of it changes what the run does.
 */
import { describe, expect, it } from "vitest";
import { lockdepText } from "../../../src/report/index.ts";
import { run, SEED, scriptFile } from "../../support/machine.ts";

const CIRCLE_OF_RELOAD = "possible circular locking: devlink_mutex -> &dev->intf_state_mutex -> devlink_mutex";
const CIRCLE_OF_DELETION =
  "possible circular locking: pernet_ops_rwsem -> devlink_mutex -> &dev->intf_state_mutex -> mlx5_intf_mutex -> pernet_ops_rwsem";
const RECURSION = "possible recursive locking: pernet_ops_rwsem, held for read, wanted for write";

describe("the default sequence on v5.10", () => {
  it("with the global notifier: at the reload, at devlink_mutex in the deletion, and the recursion; whole reports", async () => {
    const { outcome, document } = await run(scriptFile("netns-delete.sh"), { notifier: "global", lockdep: "all" });
    expect(outcome.lockdep.map(({ title }) => title)).toEqual([CIRCLE_OF_RELOAD, CIRCLE_OF_DELETION, RECURSION]);
    expect(outcome.lockdep.map(({ stack }) => stack.at(-1))).toEqual([
      "mlx5_unload_one",
      "devlink_pernet_pre_exit",
      "unregister_netdevice_notifier",
    ]);
    expect(document.reports.map((report) => [report.kind, report.text])).toEqual([
      ["lockdep", CIRCLE_OF_RELOAD],
      ["lockdep", CIRCLE_OF_DELETION],
      ["lockdep", RECURSION],
    ]);
    await expect(withoutAddresses(lockdepText(outcome))).toMatchFileSnapshot("global.txt");
  });

  it.each(["net", "dev_net"] as const)("with the %s notifier: the first only, and status 0 unless predictions count", async (notifier) => {
    const { outcome, exitStatus } = await run(SEED, { notifier, lockdep: "all" });
    expect(outcome.lockdep.map(({ title }) => title)).toEqual([CIRCLE_OF_RELOAD]);
    expect(exitStatus).toBe(0);
    expect((await run(SEED, { notifier, lockdep: "all", strict: true })).exitStatus).toBe(4);
  });

  it("ends after the first in mode once, as the kernel does", async () => {
    const { outcome, exitStatus } = await run(SEED, { notifier: "global", lockdep: "once" });
    expect(outcome.lockdep.map(({ title }) => title)).toEqual([CIRCLE_OF_RELOAD]);
    expect(exitStatus).toBe(3);
  });
});

describe("the deadlock of a reload against the deletion of any namespace", () => {
  it("is predicted from a run in which both happen one after the other", async () => {
    const { outcome, exitStatus } = await run("ip netns add empty\nip netns del empty\nsleep 1\ndevlink dev reload pci/0000:00:08.0\n", {
      notifier: "global",
      lockdep: "all",
    });
    expect(exitStatus).toBe(0);
    expect(outcome.lockdep.map(({ title }) => title)).toEqual([
      CIRCLE_OF_RELOAD,
      "possible circular locking: devlink_mutex -> &dev->intf_state_mutex -> mlx5_intf_mutex -> pernet_ops_rwsem -> devlink_mutex",
    ]);
  });
});

describe("an observer", () => {
  it("changes nothing of a run: the same output, time and decisions with lockdep and without", async () => {
    const with_ = await run(SEED, { notifier: "global", lockdep: "all" });
    const without = await run(SEED, { notifier: "global", lockdep: "off" });
    expect(with_.document).toEqual({ ...without.document, reports: with_.document.reports });
    expect(without.document.reports).toEqual([]);
  });

  it("prints its reports into the kernel's log; the files are there only with it", async () => {
    const script = `${SEED}dmesg -t | grep -c WARNING:\nls /proc | grep lock\nhead -1 /proc/lockdep /proc/lockdep_chains /proc/lock_stat | grep l\n`;
    expect((await run(script, { notifier: "net", lockdep: "all" })).stdout).toBe(
      "1\nlock_stat\nlockdep\nlockdep_chains\nlockdep_stats\n==> /proc/lockdep <==\nall lock classes:\n==> /proc/lockdep_chains <==\nall lock chains:\n==> /proc/lock_stat <==\nlock_stat version 0.4\n",
    );
    expect((await run("dmesg -t | grep -c WARNING:\nls /proc | grep lock\n", { notifier: "net" })).stdout).toBe("0\n");
  });
});

/** Addresses of locks in order of appearance: where a lock lies depends on how many were made before it. */
function withoutAddresses(text: string): string {
  const known = new Map<string, string>();
  return text.replaceAll(/\bffff[0-9a-f]{12}\b/g, (address) => {
    const name = known.get(address) ?? `ffff${String(known.size + 1).padStart(12, "0")}`;
    known.set(address, name);
    return name;
  });
}
