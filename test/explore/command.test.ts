/** Proves what `explore` and `replay` print and how they end: programs, scripts, documents, and what they refuse. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mlx5emu } from "../cli/fake-host.ts";
import { SEED } from "../support/machine.ts";

const file = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
const text = (name: string): string => readFileSync(file(name), "utf8");
const files = (...names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [file(name), text(name)]));

test("a program that can deadlock: how often, who is stuck at what, and the command that shows it again", async () => {
  const abba = file("abba.ts");
  expect(await mlx5emu(["explore", abba], files("abba.ts"))).toEqual({
    status: 3,
    stdout: `DEADLOCK  in some schedules: 11 states, which cover all schedules

    one in one waits for b
    two in two waits for a

Again:  mlx5-emu replay v1:0.0.1 ${abba}

Layers
  lock-order  1 x  cycle: a -> b -> a
  stateful    11 x  deadlock

Assumed
  tasks are switched only in front of lock operations and at system calls; one that gets a lock at once goes on to its next such point
  locks are handed on in the order of the requests: no optimistic spinning, no lock stealing
  each task does what it did alone, in every schedule; sampled runs and every witness did
  of tasks that do the same, one arrangement stands for all
`,
    stderr: "",
    files: {},
  });
  expect(await mlx5emu(["replay", "v1:0.0.1", abba], files("abba.ts"))).toEqual({
    status: 3,
    stdout: "one in one waits for b\ntwo in two waits for a\n",
    stderr: "\nDEADLOCK\n",
    files: {},
  });
});

test("the order of locks of a few runs proves a program without a cycle", async () => {
  const { status, stdout } = await mlx5emu(["explore", file("netns-delete-locks.ts"), "--json"], files("netns-delete-locks.ts"));
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect([status, document["format"], document["verdict"], document["complete"], document["schedule"]]).toEqual([
    0,
    "mlx5-emu.explore/1",
    "proved",
    true,
    null,
  ]);
  expect(document["layers"]).toEqual([{ layer: "lock-order", executions: 8, result: "proved", decided: true }]);
});

test("a search that ends at its bound says so and proves nothing", async () => {
  const args = ["explore", file("netns-delete-locks.ts"), "--strategy", "dpor", "--executions", "10"];
  const { status, stdout } = await mlx5emu(args, files("netns-delete-locks.ts"));
  expect([status, stdout.split("\n")[0]]).toEqual([
    5,
    "NOT FOUND  no deadlock in 10 executions; stopped before all schedules were covered",
  ]);
  const random = await mlx5emu([...args.slice(0, 3), "random", ...args.slice(4)], files("netns-delete-locks.ts"));
  expect([random.status, random.stdout.split("\n")[0]]).toEqual([
    5,
    "NOT FOUND  no deadlock in 10 executions; stopped before all schedules were covered",
  ]);
});

test("the three commands: every schedule deadlocks with the global notifier, none with the per-net one", async () => {
  const global = await mlx5emu(["explore", "-", "--notifier", "global"], { "-": SEED });
  expect([global.status, global.stdout.split("\n")[0]]).toEqual([3, "DEADLOCK  the only execution, which covers all schedules"]);
  expect(global.stdout).toContain("kworker/u4:0+netns in unregister_netdevice_notifier waits for pernet_ops_rwsem (write)");
  const net = await mlx5emu(["explore", "-", "--notifier", "net"], { "-": SEED });
  expect(net.stdout).toMatch(/^PROVED {2}no schedule deadlocks: /);
  expect(net.status).toBe(0);
});

test.each([
  // Two lists of the devices and a new namespace beside the three commands; the lists take genl_mutex four times each: 8! / 4! 4!
  ["concurrent-commands.sh", "every one of 70 executions, which cover all schedules", 70],
  // A reload beside the deletion of a namespace that it has nothing to do with.
  ["netns-delete-race.sh", "1 of 2 executions, which cover all schedules", 2],
])("%s: deadlocks with the global notifier, none with the per-net one", async (script, deadlocks, classes) => {
  const verdict = async (notifier: string): Promise<unknown[]> => {
    const { status, stdout } = await mlx5emu(["explore", "-", "--strategy", "dpor", "--notifier", notifier], { "-": text(script) });
    return [status, stdout.split("\n")[0]];
  };
  expect(await verdict("global")).toEqual([3, `DEADLOCK  ${deadlocks}`]);
  const proved = `PROVED  no schedule deadlocks: ${classes} classes of equivalent schedules, each run once (${classes} executions)`;
  expect(await verdict("net")).toEqual([0, proved]);
});

test("a schedule that does not fit is refused with the place", async () => {
  const abba = file("abba.ts");
  const replay = (...args: readonly string[]) => mlx5emu(["replay", ...args], files("abba.ts"));
  const fields = ({ status, stdout, stderr }: Awaited<ReturnType<typeof replay>>): unknown[] => [status, stdout, stderr];
  expect(fields(await replay("v1:0.7", abba))).toEqual([
    2,
    "",
    "mlx5-emu: schedule does not fit this run: decision 2 picks candidate 7, but only 2 can run; take one from a run of this script and version\n",
  ]);
  expect(fields(await replay("v1:0x90.1", abba))[2]).toMatch(
    /^mlx5-emu: schedule does not fit this run: it has 91 decisions, the run only \d+; /,
  );
  expect(fields(await replay("v1:0"))).toEqual([
    2,
    "",
    "mlx5-emu: a schedule alone says nothing; add the script or program that it belongs to\n",
  ]);
  const found = await mlx5emu(["explore", abba, "--out", "f.json"], files("abba.ts"));
  const changed = { [abba]: `${files("abba.ts")[abba]}\n`, "f.json": found.files["f.json"] ?? "" };
  expect(fields(await mlx5emu(["replay", "f.json"], changed))).toEqual([
    2,
    "",
    `mlx5-emu: ${abba} has changed since this schedule was found; explore it again\n`,
  ]);
  expect(fields(await mlx5emu(["replay", "f.json"], { "f.json": "{}" }))[2]).toBe(
    "mlx5-emu: f.json is no mlx5-emu.explore/1 document; give a file of explore --out\n",
  );
});
