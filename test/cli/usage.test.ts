/** Proves that wrong usage and unreadable input end with status 2 and one line that says what, where and what to type instead. */
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { mlx5emu } from "./fake-host.ts";

const FILES = { "s.sh": "true\n", binary: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0]), "huge.sh": "#".repeat(16 * 1024 * 1024 + 1) };

const WRONG: readonly [command: string, stderr: string][] = [
  ["rum s.sh", "unknown command 'rum' (Did you mean run?); see mlx5-emu --help"],
  ["--frobnicate", "unknown option '--frobnicate'; see mlx5-emu --help"],
  ["run", "missing required argument 'script'; see mlx5-emu run --help"],
  ["run s.sh t.sh", "too many arguments for 'run'. Expected 1 argument but got 2; see mlx5-emu run --help"],
  ["run s.sh --notifer net", "unknown option '--notifer' (Did you mean --notifier?); see mlx5-emu run --help"],
  ["run s.sh --notifier", "option '--notifier <kind>' argument missing; see mlx5-emu run --help"],
  [
    "run s.sh --notifier local",
    "option '--notifier <kind>' argument 'local' is invalid. Allowed choices are global, net, dev_net; see mlx5-emu run --help",
  ],
  [
    "run s.sh --era v4.0",
    "option '--era <era>' argument 'v4.0' is invalid. Allowed choices are v5.9, v5.10, v5.10.223, v6.1, v6.3; see mlx5-emu run --help",
  ],
  [
    "run s.sh --scheduler lifo",
    "option '--scheduler <policy>' argument 'lifo' is invalid. Allowed choices are fifo, random; see mlx5-emu run --help",
  ],
  [
    "run s.sh --log-level loud",
    "option '--log-level <level>' argument 'loud' is invalid. Allowed choices are trace, debug, info, warn, error, fatal, silent; see mlx5-emu run --help",
  ],
  ["run s.sh --seed x", "option '--seed <n>' argument 'x' is invalid. Type a whole number from 0 to 4294967295; see mlx5-emu run --help"],
  ["run s.sh --seed -1", "option '--seed <n>' argument '-1' is invalid. Type a whole number from 0 to 4294967295; see mlx5-emu run --help"],
  [
    "run s.sh --seed 4294967296",
    "option '--seed <n>' argument '4294967296' is invalid. Type a whole number from 0 to 4294967295; see mlx5-emu run --help",
  ],
  [
    "run s.sh --schedule 0.1",
    "option '--schedule <string>' argument '0.1' is invalid. Type a schedule as a report prints it, such as v1:0.3.1; see mlx5-emu run --help",
  ],
  ["run s.sh --schedule v1: --seed 3", "--schedule says every decision itself; leave out --seed and --scheduler"],
  ["run s.sh --schedule v1: --scheduler fifo", "--schedule says every decision itself; leave out --seed and --scheduler"],
  ["run s.sh --scheduler fifo --seed 3", "--scheduler fifo takes no --seed; leave one of them out, or type --scheduler random"],
  [
    "run s.sh --device eth0",
    "option '--device <bdf>' argument 'eth0' is invalid. Type a PCI address such as 0000:00:09.0; see mlx5-emu run --help",
  ],
  [
    "run s.sh --device 0000:00:09.0,wifi",
    "option '--device <bdf>' argument '0000:00:09.0,wifi' is invalid. A device is ethernet or infiniband: type BDF,infiniband; see mlx5-emu run --help",
  ],
  [
    "run s.sh --multiport 0000:00:08.0",
    "option '--multiport <master,slave>' argument '0000:00:08.0' is invalid. Type two PCI addresses with a comma: 0000:00:08.0,0000:00:08.1; see mlx5-emu run --help",
  ],
  [
    "run s.sh --multiport 0000:00:08.0,0000:00:08.0",
    "option '--multiport <master,slave>' argument '0000:00:08.0,0000:00:08.0' is invalid. Master and slave must be two devices; see mlx5-emu run --help",
  ],
  [
    "compare s.sh --notifiers global,local",
    "option '--notifiers <kinds>' argument 'global,local' is invalid. Type some of global,net,dev_net; see mlx5-emu compare --help",
  ],
  ["compare s.sh --notifier net", "unknown option '--notifier' (Did you mean --notifiers?); see mlx5-emu compare --help"],
  ["eras v5.10", "too many arguments for 'eras'. Expected 0 arguments but got 1; see mlx5-emu eras --help"],
  ["run missing.sh", "cannot read missing.sh: No such file or directory; give a script file, or - for standard input"],
  ["run dir/", "cannot read dir/: Is a directory; give a script file, or - for standard input"],
  ["compare missing.sh", "cannot read missing.sh: No such file or directory; give a script file, or - for standard input"],
  ["run binary", "binary is a binary file; give a shell script"],
  ["run huge.sh", "huge.sh is longer than 16 MiB; give a shell script"],
  ["run s.sh --trace /readonly/t", "cannot write /readonly/t: Permission denied; give --trace a file that can be written"],
];

describe("wrong usage", () => {
  it.each(WRONG)("%s", async (command, stderr) => {
    expect(await mlx5emu(command.split(" "), FILES)).toEqual({ status: 2, stdout: "", stderr: `mlx5-emu: ${stderr}\n`, files: {} });
  });
});

describe("what is asked for goes to standard output", () => {
  it("--version", async () => {
    expect(await mlx5emu(["--version"])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: "", files: {} });
  });

  it("the help, also without arguments", async () => {
    const help = await mlx5emu(["--help"]);
    expect(help).toEqual(await mlx5emu([]));
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toMatchInlineSnapshot(`
      "Usage: mlx5-emu [options] [command]

      Runs shell scripts of ip, devlink and rdma commands on an emulated kernel, and tells what deadlocks,
      where and why.

      Options:
        -V, --version                       output the version number
        -h, --help                          display help for command

      Commands:
        run [options] <script>              run a script on one machine
        compare [options] <script>          run a script under several notifier designs and compare
        shell [options]                     an interactive bash on one machine
        explore [options] <what>            search all schedules for a deadlock, or prove that there is
                                            none
        merge [options] <files...>          put the results of shards together
        replay [options] <schedule> [what]  run a schedule that explore found again
        locking-selftest [options]          run the kernel's own test of its lock validator. Exit status 0
                                            if every cell is as expected, else 4.
        contracts                           list what callers and callees of kernel functions owe each
                                            other
        eras                                list the kernels that can be emulated and what each changes
        explain [options] <log>             say what a real kernel log means
        help [command]                      display help for command

      Examples:
        mlx5-emu run scripts/netns-delete.sh --notifier global
        mlx5-emu compare scripts/netns-delete.sh
        echo 'ip netns add foo; ip netns list' | mlx5-emu run -

      "
    `);
  });

  it("the help of a command", async () => {
    const help = await mlx5emu(["run", "--help"]);
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toMatchInlineSnapshot(`
      "Usage: mlx5-emu run [options] <script>

      Runs a shell script on one machine. Exit status: 0 healthy, 1 script failed, 3 deadlock, 4 kernel
      bug, 5 limit reached.

      Arguments:
        script                      a shell script, or - for standard input

      Options:
        --notifier <kind>           how mlx5_ib listens to netdev events (default: the era's) (choices:
                                    "global", "net", "dev_net")
        --trace <file>              write every event as JSON lines
        --json                      print one JSON document instead of the script's output and the report
        --blast-radius [mode]       try what else hangs: each command alone on a replay of the run, or all
                                    in sequence (choices: "each", "sequence", preset: "each")
        --blast-commands <file>     the commands to try, one a line (default: one of each common kind)
        --strict                    predictions of the lock validator count as kernel bugs
        --log-level <level>         warnings and diagnoses as JSON lines on standard error (choices:
                                    "trace", "debug", "info", "warn", "error", "fatal", "silent")
        --era <era>                 which kernel (choices: "v5.9", "v5.10", "v5.10.223", "v6.1", "v6.3",
                                    default: "v5.10")
        --device <bdf>              add a PCI device beside 0000:00:08.0, repeatable (BDF,infiniband: an
                                    InfiniBand port; none: start without 0000:00:08.0)
        --lockdep <mode>            the lock validator: off, off after its first report, or all reports
                                    (choices: "off", "once", "all", default: "all")
        --lockdep-text              print the validator's reports as the kernel does
        --machine <kind>            what it is before any option (default: ordinary) (choices: "ordinary",
                                    "recording")
        --driver <file>             a driver of your own in TypeScript, repeatable; modprobe loads it
        --mount <host:guest[:ro]>   copy a folder of the host into the machine, repeatable; the host's is
                                    never written
        --multiport <master,slave>  make the second device a slave port of the first
        --seed <n>                  take scheduling decisions at random from this seed
        --schedule <string>         take the scheduling decisions of an earlier run
        --scheduler <policy>        who runs next: first come, or at random (choices: "fifo", "random")
        --no-contracts              do not watch what callers and callees of kernel functions owe each
                                    other
        -h, --help                  display help for command
      "
    `);
  });

  it("the eras, each with its default notifier", async () => {
    const eras = await mlx5emu(["eras"]);
    expect([eras.status, eras.stderr]).toEqual([0, ""]);
    expect(
      eras.stdout
        .split("\n")
        .filter((line) => /^\S/.test(line))
        .map((line) => line.split(":")[0]),
    ).toEqual(["v5.9", "v5.10 (default)", "v5.10.223", "v6.1", "v6.3"]);
    expect(
      eras.stdout
        .split("\n")
        .filter((line) => line.trim().startsWith("notifier "))
        .map((line) => line.trim().split(/\s+/)[1]),
    ).toEqual(["global", "net", "global", "global", "dev_net"]);
  });
});
