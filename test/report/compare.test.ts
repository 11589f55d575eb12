/** Proves that each row of the comparison tells a run's story in one line. */
import { expect, it } from "vitest";
import { compareHeader, compareRow, compareTitle, PLAIN } from "../../src/report/index.ts";
import { abbaOutcome, HEALTHY, hungOutcome, STATE, seedOutcome } from "./outcomes.ts";

it("shows the three designs side by side", async () => {
  const devNet = {
    ...HEALTHY,
    notifier: "dev_net" as const,
    facts: { ...HEALTHY.facts, reloads: [{ handle: "pci/0000:00:08.0", rdma: STATE.rdma }] },
  };
  const rows = [await seedOutcome(), HEALTHY, devNet].map((outcome) => compareRow(outcome, PLAIN));
  expect(`${compareTitle("scripts/netns-delete.sh", "v5.10", 1, 3)}\n${compareHeader(HEALTHY)}${rows.join("")}`).toMatchInlineSnapshot(`
    "scripts/netns-delete.sh on v5.10, one PCI device, three notifier designs

      notifier  verdict       ip netns del  device ends in  IB device   RoCE netdev after reload
      global    DEADLOCK      returned 0    foo (dying)     gone        yes
      net       ok            returned 0    init_net        re-created  lost, no GIDs  <- why reverted
      dev_net   ok            returned 0    init_net        re-created  yes
    "
  `);
});

it("shows every other way a run can end", async () => {
  const facts = {
    ...HEALTHY.facts,
    reloads: [],
    ibRegistrations: 0,
    commands: [{ command: "ip netns del foo", status: null, afterDeadlock: true }],
  };
  const none = { devlink: [], rdma: [], netns: [], netdevs: [] };
  const outcomes = [
    { ...HEALTHY, facts },
    { ...HEALTHY, facts: { ...facts, commands: [], rdmaBefore: [] }, state: none },
    { ...HEALTHY, status: 2 },
    { ...HEALTHY, status: null },
    { ...HEALTHY, limit: { limit: "steps", value: 3_000_000 } as const },
    { ...HEALTHY, bugs: [{ kind: "warn", text: "x" }] as const },
    await hungOutcome(),
    await abbaOutcome(),
  ];
  expect(`${compareHeader({ ...HEALTHY, facts })}${outcomes.map((outcome) => compareRow(outcome, PLAIN)).join("")}`).toMatchInlineSnapshot(`
    "  notifier  verdict       ip netns del  device ends in  IB device   RoCE netdev
      net       ok            hangs         init_net        kept        yes
      net       ok            -             -               -           -
      net       failed (2)    returned 0    init_net        re-created  lost, no GIDs  <- why reverted
      net       no end        returned 0    init_net        re-created  lost, no GIDs  <- why reverted
      net       LIMIT         returned 0    init_net        re-created  lost, no GIDs  <- why reverted
      net       BUG (1)       returned 0    init_net        re-created  lost, no GIDs  <- why reverted
      global    HUNG          returned 0    init_net        re-created  lost, no GIDs
      global    DEADLOCK      returned 0    init_net        re-created  lost, no GIDs
    "
  `);
});
