/**
 * Proves what objects that a run makes are called: those of different makers are told apart, and one that is met first by
 * whoever comes first is not taken for two, so that no outcome is lost.
 */
import { expect, test } from "vitest";
import { type Frame, spawnTask } from "../../src/kernel/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";
import { type Body, reduced } from "./lives.ts";

class Box {
  value = 0;
}

const step = async (current: Frame): Promise<void> => void (await current.kernel.sched.yieldPoint(current.task));

function begin(parent: Frame, body: (current: Frame) => Promise<void>): void {
  spawnTask(parent.kernel, { comm: "child", parent: parent.task, body });
}

test("what each of two tasks makes for itself is no reason for a class", async () => {
  const own: Body = async (current, note) => {
    for (const _child of [1, 2]) {
      begin(current, async (child) => {
        const box = new Box();
        child.writes(box);
        await step(child);
        child.writes(box);
        box.value++;
      });
    }
    note("made");
  };
  expect(await reduced(own)).toEqual([1, ["made"]]);
});

test("an object that its maker leaves to whoever comes first is one object", async () => {
  const left: Body = async (current, note) => {
    const box = new Box();
    for (const name of ["a", "b", "c"]) {
      begin(current, async (child) => {
        await step(child);
        child.writes(box);
        note(`${name}${box.value++}`);
      });
    }
  };
  expect(await reduced(left)).toEqual([6, ["a0 b1 c2", "a0 c1 b2", "b0 a1 c2", "b0 c1 a2", "c0 a1 b2", "c0 b1 a2"]]);
});

test.each([
  ["two commands that write files of their own", "echo a > /tmp/a &\necho b > /tmp/b &\nwait\n", 2],
  ["a look for a name, and a file of that name", "test -e /tmp/x && echo yes > /dev/null &\ntouch /tmp/x &\nwait\n", 2],
  ["a look for a name, and a file of another name", "test -e /etc/passwd &\ntouch /tmp/x &\nwait\n", 1],
])("%s", async (_what, script, classes) => {
  const { stdout } = await mlx5emu(["explore", "-", "--strategy", "dpor"], { "-": script });
  expect(stdout.split("\n")[0]).toMatch(
    classes === 1
      ? /: all are equivalent, and one was run \(1 execution\)$/
      : new RegExp(`: ${classes} classes .* each run once \\(${classes} executions\\)$`),
  );
});
