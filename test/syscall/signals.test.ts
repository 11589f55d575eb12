/** Proves signals: deadly ones, handlers, ignoring, stop and continue, waits that are interrupted or begin again, SIGPIPE, SIGKILL in D state. */
import { describe, expect, test } from "vitest";
import {
  EINTR,
  EINVAL,
  EPIPE,
  ESRCH,
  mutex,
  mutex_lock,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGPIPE,
  SIGSTOP,
  SIGTERM,
  SIGUSR1,
  stateLetter,
  type Task,
} from "../../src/kernel/index.ts";
import type { Process, Program } from "../../src/syscall/index.ts";
import { proc_create } from "../../src/vfs/index.ts";
import { readFile, runUserland, say, writeFile, zeroAfter } from "../support/userland.ts";

const MS = 1e6;

/** The end of a child in words. */
async function endOf(process: Process, pid: number): Promise<string> {
  const ended = await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") return String(ended);
  return ended.signal === 0 ? `exit ${ended.exitCode}` : `signal ${ended.signal}`;
}

const sleeper: Program = (process) => zeroAfter(process.nanosleep(1000 * MS));

test("a deadly signal ends a task where it waits, and its parent learns which", async () => {
  const run = await runUserland(async (process) => {
    const began = process.clockMonotonic();
    for (const signal of [SIGTERM, SIGKILL, SIGUSR1]) {
      const pid = await process.fork(sleeper);
      await process.kill(pid, signal);
      await say(process, await endOf(process, pid));
    }
    await say(process, String(process.clockMonotonic() - began < 100 * MS));
    await say(process, `${await process.kill(99_999, 0)} ${await process.kill(process.pid, 0)} ${await process.kill(1, 65)}`);
    return 0;
  });
  expect(run.stdout).toBe(`signal 15\nsignal 9\nsignal 10\ntrue\n${-ESRCH} 0 ${-EINVAL}\n`);
});

describe("handlers", () => {
  test("run inside the call that they interrupt, which then fails; an ignored signal is not noticed", async () => {
    const run = await runUserland(async (process) => {
      const pid = await process.fork(async (child) => {
        const seen: number[] = [];
        child.sigaction(SIGUSR1, (signal) => void seen.push(signal));
        child.sigaction(SIGTERM, "ignore");
        await say(child, `${await child.nanosleep(1000 * MS)} ${seen} ${child.clockMonotonic() < 900 * MS}`);
        await say(child, `${await child.pause()} ${seen}`);
        return 0;
      });
      await process.nanosleep(10 * MS);
      await process.kill(pid, SIGTERM);
      await process.kill(pid, SIGUSR1);
      await process.nanosleep(10 * MS);
      await process.kill(pid, SIGUSR1);
      await say(process, await endOf(process, pid));
      return 0;
    });
    expect(run.stdout).toBe(`${-EINTR} 10 true\n${-EINTR} 10,10\nexit 0\n`);
  });

  test("may end the program; a child inherits them, a new program gets the default back but keeps ignoring", async () => {
    const run = await runUserland(
      async (process) => {
        process.sigaction(SIGUSR1, () => process.exit(4));
        process.sigaction(SIGTERM, "ignore");
        const pid = await process.fork((child) => child.execve("/usr/bin/selfkill", ["selfkill"], child.env));
        await say(process, await endOf(process, pid));
        await process.kill(process.pid, SIGUSR1);
        return 9;
      },
      {
        programs: {
          "/usr/bin/selfkill": async (process) => {
            await process.kill(process.pid, SIGTERM);
            await say(process, "survived SIGTERM");
            await process.kill(process.pid, SIGUSR1);
            return 0;
          },
        },
      },
    );
    expect([run.stdout, run.script.exitCode]).toEqual(["survived SIGTERM\nsignal 10\n", 4]);
  });

  test("SIGCHLD comes when a child ends", async () => {
    const run = await runUserland(async (process) => {
      let ended = 0;
      process.sigaction(SIGCHLD, () => void ended++);
      await process.fork((child) => zeroAfter(child.nanosleep(MS)));
      await say(process, `${await process.nanosleep(100 * MS)} ${ended}`);
      return 0;
    });
    expect(run.stdout).toBe(`${-EINTR} 1\n`);
  });
});

test("stop and continue: the task stands still, then goes on waiting for what is left of its time", async () => {
  const run = await runUserland(async (process) => {
    const pid = (await process.fork(async (child) => {
      const result = await child.nanosleep(50 * MS);
      await say(child, `slept ${result}`);
      return 0;
    })) as Task["pid"];
    await process.nanosleep(10 * MS);
    await process.kill(pid, SIGSTOP);
    await process.nanosleep(MS);
    await say(process, String(await readFile(process, `/proc/${pid}/stat`)).split(" ")[2] ?? "");
    await process.nanosleep(100 * MS);
    await say(process, "continue");
    await process.kill(pid, SIGCONT);
    await say(process, await endOf(process, pid));
    const stopped = await process.fork(sleeper);
    await process.kill(stopped, SIGSTOP);
    await process.nanosleep(MS);
    await process.kill(stopped, SIGTERM);
    await process.nanosleep(MS);
    await process.kill(stopped, SIGKILL);
    await say(process, await endOf(process, stopped));
    return 0;
  });
  expect(run.stdout).toBe("T\ncontinue\nslept 0\nexit 0\nsignal 9\n");
});

test("a write into a pipe without readers: SIGPIPE ends the task; if ignored, EPIPE", async () => {
  const run = await runUserland(async (process) => {
    const [reading, writing] = (await process.pipe()) as readonly [number, number];
    await process.close(reading);
    const write = (child: Process): Promise<number> => child.write(writing, new Uint8Array(1));
    await say(process, await endOf(process, await process.fork((child) => zeroAfter(write(child)))));
    process.sigaction(SIGPIPE, "ignore");
    await say(process, String(await write(process)));
    return 0;
  });
  expect(run.stdout).toBe(`signal 13\n${-EPIPE}\n`);
});

test("SIGKILL does nothing to a task in uninterruptible sleep, not even later", async () => {
  const run = await runUserland(
    async (process) => {
      const pid = await process.fork((child) => zeroAfter(writeFile(child, "/proc/hold", "x")));
      await process.nanosleep(MS);
      await process.kill(pid, SIGKILL);
      await process.nanosleep(1000 * MS);
      await say(process, String(await process.wait4(pid, 1)));
      return 0;
    },
    {
      boot: async (current) => {
        const lock = new mutex(current.kernel, "held");
        await mutex_lock(current, lock);
        proc_create(current.kernel, "hold", { write: async (frame) => mutex_lock(frame.enter("hold_write"), lock) });
      },
    },
  );
  const left = [...run.kernel.tasks.values()].filter((task) => !task.daemon);
  expect([run.stdout, left.map((task) => `${stateLetter(task)} ${task.wait?.on.name} ${[...task.pending]}`)]).toEqual([
    "null\n",
    ["D held 9"],
  ]);
});

test("pid 1 cannot be killed", async () => {
  const run = await runUserland(async (process) => {
    await say(process, `${await process.kill(1, SIGKILL)} ${await process.kill(1, SIGTERM)}`);
    return 0;
  });
  expect([run.stdout, run.init.alive]).toEqual(["0 0\n", true]);
});
