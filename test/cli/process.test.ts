/** Proves the program as a process: its descriptors, its exit status, and a reader that goes away early. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a host shell command in which `mlx5-emu` is this program. */
function shell(command: string): { status: number | null; stdout: string; stderr: string } {
  const program = `mlx5-emu() { "${process.execPath}" --import tsx src/cli/main.ts "$@"; }`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `${program}\n${command}`], { cwd: ROOT, encoding: "utf8" });
  return { status, stdout, stderr };
}

it("keeps script output on standard output, its own words on standard error, and tells by its status", () => {
  const ended = shell("echo 'echo out; exit 4' | mlx5-emu run -");
  expect([ended.status, ended.stdout]).toEqual([1, "out\n"]);
  expect(ended.stderr).toMatch(/^\nFAILED {2}the script ended with status 4; the kernel is healthy \(.*\)\n$/);
});

it("says nothing of a reader that has gone", () => {
  const script = "for ((i = 0; i < 20000; i++)); do echo a line that fills the pipe; done";
  const ended = shell(`echo '${script}' | mlx5-emu run - | head -n 1; exit "\${PIPESTATUS[1]}"`);
  expect([ended.status, ended.stdout]).toEqual([0, "a line that fills the pipe\n"]);
  expect(ended.stderr).toMatch(/^\nok {2}the script ended with 0, .*\n$/);
});

it("names what cannot be read", () => {
  expect(shell("mlx5-emu run src")).toEqual({
    status: 2,
    stdout: "",
    stderr: "mlx5-emu: cannot read src: Is a directory; give a script file, or - for standard input\n",
  });
});

it("does not go back for ever in a regular expression", () => {
  const script =
    "x=$(printf a%.0s {1..60})b; [[ $x =~ ^(a+)+$ ]]; echo $?; grep -Ec '^(a+)+$' <<< $x; sed -E 's/^(a|aa)+$/x/' <<< $x | wc -c";
  const ended = shell(`echo '${script.replaceAll("'", "'\\''")}' | mlx5-emu run -`);
  expect([ended.status, ended.stdout]).toEqual([0, "1\n0\n62\n"]);
});
