/** Proves the rules of struct rw_semaphore: who may hold it together, who waits for whom, who is let in when it is released. */
import { describe, expect, test } from "vitest";
import {
  down_read,
  down_read_interruptible,
  down_read_killable,
  down_read_trylock,
  down_write,
  down_write_killable,
  down_write_trylock,
  downgrade_write,
  type Frame,
  rw_semaphore,
  SIGKILL,
  SIGUSR1,
  send_sig,
  up_read,
  up_write,
} from "../../src/kernel/index.ts";
import type { Body } from "../support/kernel.ts";
import { pause, play, type Stage, stuck } from "./play.ts";

/** A stage with one semaphore. */
function playSem(script: (stage: Stage, sem: rw_semaphore) => Readonly<Record<string, Body>>): Promise<Stage> {
  return play((stage) => script(stage, new rw_semaphore(stage.kernel, "s")));
}

const reader =
  (log: string[], sem: rw_semaphore, name: string): Body =>
  async (current) => {
    await down_read(current, sem);
    log.push(`${name} in`);
    await pause(current);
    log.push(`${name} out`);
    up_read(current, sem);
  };

const writer =
  (log: string[], sem: rw_semaphore, name: string): Body =>
  async (current) => {
    await down_write(current, sem);
    log.push(`${name} in`);
    await pause(current);
    log.push(`${name} out`);
    up_write(current, sem);
  };

describe("holding", () => {
  test("readers share, a writer is alone", async () => {
    const { log } = await playSem(({ log }, sem) => ({
      r1: reader(log, sem, "r1"),
      r2: reader(log, sem, "r2"),
      w: writer(log, sem, "w"),
    }));
    expect(log).toEqual(["r1 in", "r2 in", "r1 out", "r2 out", "w in", "w out"]);
  });

  test("a queued writer keeps later readers out, though the lock is held for read", async () => {
    const { log } = await playSem(({ log }, sem) => ({
      r1: reader(log, sem, "r1"),
      w: writer(log, sem, "w"),
      r2: reader(log, sem, "r2"),
    }));
    expect(log).toEqual(["r1 in", "r1 out", "w in", "w out", "r2 in", "r2 out"]);
  });

  test("when a reader is at the head of the queue, all queued readers come in, past the writers between them", async () => {
    const { log } = await playSem(({ log }, sem) => ({
      w1: writer(log, sem, "w1"),
      r1: reader(log, sem, "r1"),
      w2: writer(log, sem, "w2"),
      r2: reader(log, sem, "r2"),
      w3: writer(log, sem, "w3"),
      r3: reader(log, sem, "r3"),
    }));
    expect(log).toEqual([
      ...["w1 in", "w1 out"],
      ...["r1 in", "r2 in", "r3 in", "r1 out", "r2 out", "r3 out"],
      ...["w2 in", "w2 out", "w3 in", "w3 out"],
    ]);
  });

  test("at most 256 readers are let in at one time", async () => {
    const readers = Array.from({ length: 257 }, (_, i) => `r${i}`);
    const { log } = await playSem(({ log }, sem) => ({
      w1: async (current) => {
        await down_write(current, sem);
        await pause(current);
        up_write(current, sem);
        log.push(`${sem.readers.length} in, ${sem.waiters.length} wait`);
      },
      ...Object.fromEntries(readers.map((name) => [name, async (current: Frame) => void (await down_read(current, sem))])),
    }));
    expect(log).toEqual(["256 in, 1 wait"]);
  });
});

describe("trylock", () => {
  test.each([
    ["free", true, true],
    ["held for read", true, false],
    ["held for write", false, false],
    ["held for read with a writer queued", false, false],
  ] as const)("when %s: read %s, write %s", async (state, read, write) => {
    const { log } = await playSem(({ log }, sem) => ({
      holder: async (current) => {
        if (state === "held for write") await down_write(current, sem);
        else if (state !== "free") await down_read(current, sem);
        await pause(current);
      },
      queued: async (current) => {
        if (state === "held for read with a writer queued") await down_write(current, sem);
      },
      tries: async (current) => {
        const gotRead = down_read_trylock(current, sem);
        if (gotRead) up_read(current, sem);
        log.push(`${gotRead} ${down_write_trylock(current, sem)}`);
      },
    }));
    expect(log).toEqual([`${read} ${write}`]);
  });
});

describe("one task alone deadlocks", () => {
  test.each([
    ["read then write", down_read, down_write, "write"],
    ["write then read", down_write, down_read, "read"],
    ["write then write", down_write, down_write, "write"],
  ] as const)("%s", async (_name, first, second, mode) => {
    const stage = await playSem((_stage, sem) => ({
      task: async (current) => {
        await first(current, sem);
        await second(current, sem);
      },
    }));
    expect(stuck(stage)).toEqual([`task TASK_UNINTERRUPTIBLE ${mode} s`]);
    const { task } = stage.tasks;
    expect(task?.wait?.on.blockers(task)).toEqual([task]);
  });

  test("reading twice with a writer queued in between: each waits for the other", async () => {
    const stage = await playSem((_stage, sem) => ({
      reader: async (current) => {
        await down_read(current, sem);
        await pause(current);
        await down_read(current, sem);
      },
      writer: async (current) => void (await down_write(current, sem)),
    }));
    expect(stuck(stage)).toEqual(["reader TASK_UNINTERRUPTIBLE read s", "writer TASK_UNINTERRUPTIBLE write s"]);
    const { reader: r, writer: w } = stage.tasks;
    if (r === undefined || w === undefined) throw new Error("a task is missing");
    expect([r.wait?.on.blockers(r), w.wait?.on.blockers(w)]).toEqual([[w], [r]]);
  });

  test("reading twice without a writer is fine, and each hold has to be released", async () => {
    const stage = await playSem(({ log }, sem) => ({
      reader: async (current) => {
        await down_read(current, sem);
        await down_read(current, sem);
        up_read(current, sem);
        log.push(`write ${down_write_trylock(current, sem)}`);
        up_read(current, sem);
        log.push(`write ${down_write_trylock(current, sem)}`);
      },
    }));
    expect(stage.log).toEqual(["write false", "write true"]);
    expect(stage.kernel.bugs).toEqual([]);
  });
});

describe("downgrade_write", () => {
  test("lets queued readers in if one is at the head of the queue", async () => {
    const { log } = await playSem(({ log }, sem) => ({
      w: async (current) => {
        await down_write(current, sem);
        await pause(current);
        log.push("downgrade");
        downgrade_write(current, sem);
        log.push(current.task.held.map((h) => h.mode).join());
        await pause(current);
        log.push("release");
        up_read(current, sem);
      },
      r: reader(log, sem, "r"),
      w2: writer(log, sem, "w2"),
      r2: reader(log, sem, "r2"),
    }));
    expect(log).toEqual(["downgrade", "read", "r in", "r2 in", "release", "r out", "r2 out", "w2 in", "w2 out"]);
  });

  test("lets nobody in if a writer is at the head", async () => {
    const { log } = await playSem(({ log }, sem) => ({
      w: async (current) => {
        await down_write(current, sem);
        await pause(current);
        downgrade_write(current, sem);
        await pause(current);
        log.push("release");
        up_read(current, sem);
      },
      w2: writer(log, sem, "w2"),
      r: reader(log, sem, "r"),
    }));
    expect(log).toEqual(["release", "w2 in", "w2 out", "r in", "r out"]);
  });
});

describe("signals", () => {
  const kinds = { down_read, down_read_killable, down_read_interruptible, down_write, down_write_killable };
  test.each([
    ["down_read", SIGKILL, "waits"],
    ["down_read_killable", SIGKILL, "-4"],
    ["down_read_killable", SIGUSR1, "waits"],
    ["down_read_interruptible", SIGUSR1, "-4"],
    ["down_write", SIGKILL, "waits"],
    ["down_write_killable", SIGKILL, "-4"],
    ["down_write_killable", SIGUSR1, "waits"],
  ] as const)("%s with signal %i: %s", async (kind, signal, outcome) => {
    const { log } = await playSem(({ kernel, log, tasks }, sem) => ({
      holder: async (current) => {
        await down_write(current, sem);
        await pause(current);
        if (tasks["waiter"] !== undefined) send_sig(kernel, signal, tasks["waiter"]);
        await pause(current);
        log.push(`${sem.waiters.length} left in the queue`);
      },
      waiter: async (current) => {
        current.task.signals = { disposition: () => "handler" };
        log.push(`${await kinds[kind](current, sem)}`);
      },
    }));
    expect(log).toEqual(outcome === "waits" ? ["1 left in the queue"] : [outcome, "0 left in the queue"]);
  });

  test("when a queued writer is killed, the readers that it kept out come in at once", async () => {
    const { log } = await playSem(({ kernel, log, tasks }, sem) => ({
      r1: async (current) => {
        await down_read(current, sem);
        await pause(current);
        if (tasks["w"] !== undefined) send_sig(kernel, SIGKILL, tasks["w"]);
        await pause(current);
        log.push("r1 out");
        up_read(current, sem);
      },
      w: async (current) => void log.push(`w ${await down_write_killable(current, sem)}`),
      r2: async (current) => {
        await down_read(current, sem);
        log.push("r2 in");
        up_read(current, sem);
      },
    }));
    expect(log).toEqual(["r2 in", "w -4", "r1 out"]);
  });
});

describe("releasing", () => {
  test.each([
    ["up_read", up_read, "DEBUG_RWSEMS_WARN_ON(!is_rwsem_reader_owned(sem)): s released for read by other/2"],
    ["up_write", up_write, "DEBUG_RWSEMS_WARN_ON(rwsem_owner(sem) != current): s released for write by other/2"],
    ["downgrade_write", downgrade_write, "DEBUG_RWSEMS_WARN_ON(rwsem_owner(sem) != current): s released for write by other/2"],
  ] as const)("%s by somebody who does not hold it is reported and changes nothing", async (_name, release, text) => {
    const { kernel, log } = await playSem(({ log }, sem) => ({
      owner: async (current) => {
        await down_write(current, sem);
        await pause(current);
        log.push(`writer ${sem.writer?.comm}`);
        up_write(current, sem);
      },
      other: async (current) => release(current, sem),
    }));
    expect(log).toEqual(["writer owner"]);
    expect(kernel.bugs).toEqual([{ kind: "bug", text }]);
  });
});
