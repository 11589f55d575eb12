/** Proves what `compare --explore` prints: how many schedules deadlock, where two designs part, and what kills only one. */
import { expect, test } from "vitest";
import { mlx5emu } from "../cli/fake-host.ts";
import { SEED } from "../support/machine.ts";

const SCRIPT = { "seed.sh": SEED };

test("the three commands under two designs: all schedules of one deadlock, none of the other", async () => {
  expect(await mlx5emu(["compare", "--explore", "seed.sh", "--notifiers", "global,net"], SCRIPT)).toEqual({
    status: 0,
    stdout: "",
    stderr: `seed.sh on v5.10, one PCI device, two notifier designs, every schedule

  notifier  verdict     deadlocked      covered
  global    DEADLOCK    1 of 1          every schedule, each class of equivalent ones once
  net       proved      0 of 1          every schedule, each class of equivalent ones once

global and net under the same decisions (v1:)
  part after 80 equal deeds
    global    devlink: unregister_netdevice_notifier takes pernet_ops_rwsem (write)
    net       devlink: unregister_netdevice_notifier_net takes rtnl_mutex
  v1: kills global, not net
    kworker/u4:0+netns in unregister_netdevice_notifier waits for pernet_ops_rwsem (write)
    DEADLOCK  mlx5-emu replay v1: seed.sh --notifier global
    ok        mlx5-emu replay v1: seed.sh --notifier net
`,
    files: {},
  });
});

test("the document names the schedule that kills one, and it does when replayed", async () => {
  const args = ["compare", "--explore", "seed.sh", "--notifiers", "global,net", "--json", "--executions", "2"];
  const { status, stdout, stderr } = await mlx5emu(args, SCRIPT);
  const document = JSON.parse(stdout) as { format: string; runs: { verdict: string; notifier: string }[]; pairs: { kill: unknown }[] };
  expect([status, stderr, document.format]).toEqual([5, "", "mlx5-emu.compare-explore/1"]);
  expect(document.runs.map(({ notifier, verdict }) => [notifier, verdict])).toEqual([
    ["global", "deadlock"],
    ["net", "not-found"],
  ]);
  expect(document.pairs.map(({ kill }) => kill)).toEqual([
    {
      schedule: "v1:",
      deadlocks: "global",
      survives: "net",
      stuck: ["kworker/u4:0+netns in unregister_netdevice_notifier waits for pernet_ops_rwsem (write)"],
      replay: "mlx5-emu replay v1: seed.sh --notifier global",
    },
  ]);
  const replayed = await Promise.all(["global", "net"].map((kind) => mlx5emu(["replay", "v1:", "seed.sh", "--notifier", kind], SCRIPT)));
  expect(replayed.map((ended) => ended.status)).toEqual([3, 0]);
});

test("two designs that do the same are said to, and what makes no sense is refused", async () => {
  const quiet = { "list.sh": "ip netns list\n" };
  const { stderr } = await mlx5emu(["compare", "--explore", "list.sh", "--notifiers", "net,dev_net"], quiet);
  expect(stderr.slice(stderr.indexOf("\nnet and"))).toBe(`
net and dev_net under the same decisions (v1:)
  do the same from beginning to end
  no schedule was found that kills one of them and lets the other come to its end
`);
  const refusals = [
    ["compare", "list.sh", "--executions", "5"],
    ["compare", "--explore", "list.sh", "--schedule", "v1:"],
    ["compare", "--explore", "a.ts"],
  ];
  const said = await Promise.all(refusals.map((args) => mlx5emu(args, quiet)));
  expect(said.map((ended) => [ended.status, ended.stderr])).toEqual([
    [2, "mlx5-emu: --strategy, --executions and --time are for many schedules; add --explore\n"],
    [2, "mlx5-emu: --explore finds the schedules itself; leave out --schedule\n"],
    [2, "mlx5-emu: a.ts is a lock program, which has no notifier; compare takes a shell script, explore both\n"],
  ]);
});
