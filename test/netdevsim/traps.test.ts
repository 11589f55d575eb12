/**
 * Proves netdevsim's packet traps: one packet of 142 bytes is counted each 100 ms for a trap that does not just drop, as long
 * as the port is up; and snapshots of its region up to their number.
 */
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

const DEVICE = "netdevsim/netdevsim7";

async function script(text: string): Promise<{ stdout: string; stderr: string }> {
  const setup = `modprobe netdevsim; echo "7 1" > /sys/bus/netdevsim/new_device; cd /sys/kernel/debug/netdevsim/netdevsim7\n`;
  const { stdout, stderr } = await run(setup + text, { era: "v5.10.223", devices: [] });
  return { stdout, stderr };
}

test("counters grow while the port is up and the trap traps", async () => {
  const count = (trap: string): string => `devlink -s trap show ${DEVICE} trap ${trap} | tail -1`;
  const { stdout } = await script(`ip link set eth0 up; sleep 1; ${count("fid_miss")}; ${count("blackhole_route")}
devlink trap set ${DEVICE} trap blackhole_route action trap; sleep 1; ${count("blackhole_route")}
devlink -s trap group show ${DEVICE} group l3_drops | tail -1
ip link set eth0 down; ${count("fid_miss")}; sleep 1; ${count("fid_miss")}`);
  const line = (packets: number): string => `          bytes ${142 * packets} packets ${packets}\n`;
  expect(stdout).toBe([10, 0, 10, 10, 20, 20].map(line).join(""));
});

test("sixteen snapshots and no more; a reload forgets them", async () => {
  const { stdout, stderr } = await script(`for i in $(seq 16); do echo 1 > take_snapshot; done; echo 1 > take_snapshot
devlink region del ${DEVICE}/dummy snapshot 3; devlink region new ${DEVICE}/dummy; devlink region show
devlink dev reload ${DEVICE}; devlink region show`);
  expect(stderr).toBe("test.sh: line 2: echo: write error: No space left on device\n");
  expect(stdout).toBe(`${DEVICE}/dummy: snapshot 3
${DEVICE}/dummy: size 32768 snapshot [0 1 2 4 5 6 7 8 9 10 11 12 13 14 15 3]
${DEVICE}/dummy: size 32768 snapshot []
`);
});
