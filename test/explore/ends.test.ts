/**
 * Proves how ends of tasks and references count when classes of schedules are told apart: what cannot make a difference makes
 * no class of its own, and every outcome that the enumeration of all schedules has is found by the reduction too.
 */
import { expect, test } from "vitest";
import { type Frame, KERN_INFO, printk, refcount_t, spawnTask, type Task, wait4 } from "../../src/kernel/index.ts";
import { type Body, type Note, reduced } from "./lives.ts";

const step = async (current: Frame): Promise<void> => void (await current.kernel.sched.yieldPoint(current.task));

function child(parent: Frame, body: (current: Frame) => Promise<void> = step): Task {
  const task = spawnTask(parent.kernel, { comm: "child", parent: parent.task, body });
  if (task === null) throw new Error("no task");
  return task;
}

const pidOf = (found: Awaited<ReturnType<typeof wait4>>): string =>
  found === null || typeof found === "number" ? `${found}` : `${found.pid}`;

test("whether a child ends before or after it is asked for makes no class", async () => {
  const both: Body = async (current, note) => {
    const children = [child(current), child(current)];
    for (const { pid } of children) note(pidOf(await wait4(current, pid)));
  };
  expect(await reduced(both)).toEqual([1, ["2 3"]]);
});

test("who waits for any child, or does not wait, finds what the order of the ends has made", async () => {
  const any: Body = async (current, note) => {
    child(current);
    child(current);
    for (let i = 0; i < 2; i++) note(pidOf(await wait4(current, -1)));
  };
  expect((await reduced(any))[1]).toEqual(["2 3", "3 2"]);
  const look: Body = async (current, note) => {
    const { pid } = child(current);
    await step(current);
    note(pidOf(await wait4(current, pid, { nohang: true })));
  };
  expect((await reduced(look))[1]).toEqual(["2", "null"]);
});

/** Gives a reference back in a step of its own. */
const puts =
  (count: refcount_t, note: Note, name: string) =>
  async (current: Frame): Promise<void> => {
    await step(current);
    if (count.dec_and_test(current)) note(name);
  };

test("references that are given back while the maker keeps its own make no class", async () => {
  const kept: Body = async (current, note) => {
    const count = new refcount_t("object");
    current.creates(count);
    const children = ["a", "b"].map((name) => {
      count.inc(current);
      return child(current, puts(count, note, name));
    });
    for (const { pid } of children) await wait4(current, pid);
    await puts(count, note, "parent")(current);
  };
  expect(await reduced(kept)).toEqual([1, ["parent"]]);
});

test("whoever may give the last reference back does so in some class", async () => {
  const left: Body = async (current, note) => {
    const count = new refcount_t("object", 3);
    current.creates(count);
    for (const name of ["a", "b", "c"]) child(current, puts(count, note, name));
  };
  expect((await reduced(left))[1]).toEqual(["a", "b", "c"]);
});

test("a look at whether any reference is left comes before or after the last one goes", async () => {
  const seen: Body = async (current, note) => {
    const count = new refcount_t("object");
    current.creates(count);
    child(
      current,
      puts(count, () => {}, "a"),
    );
    await step(current);
    note(count.is_zero(current) ? "none" : "some");
  };
  expect((await reduced(seen))[1]).toEqual(["none", "some"]);
});

test("what is written to the kernel's log is in no order, until somebody reads it", async () => {
  const writes = async (current: Frame): Promise<void> => {
    await step(current);
    printk(current.kernel, KERN_INFO, "written");
  };
  const alone: Body = async (current, note) => {
    const children = [child(current, writes), child(current, writes)];
    for (const { pid } of children) await wait4(current, pid);
    note(String(current.kernel.log.lines.length));
  };
  expect(await reduced(alone)).toEqual([1, ["2"]]);
  const read: Body = async (current, note) => {
    const children = [child(current, writes), child(current, writes)];
    await step(current);
    current.reads(current.kernel.log);
    note(String(current.kernel.log.lines.length));
    await step(current);
    for (const { pid } of children) await wait4(current, pid);
  };
  expect(await reduced(read)).toEqual([4, ["0", "1", "2"]]);
});

test("what a step does before it gets a lock at once is not ordered by who released that lock", async () => {
  const read: Body = async (current, note) => {
    const shared = { writes: 0 };
    current.creates(shared);
    const writes = async (writer: Frame): Promise<void> => {
      await step(writer);
      shared.writes++;
      writer.writes(shared);
    };
    const children = [child(current, writes), child(current, writes)];
    await step(current);
    current.reads(shared);
    note(String(shared.writes));
    for (const { pid } of children) await wait4(current, pid);
  };
  expect(await reduced(read)).toEqual([6, ["0", "1", "2"]]);
});
