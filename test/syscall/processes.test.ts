/** Proves the life of processes: fork, exec, exit, wait, what a child inherits, what a fatal limit says, and that nothing is left. */
import { describe, expect, test } from "vitest";
import { EACCES, EAGAIN, ECHILD, ENOENT, ENOEXEC, SIGKILL } from "../../src/kernel/index.ts";
import { task_files } from "../../src/vfs/index.ts";
import { readFile, runUserland, say, writeFile, zeroAfter } from "../support/userland.ts";

const WNOHANG = 1;

describe("fork and wait", () => {
  test("a child runs beside its parent, and its exit status is found once", async () => {
    const run = await runUserland(async (process) => {
      const pid = await process.fork(async (child) => {
        await say(child, `child of ${child.getppid() === process.pid}`);
        return 300;
      });
      const ended = await process.wait4(pid, 0);
      await say(process, JSON.stringify([ended, typeof ended === "object" && ended?.pid === pid]));
      await say(process, String(await process.wait4(-1, 0)));
      return 3;
    });
    expect([run.stdout, run.stderr, run.script.exitCode, run.script.exitSignal]).toEqual([
      `child of true\n[{"pid":102,"exitCode":44,"signal":0},true]\n${-ECHILD}\n`,
      "",
      3,
      0,
    ]);
  });

  test("WNOHANG answers null while the child runs", async () => {
    const run = await runUserland(async (process) => {
      const pid = await process.fork(async (child) => {
        await child.nanosleep(1e9);
        return 0;
      });
      await say(process, String(await process.wait4(pid, WNOHANG)));
      await process.nanosleep(2e9);
      await say(process, String((await process.wait4(-1, WNOHANG)) !== null));
      return 0;
    });
    expect(run.stdout).toBe("null\ntrue\n");
  });

  test("a child has its own working directory, umask, environment and descriptors", async () => {
    const run = await runUserland(async (process) => {
      await process.chdir("/tmp");
      const fd = await process.open("/tmp/shared", 0o102);
      const pid = await process.fork(async (child) => {
        await child.chdir("/");
        child.umask(0o77);
        await child.write(fd, new TextEncoder().encode("abc"));
        await child.close(fd);
        return 0;
      });
      await process.wait4(pid, 0);
      const position = await process.lseek(fd, 0, 1);
      await say(process, `${process.getcwd()} ${process.umask(0o22).toString(8)} ${position} ${process.env.get("HOME")}`);
      return 0;
    });
    expect(run.stdout).toBe("/tmp 22 3 /root\n");
  });

  test("orphans go on and are reaped; in the end only init is left and no file is open", async () => {
    const run = await runUserland(async (process) => {
      await process.fork(async (child) => {
        await child.nanosleep(5e9);
        await say(child, `orphan of ${child.getppid()}`);
        return 0;
      });
      return 0;
    });
    expect(run.stdout).toBe("orphan of 1\n");
    expect([...run.kernel.tasks.values()].map((task) => task.comm)).toEqual(["init"]);
    expect(task_files.get(run.script)).toBe(undefined);
    expect(run.kernel.bugs).toEqual([]);
  });

  test("fork fails with EAGAIN at the limit of tasks", async () => {
    const run = await runUserland(
      async (process) => {
        let last = 0;
        for (let i = 0; i < 20 && last >= 0; i++) last = await process.fork((child) => zeroAfter(child.pause()));
        await say(process, String(last));
        return 0;
      },
      { limits: { tasks: 10 } },
    );
    expect(run.stdout).toBe(`${-EAGAIN}\n`);
  });
});

describe("a program that asks for more than there is", () => {
  const endless = (n: number): number => endless(n + 1) + 1;

  test("of stack: SIGSEGV", async () => {
    const run = await runUserland(async () => endless(0));
    expect([run.script.exitCode, run.script.exitSignal, run.kernel.bugs]).toEqual([0, 11, []]);
  });

  test("of memory: SIGKILL, and a line in the log", async () => {
    const run = await runUserland(async () => "x".repeat(2 ** 29).concat("x".repeat(2 ** 29)).length);
    const { pid, exitCode, exitSignal } = run.script;
    expect([exitCode, exitSignal]).toEqual([0, 9]);
    expect(run.kernel.log.lines.at(-1)?.text).toBe(`Out of memory: Killed process ${pid} (main)`);
  });

  test("another error of its own is a bug of the emulator", async () => {
    await expect(runUserland(async () => "x".repeat(-1).length)).rejects.toThrow(RangeError);
  });
});

describe("execve", () => {
  test("replaces the program: name, arguments, environment; keeps pid and descriptors, closes those marked", async () => {
    const run = await runUserland(
      async (process) => {
        const kept = await process.open("/etc", 0);
        const closed = await process.dupfd(kept, 10, true);
        await process.execve("/usr/bin/a-program-with-a-long-name", ["x", "1", "2"], new Map([["A", `${process.pid} ${kept} ${closed}`]]));
        return 99;
      },
      {
        programs: {
          "/usr/bin/a-program-with-a-long-name": async (process) => {
            const [pid, kept, closed] = (process.env.get("A") ?? "").split(" ").map(Number);
            await say(
              process,
              `${process.argv.join(",")} ${pid === process.pid} ${await process.close(kept ?? -1)} ${await process.close(closed ?? -1)}`,
            );
            await say(process, `${await readFile(process, "/proc/self/comm")}${await process.readlink("/proc/self/exe")}`);
            return 7;
          },
        },
      },
    );
    expect([run.stdout, run.script.exitCode, run.script.argv]).toEqual([
      "x,1,2 true 0 -9\na-program-with-\n/usr/bin/a-program-with-a-long-name\n",
      7,
      ["x", "1", "2"],
    ]);
  });

  test("a text with #! is run by the interpreter it names; other texts, modes and names fail", async () => {
    const run = await runUserland(
      async (process) => {
        const env = process.env;
        await writeFile(process, "/tmp/plain", "echo", 0o755);
        await writeFile(process, "/tmp/locked", "#!/usr/bin/show", 0o644);
        await writeFile(process, "/tmp/script", "#! /usr/bin/show  -x y \nbody", 0o755);
        await say(process, `${await process.execve("/tmp/plain", ["p"], env)} ${await process.execve("/tmp/locked", ["l"], env)}`);
        await say(process, `${await process.execve("/nowhere", ["n"], env)} ${await process.execve("/tmp", ["d"], env)}`);
        return await process.execve("/tmp/script", ["script", "a", "b"], env);
      },
      { programs: { "/usr/bin/show": (process) => zeroAfter(say(process, process.argv.join("|"))) } },
    );
    expect(run.stdout).toBe(`${-ENOEXEC} ${-EACCES}\n${-ENOENT} ${-EACCES}\n/usr/bin/show|-x y|/tmp/script|a|b\n`);
    expect(run.script.comm).toBe("script");
  });

  test("a program that swallows the exit is left at its next system call", async () => {
    const run = await runUserland(async (process) => {
      try {
        process.exit(5);
      } catch {
        // deliberately swallowed
      }
      await say(process, "never");
      return 0;
    });
    expect([run.stdout, run.script.exitCode]).toEqual(["", 5]);
  });
});

test("a first program that is not there: its task says so and ends with 127", async () => {
  const run = await runUserland(async () => 0, { path: "/usr/bin/gone" });
  expect([run.stderr, run.script.exitCode]).toEqual(["/usr/bin/gone: No such file or directory\n", 127]);
});

test("process groups: kill reaches a group, setsid makes a leader", async () => {
  const run = await runUserland(async (process) => {
    const sleeper = (await process.fork((child) => zeroAfter(child.pause()))) as number;
    const other = (await process.fork((child) => zeroAfter(child.pause()))) as number;
    await say(process, `${process.setpgid(sleeper, 0)} ${process.setpgid(other, sleeper)} ${process.getpgid(other) === sleeper}`);
    await process.kill(-sleeper, SIGKILL);
    for (const pid of [sleeper, other]) {
      const ended = await process.wait4(pid, 0);
      await say(process, typeof ended === "object" ? String(ended?.signal) : String(ended));
    }
    return 0;
  });
  expect(run.stdout).toBe("0 0 true\n9\n9\n");
});

test("two machines run side by side without meeting", async () => {
  const program = (name: string) => async (process: Parameters<typeof say>[0]) => {
    await writeFile(process, "/tmp/x", name);
    await process.nanosleep(1e6);
    await say(process, String(await readFile(process, "/tmp/x")));
    return 0;
  };
  const [a, b] = await Promise.all([runUserland(program("a")), runUserland(program("b"))]);
  expect([a.stdout, b.stdout, a.kernel.clock.now]).toEqual(["a\n", "b\n", b.kernel.clock.now]);
});

test("a copy of an executable runs; one that was written over does not", async () => {
  const run = await runUserland(
    async (process) => {
      const content = await readFile(process, "/usr/bin/hello");
      await writeFile(process, "/tmp/copy", String(content), 0o755);
      await writeFile(process, "/usr/bin/hello", "gone");
      await say(process, String(await process.execve("/usr/bin/hello", ["hello"], process.env)));
      return process.execve("/tmp/copy", ["copy"], process.env);
    },
    { programs: { "/usr/bin/hello": (process) => zeroAfter(say(process, `hello from ${process.argv[0]}`)) } },
  );
  expect(run.stdout).toBe(`${-ENOEXEC}\nhello from copy\n`);
});
