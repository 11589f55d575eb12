/** Proves: what the shell starts are tasks of their own, as bash's processes are, and everything of it happens in virtual time. */
import { describe, expect, it } from "vitest";
import { randomPolicy } from "../../src/kernel/index.ts";
import { runScript } from "../support/shell.ts";

describe("tasks", () => {
  it("makes a background command the child itself", async () => {
    const { stdout } = await runScript(
      "sleep 1 & cat /proc/$!/comm; x=1 sleep 1 & cat /proc/$!/comm; { sleep 1; } & cat /proc/$!/comm; wait",
    );
    expect(stdout).toBe("sleep\nsleep\nbash\n");
  });

  it("lets the last command of -c and of a subshell take the shell's place", async () => {
    const { stdout } = await runScript("bash -c 'sleep 1' & sleep 0.1; cat /proc/$!/comm; (sleep 1) & sleep 0.1; cat /proc/$!/comm; wait");
    expect(stdout).toBe("sleep\nsleep\n");
  });

  it("keeps the shell where a trap has to run after the last command", async () => {
    const { stdout } = await runScript("bash -c 'trap \"echo end\" EXIT; sleep 1' & sleep 0.1; cat /proc/$!/comm; wait");
    expect(stdout).toBe("bash\nend\n");
  });

  it("runs the stages of a pipeline at the same time", async () => {
    const { stdout, run } = await runScript("(echo a; sleep 1; echo b) | (read x; echo got $x; sleep 1; read y; echo got $y)");
    expect(stdout).toBe("got a\ngot b\n");
    expect(Math.floor(run.kernel.clock.now / 1e9)).toBe(1);
  });

  it("gives a subshell its own variables, directory, traps and options", async () => {
    const script = "x=1; cd /tmp; trap 'echo outer' EXIT; (x=2; cd /; set -f; trap 'echo inner' EXIT; f() { :; }); echo $x $PWD $-; type f";
    const { stdout, stderr } = await runScript(script);
    expect(stdout).toBe("inner\n1 /tmp hBc\nouter\n");
    expect(stderr).toBe("bash: line 1: type: f: not found\n");
  });

  it("leaves no task and no descriptor behind", async () => {
    const { run } = await runScript(
      "a | b; echo $(echo $(echo x)) > /dev/null; cat <(echo y) > /dev/null; sleep 1 & sleep 2 & wait; exec 5>&1",
    );
    expect([...run.kernel.tasks.values()].filter(({ kthread }) => !kthread).map(({ comm }) => comm)).toEqual(["init"]);
  });

  it("runs a signal's trap between two commands, and after a command in the foreground", async () => {
    const { stdout } = await runScript("trap 'echo trapped' TERM; (sleep 1; kill -TERM $$) & sleep 3; echo after; kill -TERM $$; echo end");
    expect(stdout).toBe("trapped\nafter\ntrapped\nend\n");
  });

  it("ends `wait` at once when a trapped signal comes", async () => {
    const { stdout } = await runScript("trap 'echo trapped' USR1; sleep 10 & (sleep 1; kill -USR1 $$) & wait; echo $? $SECONDS; kill %1");
    expect(stdout).toBe("trapped\n138 1\n");
  });
});

describe("virtual time", () => {
  it("passes in a loop of builtins, so that others get on", async () => {
    const { stdout, status } = await runScript("(sleep 0.01; mkdir X) & while [ ! -d X ]; do :; done; echo seen");
    expect({ stdout, status }).toEqual({ stdout: "seen\n", status: 0 });
  });

  it.each([
    "while :; do :; done",
    "for ((;;)); do ((x++)); done",
    "until case a in b) ;; esac && false; do case a in b) ;; esac; done",
    "f() { f & wait; }; while :; do [[ a ]]; done",
  ])("stops an endless loop at the limit of steps: %s", async (script) => {
    const { run } = await runScript(script, { limits: { steps: 20_000 } });
    expect(run.kernel.sched.stopped).toEqual({ limit: "steps", value: 20_000 });
  });

  it("counts SECONDS and sleeps without the host's time", async () => {
    const { stdout } = await runScript("sleep 3600; echo $SECONDS; SECONDS=5; sleep 1; echo $SECONDS");
    expect(stdout).toBe("3600\n6\n");
  });

  it("gives the same output and the same schedule for the same seed, and other interleavings for others", async () => {
    const script = "for i in 1 2 3 4 5 6; do (echo $i; echo $i) & done; wait";
    const play = async (seed: number): Promise<string> => {
      const { stdout, run } = await runScript(script, { policy: randomPolicy(seed) });
      return `${stdout}${run.kernel.sched.decisions.join(" ")}`;
    };
    expect(await play(7)).toBe(await play(7));
    expect(new Set([await play(1), await play(2), await play(3)]).size).toBe(3);
  });
});

describe("racing jobs", () => {
  const script = `
    say() { echo "$EPOCHREALTIME $*"; }
    race() { say begin $1; sleep 0.00$((RANDOM % 3)); x=$(echo $1 | cat); say end $x; }
    for i in 1 2 3; do race $i & done; wait; say done`;
  const play = async (seed: number): Promise<string> => (await runScript(script, { policy: randomPolicy(seed) })).stdout;

  it("write one transcript under one seed, virtual times included", async () => {
    const transcripts = new Set<string>();
    for (let run = 0; run < 20; run++) transcripts.add(await play(7));
    expect(transcripts.size).toBe(1);
  });

  it("are interleaved otherwise under other seeds, each time in a way that can be", async () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const lines = (await play(seed)).trimEnd().split("\n");
      const times = lines.map((line) => Number(line.split(" ")[0]));
      const order = lines.map((line) => line.slice(line.indexOf(" ") + 1));
      expect([...order].sort()).toEqual(["begin 1", "begin 2", "begin 3", "done", "end 1", "end 2", "end 3"]);
      // A line's time is read before the line is written: in between another job can run.
      for (const i of [1, 2, 3]) {
        const [begin, end] = [order.indexOf(`begin ${i}`), order.indexOf(`end ${i}`)];
        expect([begin < end, Number(times[begin]) < Number(times[end])]).toEqual([true, true]);
      }
      expect(order.at(-1)).toBe("done");
      orders.add(order.join());
    }
    expect(orders.size).toBeGreaterThan(3);
  });
});

describe("limits", () => {
  it("bounds the nesting of functions, eval and source", async () => {
    const { stderr, status } = await runScript("f() { f; }; f\necho next", { by: "file" });
    expect({ stderr, status }).toEqual({ stderr: "script.sh: line 1: f: maximum function nesting level exceeded (1000)\n", status: 0 });
    expect((await runScript('x=\'eval "$x"\'; eval "$x"')).stderr).toBe(
      "bash: line 1: eval: maximum function nesting level exceeded (1000)\n",
    );
  });

  it("bounds the size of a value", async () => {
    const { stderr, status } = await runScript("x=aaaaaaaa; while :; do x=$x$x; done", { by: "file" });
    expect({ stderr, status }).toEqual({
      stderr: "script.sh: line 1: xrealloc: cannot allocate more than 67108864 bytes for one value\n",
      status: 1,
    });
  });

  it("bounds the words of a brace expansion", async () => {
    const { stderr } = await runScript("echo {1..1000}{1..1000}{1..1000}");
    expect(stderr).toBe("bash: line 1: brace expansion: too many words\n");
  });

  it("bounds the number of tasks", async () => {
    const { stderr, run } = await runScript("f() { f | f & }; f; wait", { limits: { tasks: 100, steps: 20_000 } });
    const retry = "environment: fork: retry: Resource temporarily unavailable";
    const never = "environment: fork: Resource temporarily unavailable";
    expect(new Set(stderr.split("\n"))).toEqual(new Set([retry, never, ""]));
    expect(run.kernel.tasks.size).toBeLessThanOrEqual(100);
  });
});

describe("a shell that cannot fork", () => {
  const retries = "script.sh: fork: retry: Resource temporarily unavailable\n".repeat(4);

  it("tries again after 1, 2, 4 and 8 seconds, then ends with 254", async () => {
    const script = "for i in 1 2 3; do sleep 100 & done; trap 'echo $SECONDS' EXIT; (echo sub); echo never";
    const { stdout, stderr, status } = await runScript(script, { by: "file", limits: { tasks: 5 } });
    expect({ stdout, stderr, status }).toEqual({
      stdout: "15\n",
      stderr: `${retries}script.sh: fork: Resource temporarily unavailable\n`,
      status: 254,
    });
  });

  it("goes on as soon as there is room", async () => {
    const { stdout, stderr, status } = await runScript("for i in 1 2 3; do sleep 2 & done; (echo sub); echo next $SECONDS", {
      by: "file",
      limits: { tasks: 5 },
    });
    expect({ stdout, stderr, status }).toEqual({
      stdout: "sub\nnext 3\n",
      stderr: retries.slice(0, retries.length / 2),
      status: 0,
    });
  });
});

describe("much of everything", () => {
  it("sorts, lists and expands more than fits on a stack", async () => {
    const { stdout, stderr, status } = await runScript(`
      seq 130000 | sort -n | tail -1
      a=({1..130000}); b=("\${a[@]}"); echo \${#b[@]} \${b[129999]}`);
    expect({ stdout, stderr, status }).toEqual({ stdout: "130000\n130000 130000\n", stderr: "", status: 0 });
  });

  it("matches a pattern of many stars at once", async () => {
    const text = "a".repeat(70);
    const stars = "*a".repeat(13);
    const { stdout } = await runScript(`for p in '${stars}b' '${stars}*' '*a*b*'; do [[ ${text} == $p ]]; echo $?; done`);
    expect(stdout).toBe("1\n0\n1\n");
  });

  it("prints no wider than a value may be", async () => {
    const { stdout, stderr, status } = await runScript("printf '%1000000000d' 1; echo never");
    expect({ stdout, stderr, status }).toEqual({
      stdout: "",
      stderr: "bash: line 1: xrealloc: cannot allocate more than 67108864 bytes for one value\n",
      status: 127,
    });
  });
});

describe("how a script is given", () => {
  const script = "echo $0 $# $1\nnosuch\nf() { nosuch; }\nf\nfi\necho never\n";

  it("as a file", async () => {
    const { stdout, stderr, status } = await runScript(script, { by: "file", args: ["a", "b"] });
    expect({ stdout, stderr, status }).toEqual({
      stdout: "script.sh 2 a\n",
      stderr:
        "script.sh: line 2: nosuch: command not found\nscript.sh: line 3: nosuch: command not found\nscript.sh: line 5: syntax error near unexpected token `fi'\nscript.sh: line 5: `fi'\n",
      status: 2,
    });
  });

  it("on standard input", async () => {
    const { stdout, stderr, status } = await runScript(script, { by: "stdin" });
    expect({ stdout, stderr, status }).toEqual({
      stdout: "bash 0\n",
      stderr:
        "bash: line 2: nosuch: command not found\nmain: line 3: nosuch: command not found\nbash: line 5: syntax error near unexpected token `fi'\nbash: line 5: `fi'\n",
      status: 2,
    });
  });

  it("through an interpreter line, and without one", async () => {
    const files = { "/root/a": "#!/bin/bash -e\necho a $0 $1; false; echo no\n", "/root/b": "echo b $0 $1\n" };
    const { stdout, status } = await runScript("./a 1; echo $?; ./b 2", { files });
    expect({ stdout, status }).toEqual({ stdout: "a ./a 1\n1\nb ./b 2\n", status: 0 });
  });
});
