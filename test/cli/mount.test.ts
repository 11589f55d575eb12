/** Proves that --mount brings a folder in as a copy, read-only if asked, and that what cannot be mounted is one clear line. */
import { describe, expect, test } from "vitest";
import { mlx5emu } from "./fake-host.ts";

const FILES = { "/lib/a.sh": "echo from $BASH_SOURCE with $1\n", "/lib/data": "1\n2\n" };

const run = (script: string, ...mounts: string[]) =>
  mlx5emu(["run", "-", "--json", ...mounts.flatMap((mount) => ["--mount", mount])], { ...FILES, "-": script });

async function printed(script: string, ...mounts: string[]): Promise<readonly [string, string]> {
  const { stdout } = await run(script, ...mounts);
  const { script: ran } = JSON.parse(stdout) as { script: { stdout: string; stderr: string } };
  return [ran.stdout, ran.stderr];
}

describe("--mount", () => {
  test("a folder's scripts can be sourced and run, and its files written in the machine only", async () => {
    const script = ". /mnt/x/a.sh 1; cd /mnt/x; ./a.sh 2; echo 3 >> data; wc -l data; ls";
    expect(await printed(script, "/lib:/mnt/x/")).toEqual(["from /mnt/x/a.sh with 1\nfrom ./a.sh with 2\n3 data\na.sh\ndata\n", ""]);
    expect(FILES["/lib/data"]).toBe("1\n2\n");
  });

  test("read-only and twice", async () => {
    const script = "echo x > /ro/new; echo y > /rw/new; cat /rw/new; mount | grep lib";
    expect(await printed(script, "/lib:/ro:ro", "/lib:/rw")).toEqual([
      "y\n/lib on /ro type tmpfs (ro,relatime)\n/lib on /rw type tmpfs (rw,relatime)\n",
      "bash: line 1: /ro/new: Read-only file system\n",
    ]);
  });

  test("it stands in the command that repeats a run", async () => {
    const script = "ip netns add foo; devlink dev reload pci/0000:00:08.0 netns foo; ip netns del foo";
    const { stderr } = await mlx5emu(["run", "-", "--notifier", "global", "--mount", "/lib:/m:ro"], { ...FILES, "-": script });
    expect(stderr).toContain(" --mount /lib:/m:ro");
  });

  test.each([
    [
      "/lib",
      "option '--mount <host:guest[:ro]>' argument '/lib' is invalid. Type HOST:GUEST or HOST:GUEST:ro, GUEST beginning with a slash; see mlx5-emu run --help",
    ],
    [
      "/lib:/",
      "option '--mount <host:guest[:ro]>' argument '/lib:/' is invalid. Type a directory below /, such as /mnt; see mlx5-emu run --help",
    ],
    ["/none:/m", "cannot read /none: No such file or directory; give --mount a folder that can be read"],
    ["/lib:/usr/bin/bash", "cannot mount /lib on /usr/bin/bash: Not a directory"],
  ])("%s is refused", async (mount, complaint) => {
    const { status, stderr } = await run("true", mount);
    expect([status, stderr]).toEqual([2, `mlx5-emu: ${complaint}\n`]);
  });
});
