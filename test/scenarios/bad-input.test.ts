/** Proves that what a user gets wrong is answered with the real tool's text and status, and that nothing is lost by it. */
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

const FOO = "ip netns add foo\n";

test.each([
  ["ip netns exec nosuch true", 255, 'Cannot open network namespace "nosuch": No such file or directory\n'],
  ["ip netns del nosuch", 1, 'Cannot remove namespace file "/run/netns/nosuch": No such file or directory\n'],
  [`${FOO}ip netns add foo`, 1, 'Cannot create namespace file "/run/netns/foo": File exists\n'],
  ["ip netns add a/b", 255, 'Invalid netns name "a/b"\n'],
  ["ip netns add", 1, "No netns name specified\n"],
  ["ip netns bogus", 255, 'Command "bogus" is unknown, try "ip netns help".\n'],
  ["devlink dev show pci/0000:00:1f.0", 1, "kernel answers: No such device\n"],
  ["devlink dev reload pci/0000:00:1f.0", 1, "kernel answers: No such device\n"],
  ["devlink dev reload nonsense", 1, 'Wrong identification string format.\nDevlink identification ("bus_name/dev_name") expected\n'],
  ["devlink dev reload pci/0000:00:08.0 netns nosuch", 1, '"nosuch" is not a number or not within range\n'],
  [`${FOO}devlink dev reload pci/0000:00:08.0 netns foo\ndevlink dev reload pci/0000:00:08.0`, 1, "kernel answers: No such device\n"],
  ["devlink dev bogus", 1, 'Command "bogus" not found\n'],
  ["rdma dev show nosuch", 1, "Wrong device name - nosuch\n"],
  ["ip link set nosuch up", 1, 'Cannot find device "nosuch"\n'],
  ["nosuchcommand", 127, "test.sh: line 1: nosuchcommand: command not found\n"],
])("%s", async (command, status, stderr) => {
  const result = await run(`${command}\n`, { notifier: "net" });
  expect({ status: result.document.script.status, stdout: result.stdout, stderr: result.stderr }).toEqual({ status, stdout: "", stderr });
  expect(result.exitStatus).toBe(1);
});

test("a script that never ends is stopped at a named limit", async () => {
  const endless = await run("while true; do :; done\n", { limits: { steps: 20_000 } });
  expect(endless.exitStatus).toBe(5);
  expect(endless.document).toMatchObject({ verdict: "limit", limit: { name: "steps", value: 20_000 }, script: { status: null } });
  const sleeping = await run("while true; do sleep 3600; done\n");
  expect(sleeping.exitStatus).toBe(5);
  expect(sleeping.document.limit?.name).toBe("virtualTime");
});

test("a busy loop that waits for another task makes progress", async () => {
  const { stdout, exitStatus } = await run("(sleep 1; mkdir /tmp/x) &\nwhile [ ! -d /tmp/x ]; do :; done\necho seen\n");
  expect({ stdout, exitStatus }).toEqual({ stdout: "seen\n", exitStatus: 0 });
});
