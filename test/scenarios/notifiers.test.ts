/**
 * Proves what the other two designs do: the per-net notifier completes the sequence but loses the RoCE netdev when device
 * and netdev are in different namespaces; the dev_net notifier does neither.
 */
import { describe, expect, test } from "vitest";
import { run, SEED, scriptFile } from "../support/machine.ts";

describe("the sequence completes", () => {
  test.each(["net", "dev_net"] as const)("%s: everything is back, nothing is held, every namespace is freed", async (notifier) => {
    const { exitStatus, document, outcome } = await run(`${SEED}sleep 1\n`, { notifier });
    expect(exitStatus).toBe(0);
    expect({
      verdict: document.verdict,
      blocked: document.blocked,
      reports: document.reports,
      devlink: document.devlink,
      netns: document.netns,
      leftHeld: outcome.leftHeld,
    }).toEqual({
      verdict: "ok",
      blocked: [],
      reports: [],
      devlink: [{ handle: "pci/0000:00:08.0", netns: "init_net", reloadFailed: false }],
      netns: [],
      leftHeld: [],
    });
    expect(document.rdma.map(({ name, ports }) => ({ name, netdev: ports[0]?.netdev }))).toEqual([{ name: "mlx5_0", netdev: "eth0" }]);
    expect(outcome.facts.ibRegistrations).toBe(2);
  });
});

describe("after the reload into the namespace", () => {
  test("net: the port has no netdev and an empty GID table", async () => {
    const { stdout } = await run(scriptFile("reload-into-netns.sh"), { notifier: "net" });
    expect(stdout).toBe(`link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 
link mlx5_0/1 state DOWN physical_state DISABLED 
0000:0000:0000:0000:0000:0000:0000:0000
`);
  });

  test.each(["global", "dev_net"] as const)("%s: netdev and GIDs survive", async (notifier) => {
    const { stdout } = await run(scriptFile("reload-into-netns.sh"), { notifier });
    expect(stdout).toBe(`link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 
link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 
fe80:0000:0000:0000:0e42:a1ff:fe00:0040
`);
  });
});

describe("the netdev alone moves to another namespace", () => {
  test.each([
    ["global", "link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 \n"],
    ["net", "link mlx5_0/1 state DOWN physical_state DISABLED \n"],
    ["dev_net", "link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 \n"],
  ] as const)("%s", async (notifier, seenFromThere) => {
    const { stdout } = await run(scriptFile("move-netdev.sh"), { notifier });
    expect(stdout).toBe(`link mlx5_0/1 state DOWN physical_state DISABLED netdev eth0 \n${seenFromThere}`);
  });
});
