/** Proves that jq is the real one on the machine's files, pipes, environment and clock: output byte by byte, errors, statuses. */
import { describe, expect, test } from "vitest";
import { runScript } from "../support/shell.ts";

describe("jq", () => {
  test.each([
    [
      "options of input and output",
      `echo '{"b":1,"a":[1,2]}' | jq -c .; echo '{"b":1,"a":2}' | jq -S -c .; echo 1 2 3 | jq -s -c .`,
      '{"b":1,"a":[1,2]}\n{"a":2,"b":1}\n[1,2,3]\n',
    ],
    [
      "raw strings as they are, blanks and nothing at all",
      `echo '["  x ","",null]' | jq -r '.[]'; echo '"y"' | jq -j .`,
      "  x \n\nnull\ny",
    ],
    ["arguments", `jq -n -r '$a, $b.c, $ARGS.positional[]' --arg a 1 --argjson b '{"c":true}' --args x y`, "1\ntrue\nx\ny\n"],
    [
      "files",
      `echo '[1]' > f; echo '.[0]+1' > p; jq -f p f; jq -c '[input_filename, .]' f; jq -n -c --slurpfile s f --rawfile r f '$s, $r'`,
      '2\n["f",[1]]\n[[1]]\n"[1]\\n"\n',
    ],
    ["a process substitution as a file", `jq -c . <(echo '{"a" : 1}')`, '{"a":1}\n'],
    ["the machine's environment and clock", "sleep 5; X=y jq -n -r 'env.X, (now | floor)'", "y\n1604188805\n"],
    ["-n does not wait for input", "sleep 100 | jq -n 1", "1\n"],
    ["inputs are read if they are asked for", "echo 1 2 | jq -n -c '[inputs]'", "[1,2]\n"],
    [
      "-e says false, null and nothing",
      "for v in true false null; do echo $v | jq -e . ; echo $?; done; jq -n -e empty; echo $?",
      "true\n0\nfalse\n1\nnull\n1\n4\n",
    ],
    [
      "no option behind --",
      "echo '[1]' > f; jq -c -- . f; echo 2 | jq -n --args -c -- '[input, $ARGS.positional]' -n",
      '[1]\n[2,["-n"]]\n',
    ],
    ["NUL bytes and halves of characters", `echo '"a\\u0000b"' | jq -r . | od -An -tx1`, " 61 00 62 0a\n"],
  ])("%s", async (_what, script, stdout) => {
    const { stdout: printed, stderr, status } = await runScript(script);
    expect({ printed, stderr, status }).toEqual({ printed: stdout, stderr: "", status: 0 });
  });

  test.each([
    ["{", "jq .", "jq: parse error: Unfinished JSON term at EOF at line 2, column 0\n", 5],
    ["[1]", "jq .a", 'jq: error (at <stdin>:1): Cannot index array with string ("a")\n', 5],
    [
      "1",
      "jq '.['",
      "jq: error: syntax error, unexpected end of file at <top-level>, line 1, column 2:\n    .[\n     ^\njq: 1 compile error\n",
      3,
    ],
    ["1", "jq . nope", "jq: error: Could not open file nope: No such file or directory\n", 2],
    ["1", "jq 'error(\"x\")'", "jq: error (at <stdin>:1): x\n", 5],
    ["1", "jq 'halt_error(7)'", "1\n", 7],
  ])("%s | %s ends with jq's own words and status", async (input, command, stderr, status) => {
    const ran = await runScript(`echo '${input}' | ${command}`);
    expect([ran.stdout, ran.stderr, ran.status]).toEqual(["", stderr, status]);
  });

  test("a reader that goes ends it", async () => {
    const { stdout, stderr } = await runScript("jq -n 'range(100000)' | head -n 1; echo ${PIPESTATUS[@]}");
    expect([stdout, stderr]).toEqual(["0\n141 0\n", ""]);
  });

  test("it colours what goes to a terminal, as long as nobody says otherwise", async () => {
    const { stdout } = await runScript("jq -n null; jq -n null | cat; jq -M -n null", { terminal: true });
    expect(stdout).toBe("\u001b[0;90mnull\u001b[0m\nnull\nnull\n");
  });

  test("without memory it ends with an error, and the next run is not the worse for it", async () => {
    const { stdout, stderr, status } = await runScript("jq -n '[range(1e12)]'; echo $?; jq -n 1");
    const said = "jq: error: cannot allocate memory (limit of this emulator: 256 MiB of memory)\n";
    expect([stdout, stderr, status]).toEqual(["2\n1\n", said, 0]);
  });

  test.each(["def f: f; f", "last(repeat(1))", `"${"a".repeat(40)}" | test("(a+)+$b")`])(
    "%s ends the run at the limit of rounds",
    async (program) => {
      const { stdout, run } = await runScript(`jq -n 1; jq -n '${program}'; echo behind`, { limits: { programRounds: 1_000_000 } });
      expect([stdout, run.kernel.sched.stopped]).toEqual(["1\n", { limit: "programRounds", value: 1_000_000 }]);
    },
  );

  /** Whatever a run leaves in jq's memory must be gone in the next: each of these comes in front of its neighbours and behind them. */
  test("a run sees nothing of those before it", async () => {
    const runs: readonly (readonly [command: string, said: string])[] = [
      ["X=secret jq -n -r env.X", "secret\n= 0\n"],
      ["jq -n -c '[env.X, $ENV.Y]'", "[null,null]\n= 0\n"],
      ["jq -n -r '$s' --arg s given", "given\n= 0\n"],
      ["jq -n '$s'", "jq: error: $s is not defined at <top-level>, line 1, column 1:\n    $s\n    ^^\njq: 1 compile error\n= 3\n"],
      ["JQ_COLORS='0;31' jq -n -C null", "\u001b[0;31mnull\u001b[0m\n= 0\n"],
      ["jq -n -C null", "\u001b[0;90mnull\u001b[0m\n= 0\n"],
      ["echo '{' | jq .", "jq: parse error: Unfinished JSON term at EOF at line 2, column 0\n= 5\n"],
      ["echo '[1,2]' | jq -c 'map(. * 2), input_line_number'", "[2,4]\n1\n= 0\n"],
      ["jq -n '\"a\" | halt_error(3)'", "a= 3\n"],
      ["jq -n 'error({a: 1})'", 'jq: error (at <unknown>) (not a string): {"a":1}\n= 5\n'],
      ["jq . nowhere", "jq: error: Could not open file nowhere: No such file or directory\n= 2\n"],
      // More memory than jq has at its start.
      ["jq -n '[range(300000)] | tostring | length'", "1988891\n= 0\n"],
      [
        "jq -n '\"x\" * 20000000' | wc -c",
        "jq: error: writing output failed: Input/output error (limit of this emulator: 16 MiB of output)\n16778225\n= 0\n",
      ],
      ["seq 3 | jq -c '[.]' | jq -s -c 'map(.[0])' | jq -r 'join(\"-\")'", "1-2-3\n= 0\n"],
      ["jq -n --arg v \"$(seq 20000)\" '$v | length'", "108893\n= 0\n"],
    ];
    const all = [...runs, ...[...runs].reverse()];
    const { stdout } = await runScript(all.map(([command]) => `{ ${command}; echo "= $?"; } 2>&1`).join("\n"));
    expect(stdout).toBe(all.map(([, said]) => said).join(""));
  });
});
