/** Proves: `ulimit` shows and sets the limits that the kernel keeps, children inherit them, and those of files bite as on a real machine. */
import { expect, it } from "vitest";
import { runScript } from "../support/shell.ts";

async function play(script: string): Promise<readonly [stdout: string, stderr: string, status: number]> {
  const { stdout, stderr, status } = await runScript(script);
  return [stdout, stderr, status];
}

it("sets both limits, or the one that is named, and raises the hard one as root may", async () => {
  const script =
    "ulimit -n; ulimit -Hn; ulimit -Sn 100; bash -c 'ulimit -n; ulimit -Hn'; ulimit -Hn 200; ulimit -Hn; ulimit -n 300; ulimit -Hn";
  expect(await play(script)).toEqual(["1024\n4096\n100\n4096\n200\n300\n", "", 0]);
});

it("refuses what cannot be, in bash's words, and what is not modelled in its own", async () => {
  const script = "ulimit -n 50; ulimit -Sn 51; echo $?; ulimit -n unlimited; ulimit -n x; ulimit -v 1000; ulimit -v unlimited";
  const stderr = [
    "bash: line 1: ulimit: open files: cannot modify limit: Invalid argument",
    "bash: line 1: ulimit: open files: cannot modify limit: Operation not permitted",
    "bash: line 1: ulimit: x: invalid number",
    "bash: line 1: ulimit: virtual memory: setting this limit is not modelled by this emulator",
  ];
  expect(await play(script)).toEqual(["1\n", `${stderr.join("\n")}\n`, 0]);
});

it("leaves no descriptor above the limit of open files", async () => {
  expect(await play("ulimit -n 5; exec 3</dev/null 4</dev/null; cat /proc/self/comm; echo $?")).toEqual([
    "1\n",
    "cat: /proc/self/comm: Too many open files\n",
    0,
  ]);
});

it("ends a program with SIGXFSZ at the limit of a file's size, and lets the write fail where that is ignored", async () => {
  const script =
    "ulimit -f 1; head -c 5000 /dev/zero > a; echo $?; wc -c < a; trap '' XFSZ; head -c 5000 /dev/zero > b; echo $?; truncate -s 2000 a";
  const [stdout, stderr, status] = await play(script);
  expect([stdout, stderr.replace(/\d{3,}/, "PID"), status]).toEqual([
    "153\n1024\n1\n",
    [
      "bash: line 1:   PID File size limit exceededhead -c 5000 /dev/zero > a",
      "head: error writing 'standard output': File too large",
      "truncate: failed to truncate 'a' at 2000 bytes: File too large\n",
    ].join("\n"),
    1,
  ]);
});

it("keeps the limit of processes, which does not bind root", async () => {
  expect(await play("ulimit -u 1; ulimit -u; (echo sub) | cat")).toEqual(["1\nsub\n", "", 0]);
});
