/**
 * Proves what somebody sees at `mlx5-emu shell`: the prompt with namespace and virtual time, what Tab offers, a deadlock at the
 * moment it is there, the prompt back from a command that no signal reaches, and the exit status. Each test is one session.
 */
import { describe, expect, it } from "vitest";
import { type Key, mlx5emu } from "./fake-host.ts";

const CTRL_C: Key = { key: "^C" };
const CTRL_D: Key = { key: "^D" };
const CTRL_Z: Key = { key: "^Z" };

const tab = (line: string): Key => ({ tab: line });
const shell = (args: readonly string[], keys: readonly Key[]) => mlx5emu(["shell", ...args], {}, keys);

describe("a terminal", () => {
  it("shows the namespace and the virtual time, and takes commands of several lines", async () => {
    const ended = await shell(
      [],
      [
        "ip netns add foo",
        "for i in 1 2",
        "do echo $i",
        "done",
        "cat <<END",
        "text",
        "END",
        "ip netns exec foo bash",
        "echo in",
        "exit 4",
        "(exit 3)",
        CTRL_D,
      ],
    );
    expect(ended).toEqual({
      status: 3,
      stdout: [
        "[init_net 0.008s] ~# ip netns add foo",
        "[init_net 0.008s] ~# for i in 1 2",
        "> do echo $i",
        "> done",
        "1",
        "2",
        "[init_net 0.008s] ~# cat <<END",
        "> text",
        "> END",
        "text",
        "[init_net 0.009s] ~# ip netns exec foo bash",
        "[foo 0.010s] ~# echo in",
        "in",
        "[foo 0.010s] ~# exit 4",
        "[init_net 0.010s] ~# (exit 3)",
        "[init_net 0.010s] ~# ^D",
        "",
      ].join("\n"),
      stderr: "exit\nexit\n",
      files: {},
    });
  });

  it("completes commands, verbs and the names of this machine", async () => {
    const ended = await shell(
      [],
      [
        tab("modpr"),
        tab("ip netns del "),
        "ip netns add foo",
        tab("ip netns del "),
        tab("devlink dev rel"),
        tab("devlink dev reload "),
        tab("devlink dev reload pci/0000:00:08.0 n"),
        tab("devlink dev reload pci/0000:00:08.0 netns "),
        tab("ip netns exec foo devlink dev eswitch set pci/0000:00:08.0 mode "),
        tab("ip -n foo link set "),
        tab("echo x | rdma link show "),
        tab("cat /proc/sys/ker"),
        CTRL_D,
      ],
    );
    const offers = ended.stdout.split("\n").flatMap(
      (line) =>
        line
          .match(/# (.*)<TAB> (.*)$/)
          ?.slice(1, 3)
          .join("-> ") ?? [],
    );
    expect(offers).toEqual([
      "modpr-> modprobe ",
      "ip netns del -> ",
      "ip netns del -> foo ",
      "devlink dev rel-> reload ",
      "devlink dev reload -> pci/0000:00:08.0 ",
      "devlink dev reload pci/0000:00:08.0 n-> netns ",
      "devlink dev reload pci/0000:00:08.0 netns -> foo ",
      "ip netns exec foo devlink dev eswitch set pci/0000:00:08.0 mode -> legacy |switchdev ",
      "ip -n foo link set -> eth0 |lo ",
      "echo x | rdma link show -> mlx5_0/1 ",
      "cat /proc/sys/ker-> /proc/sys/kernel/",
    ]);
  });

  it("lets time pass while a line is typed only for what runs in the background", async () => {
    const ended = await shell([], ["sleep 2 &", "jobs", "fg", "sleep 100", "nosuch", "echo $?", CTRL_D]);
    expect(ended).toEqual({
      status: 0,
      stdout: [
        "[init_net 0.008s] ~# sleep 2 &",
        "[init_net 1.008s] ~# jobs",
        "[1]+  Running                 sleep 2 &",
        "[init_net 2.008s] ~# fg",
        "sleep 2",
        "[init_net 2.008s] ~# sleep 100",
        "[init_net 102.009s] ~# nosuch",
        "[init_net 102.009s] ~# echo $?",
        "127",
        "[init_net 102.009s] ~# ^D",
        "",
      ].join("\n"),
      stderr: "[1] 101\nbash: nosuch: command not found\nexit\n",
      files: {},
    });
  });

  it("forgets the line and a running command at Ctrl-C", async () => {
    const ended = await shell([], ["echo a", CTRL_C, "echo $?", "trap 'echo trapped' INT", CTRL_C, "cat", CTRL_C, "echo $?", CTRL_D]);
    expect(ended.stdout.split("\n").filter((line) => !line.startsWith("["))).toEqual(["a", "130", "trapped", "^C", "130", ""]);
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 0, stderr: "exit\n" });
  });
});

describe("jobs", () => {
  const MEANWHILE_C: Key = { meanwhile: "^C" };
  const MEANWHILE_Z: Key = { meanwhile: "^Z" };

  it("are stopped by Ctrl-Z, go on in the foreground or in the background, and keep the shell from ending once", async () => {
    const ended = await shell(
      [],
      ["cat", CTRL_Z, "echo $?", "fg", "text", CTRL_Z, "cat &", "jobs -l", "bg %1", "kill %1", "", CTRL_D, "exit"],
    );
    expect(ended).toEqual({
      status: 0,
      stdout: [
        "[init_net 0.008s] ~# cat",
        "^Z[init_net 0.008s] ~# echo $?",
        "148",
        "[init_net 0.008s] ~# fg",
        "cat",
        "text",
        "text",
        "^Z[init_net 0.008s] ~# cat &",
        "[init_net 0.009s] ~# jobs -l",
        "[1]-   101 Stopped                 cat",
        "[2]+   102 Stopped (tty input)     cat",
        "[init_net 0.009s] ~# bg %1",
        "[1]- cat &",
        "[init_net 0.009s] ~# kill %1",
        "[init_net 0.009s] ~# ",
        "[init_net 0.009s] ~# ^D",
        "[init_net 0.009s] ~# exit",
        "",
      ].join("\n"),
      stderr: [
        "",
        "[1]+  Stopped                 cat",
        "",
        "[1]+  Stopped                 cat",
        "[2] 102",
        "",
        "[1]+  Stopped                 cat",
        "[1]+  Terminated              cat",
        "exit",
        "There are stopped jobs.",
        "exit",
        "",
      ].join("\n"),
      files: {},
    });
  });

  it("end with their loop when a key comes while they run", async () => {
    const endless = "while sleep 1; do :; done";
    const keys: readonly Key[] = [
      endless,
      MEANWHILE_Z,
      "kill %1",
      endless,
      MEANWHILE_C,
      "echo $?",
      "while :; do :; done",
      MEANWHILE_Z,
      MEANWHILE_C,
    ];
    const ended = await shell([], [...keys, "echo $?", "x=$(cat)", CTRL_Z, CTRL_C, "echo $?", CTRL_D]);
    expect(ended.stdout.replaceAll(/\[.*?\] ~/g, "~")).toBe(
      [
        "~# while sleep 1; do :; done",
        "^Z~# kill %1",
        "~# while sleep 1; do :; done",
        "^C",
        "~# echo $?",
        "130",
        "~# while :; do :; done",
        "^Z^C",
        "~# echo $?",
        "130",
        "~# x=$(cat)",
        "^Z^C",
        "~# echo $?",
        "130",
        "~# ^D",
        "",
      ].join("\n"),
    );
    expect(ended.stderr).toBe("\n[1]+  Stopped                 sleep 1\n[1]+  Terminated              sleep 1\nexit\n");
  });

  // The lines that bash 5.2 prints at a terminal, without the pids that it tells at the start.
  it("are told of when a command in the foreground has ended, and by wait", async () => {
    const ended = await shell(
      [],
      [
        "for i in 1 2 3; do sleep $i & done; wait; echo all",
        "sleep 0.4 & sleep 0.8; echo hi",
        "sleep 0.2 & for i in 1 2 3 4; do sleep 0.1; done; echo hu",
        "(sleep 0.1; exit 3) & sleep 0.4; jobs; echo j",
        "sleep 0.1 & wait -n; echo n",
        "sleep 0.1 & p=$!; sleep 0.3; wait $p; echo w $?",
        "sleep 5 & kill $!; sleep 0.1; echo k",
        "sleep 5 & kill -9 %1; wait %1; echo $?",
        "{ sleep 0.1; false; } & wait; echo b",
        "sleep 0.1 | sleep 0.2 & wait; echo p",
        CTRL_D,
      ],
    );
    const shown = ended.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("[init_net"));
    expect(shown).toEqual(["all", "hi", "hu", "j", "n", "w 0", "k", "137", "b", "p"]);
    expect(ended.stderr.split("\n").filter((line) => !/^\[\d\] \d+$/.test(line))).toEqual([
      "[1]   Done                    sleep $i",
      "[2]-  Done                    sleep $i",
      "[3]+  Done                    sleep $i",
      "[1]+  Done                    sleep 0.4",
      "[1]+  Done                    sleep 0.2",
      "[1]+  Exit 3                  ( sleep 0.1; exit 3 )",
      "[1]+  Done                    sleep 0.1",
      "[1]+  Done                    sleep 0.1",
      "[1]+  Terminated              sleep 5",
      "[1]+  Killed                  sleep 5",
      "[1]+  Exit 1                  { sleep 0.1; false; }",
      "[1]+  Done                    sleep 0.1 | sleep 0.2",
      "exit",
      "",
    ]);
  });
});

describe("a deadlock at the terminal", () => {
  const REPRODUCED: readonly Key[] = ["ip netns add foo", "devlink dev reload pci/0000:00:08.0 netns foo", "ip netns del foo"];

  it("is told when it is there; a command that hangs behind it stays behind", async () => {
    const ended = await shell(["--notifier", "global"], [...REPRODUCED, "devlink dev show", CTRL_C, "jobs", "ip link show lo", CTRL_D]);
    expect(ended.stdout).toBe(
      [
        "[init_net 0.008s] ~# ip netns add foo",
        "[init_net 0.008s] ~# devlink dev reload pci/0000:00:08.0 netns foo",
        "[init_net 0.024s] ~# ip netns del foo",
        "[init_net 0.025s 1 stuck] ~# devlink dev show",
        "^C",
        "[init_net 0.025s 2 stuck] ~# jobs",
        "[1]+  Running                 devlink dev show &",
        "[init_net 0.025s 2 stuck] ~# ip link show lo",
        "1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000",
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00",
        "[init_net 0.025s 2 stuck] ~# ^D",
        "",
      ].join("\n"),
    );
    const [live, report] = ended.stderr.split("exit\n\n");
    expect(live).toBe(
      [
        "DEADLOCK  kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write",
        "  Why    cleanup_net() runs a dying namespace's exit methods with pernet_ops_rwsem held for read.",
        "         devlink's method reloads the device into init_net, and mlx5_ib leaves the netdev notifier",
        "         chain with unregister_netdevice_notifier(), which takes the same semaphore for write.",
        "stuck: kworker/u4:0+netns/7 on its own pernet_ops_rwsem",
        "stuck: kworker/u4:0+netns/7 on its own pernet_ops_rwsem; devlink/104 on devlink_mutex of 7",
        "the command does not go on; Ctrl-C gives the prompt back",
        "devlink dev show (pid 104) is in D state: no signal reaches it, it stays behind as a background job",
        "",
      ].join("\n"),
    );
    expect(report?.split("\n", 1)).toEqual([
      "DEADLOCK  kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write",
    ]);
    expect(ended.status).toBe(3);
  });

  it("is not there with the per-net notifier", async () => {
    const ended = await shell(["--notifier", "net"], [...REPRODUCED, "devlink dev show", CTRL_D]);
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 0, stderr: "exit\n" });
    expect(ended.stdout).toBe(
      [
        "[init_net 0.008s] ~# ip netns add foo",
        "[init_net 0.008s] ~# devlink dev reload pci/0000:00:08.0 netns foo",
        "[init_net 0.024s] ~# ip netns del foo",
        "[init_net 0.089s] ~# devlink dev show",
        "pci/0000:00:08.0",
        "[init_net 0.090s] ~# ^D",
        "",
      ].join("\n"),
    );
  });
});

describe("a pipe", () => {
  it("gets no prompt; its last status is the exit status", async () => {
    const script = "ip netns add foo\nip netns\nfalse\n";
    expect(await mlx5emu(["shell"], { "-": script })).toEqual({ status: 1, stdout: "foo\n", stderr: "", files: {} });
  });
});
