/**
 * Proves the hung-task detector: the reports of the deadlock between a reload and the deletion of a namespace as a real kernel
 * gave them (5.10.223, driver fakemlx5, timeout 10 s), when they come and how often, who is never reported, its sysctls, and
 * that it keeps no run alive. And what sysrq-w and sysrq-d print.
 */
import { readFileSync } from "node:fs";
import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HungTaskDetector } from "../../src/analysis/index.ts";
import { taskTextOf6_1 } from "../../src/analysis/task-text.ts";
import { findEra } from "../../src/eras.ts";
import {
  down_read,
  down_write,
  Kernel,
  kthread_run,
  mutex,
  mutex_lock,
  rw_semaphore,
  spawnTask,
  wait_once,
  wait_queue_head,
} from "../../src/kernel/index.ts";
import { bootMachine } from "../../src/machine.ts";
import { fakemlx5, loadFake } from "../support/fakemlx5.ts";
import type { Body } from "../support/kernel.ts";
import { run, SEED } from "../support/machine.ts";

/** The lines that identify a report, then its stack, without what differs from run to run and unreliable frames. */
function comparable(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => !/^ \? |^(RIP|RSP|RAX|RDX|RBP|R10|R13)/.test(line) && line !== "")
    .map((line) =>
      line
        .replace(/(\.part\.0|\.cold|\.constprop\.0)*\+0x[0-9a-f]+\/0x[0-9a-f]+( \[\w+\])?/, "")
        .replace(/^( {6})(Tainted|Not tainted).*/, "$1IDENT")
        .replace(/(devlink):\d+ /, "$1:PID ")
        .replace(/pid: *\d+ ppid: *\d+ flags:0x[0-9a-f]+/, "pid: PID"),
    );
}

describe("the reload against the deletion, both hung", () => {
  it("gives the recorded reports", async () => {
    const era = findEra("v5.10.223");
    if (era === undefined) throw new Error("no such era");
    const machine = await bootMachine({ era, notifier: "global", devices: [], hostTurn: () => hostTurn() });
    const { kernel } = machine;
    kthread_run(kernel, "modprobe", (current) => loadFake(current, fakemlx5({ mode: "global", downDelayMs: 2000 }), "0000:00:08.0"));
    await kernel.sched.run(() => hostTurn());
    const script = `echo 10 > /proc/sys/kernel/hung_task_timeout_secs
ip netns add empty; devlink dev show > /dev/null
devlink dev reload pci/0000:00:08.0 & sleep 0.5
ip netns del empty; sleep 4
devlink dev show & sleep 17
dmesg -t -l err,info,warn | grep -v fakemlx5
`;
    let out = "";
    const decoder = new TextDecoder();
    const output = {
      stdout: (bytes: Uint8Array): void => {
        out += decoder.decode(bytes);
      },
      stderr: (): void => {},
    };
    await machine.runScript({ name: "abba.sh", text: script }, output);
    const recorded = comparable(readFileSync(new URL("recorded-hung-tasks.txt", import.meta.url), "utf8"));
    // The recorded kernel's compiler has inlined one function of the deletion.
    expect(comparable(out.slice(out.indexOf("INFO: task"))).filter((line) => line !== " ops_pre_exit_list")).toEqual(recorded);
  });
});

describe("when it reports", () => {
  const hang = `${SEED}sleep 1\ndevlink dev show &\nsleep 0.1\nip netns add bar &\n`;
  const reports = "dmesg -t | grep -o 'task .* blocked for more.*'\n";

  it("first between one and two timeouts after the hang, then at every check; never a killable task", async () => {
    expect((await run(`${hang}sleep 130\n${reports}`, { notifier: "global" })).stdout).toBe("");
    expect((await run(`${hang}sleep 370\n${reports}`, { notifier: "global" })).stdout).toBe(
      [120, 240]
        .map(
          (secs) => `task kworker/u4:0:7 blocked for more than ${secs} seconds.\ntask devlink:105 blocked for more than ${secs} seconds.\n`,
        )
        .join(""),
    );
  });

  it("keeps no run alive", async () => {
    const { outcome } = await run(hang, { notifier: "global" });
    expect(outcome.virtualTime).toBeLessThan(3e9);
  });

  it("as its sysctls say: timeout, interval, warnings, off; wrong values are refused", async () => {
    const sysctl = (name: string, value: string): string => `echo ${value} > /proc/sys/kernel/hung_task_${name}\n`;
    const few = `${sysctl("timeout_secs", "20")}${sysctl("check_interval_secs", "10")}${sysctl("warnings", "3")}${hang}sleep 60\n${reports}cat /proc/sys/kernel/hung_task_warnings\n`;
    expect((await run(few, { notifier: "global" })).stdout).toBe(
      [
        "task kworker/u4:0:7 blocked for more than 20 seconds.",
        "task devlink:105 blocked for more than 20 seconds.",
        "task kworker/u4:0:7 blocked for more than 30 seconds.",
        "0",
        "",
      ].join("\n"),
    );
    expect((await run(`${sysctl("timeout_secs", "0")}${hang}sleep 500\n${reports}`, { notifier: "global" })).stdout).toBe("");
    const wrong = await run(`${sysctl("warnings", "-2")}${sysctl("panic", "1")}cat /proc/sys/kernel/hung_task_*\n`);
    expect([wrong.stdout, wrong.stderr]).toEqual([
      "4194304\n0\n0\n120\n10\n",
      "test.sh: line 1: echo: write error: Invalid argument\ntest.sh: line 2: echo: write error: Invalid argument\n",
    ]);
  });

  it("is followed by all locks held where lockdep is on", async () => {
    const { stdout } = await run(
      `${hang}sleep 250
dmesg -t
`,
      { notifier: "global", lockdep: "all" },
    );
    expect(stdout).toContain("Showing all locks held in the system:\n7 locks held by kworker/u4:0/7:\n #0: ");
    expect(stdout).toMatch(/1 lock held by ip\/107:\n #0: [0-9a-f]{16} \(pernet_ops_rwsem\)\{\n*/);
  });
});

describe("kernels that name the owner", () => {
  it("of a mutex, and of an rw_semaphore with both roles; and say when no more reports follow", async () => {
    const kernel = new Kernel();
    const style = { task: taskTextOf6_1, says_suppressed: true, names_owner: true };
    const detector = new HungTaskDetector(kernel, style, null);
    detector.warnings = 2;
    const lock = new mutex(kernel, "lock");
    const sem = new rw_semaphore(kernel, "sem");
    const start = (comm: string, body: Body): unknown => spawnTask(kernel, { comm, parent: null, body });
    const rest = new wait_queue_head("rest");
    start("owner", async (current) => {
      await mutex_lock(current, lock);
      await down_read(current, sem);
      await wait_once(current, rest, "TASK_INTERRUPTIBLE");
    });
    start("first", async (current) => void (await mutex_lock(current, lock)));
    start("second", async (current) => void (await down_write(current, sem)));
    kernel.startTimer(300e9, () => {});
    await kernel.sched.run(() => hostTurn());
    expect(kernel.log.lines.filter(({ text }) => /^(INFO|Future|task:)/.test(text)).map(({ text }) => text)).toEqual([
      "INFO: task first:2 blocked for more than 120 seconds.",
      "task:first           state:D stack:0     pid:2     ppid:0      flags:0x00004002",
      "INFO: task first:2 is blocked on a mutex likely owned by task owner:1.",
      "INFO: task second:3 blocked for more than 120 seconds.",
      "task:second          state:D stack:0     pid:3     ppid:0      flags:0x00004002",
      "INFO: task second:3 <writer> blocked on an rw-semaphore likely owned by task owner:1 <reader>",
      "Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings",
    ]);
  });
});

describe("/proc/sysrq-trigger", () => {
  const keys = (text: string): string => `${SEED}sleep 1\ndmesg -C\n${text}dmesg -t | grep -v '^ [a-z_]'\n`;

  it("w prints the blocked tasks, d the locks where lockdep is on, any other key what there is", async () => {
    const { stdout } = await run(keys("echo w > /proc/sysrq-trigger; echo d > /proc/sysrq-trigger; echo x > /proc/sysrq-trigger\n"), {
      notifier: "global",
    });
    expect(stdout).toBe(
      [
        "sysrq: Show Blocked State",
        "task:kworker/u4:0    state:D stack:    0 pid:    7 ppid:     2 flags:0x00004000",
        "Workqueue: netns cleanup_net",
        "Call Trace:",
        "sysrq: HELP : show-task-states(t) show-blocked-tasks(w)",
        "sysrq: HELP : show-task-states(t) show-blocked-tasks(w)",
        "",
      ].join("\n"),
    );
  });

  it("d says that lockdep is off once it has reported in mode once", async () => {
    const { stdout } = await run(keys("echo d > /proc/sysrq-trigger\n"), { notifier: "global", lockdep: "once" });
    expect(stdout).toBe("sysrq: Show Locks Held\nINFO: lockdep is turned off.\n");
  });
});
