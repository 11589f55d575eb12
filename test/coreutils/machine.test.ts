/** Proves the utilities whose output depends on the machine: its processes, its devices, its log and its clock. */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

/** What a script prints on both streams, in lines. */
async function lines(script: string, options: Parameters<typeof run>[1] = {}): Promise<readonly string[]> {
  const { stdout } = await run(`exec 2>&1\n${script}`, options);
  return stdout.split("\n").slice(0, -1);
}

describe("ps", () => {
  test("shows where the tasks wait that hang behind the deadlock, kernel threads in brackets", async () => {
    const script = `ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns del foo
sleep 0.1
devlink dev show &
sleep 0.1
ps -eo pid,ppid,stat,wchan:30,args
ps -o pid=,stat= -p 7
ps -C devlink,nosuch -o comm,state
ps --ppid $$ -o args --no-headers`;
    expect(await lines(script, { notifier: "global" })).toEqual([
      "  PID  PPID STAT WCHAN                          COMMAND",
      "    1     0 Ss   __do_sys_pause                 /sbin/init",
      "    2     0 I    -                              [kthreadd]",
      "    7     2 D    unregister_netdevice_notifier  [kworker/u4:0+netns]",
      "   24     2 I    -                              [netns]",
      "   26     2 I    -                              [khungtaskd]",
      "   30     2 I    worker_thread                  [kworker/u4:1-infiniband]",
      "  100     1 Ss   do_wait                        bash test.sh",
      "  105   100 D    devlink_nl_cmd_get_dumpit      devlink dev show",
      "  107   100 R    -                              ps -eo pid,ppid,stat,wchan:30,args",
      "    7 D",
      "COMMAND         S",
      "devlink         D",
      "devlink dev show",
      "ps --ppid 100 -o args --no-headers",
    ]);
  });

  test.each([
    ["ps -p 1", ["  PID TTY          TIME CMD", "    1 ?        00:00:00 init"]],
    ["ps 1", ["  PID TTY      STAT   TIME COMMAND", "    1 ?        Ss     0:00 /sbin/init"]],
    ["ps -fp 1", ["UID        PID  PPID  C STIME TTY          TIME CMD", "root         1     0  0 00:00 ?        00:00:00 /sbin/init"]],
    ["ps -p 1 -o pid=A,comm=", ["    A ", "    1 init"]],
    ["ps -p 1 -o pid:8,comm:2,args", ["     PID COMMAND COMMAND", "       1 in /sbin/init"]],
    ["ps -p 1,2 --sort -pid -o pid= -o ucmd=", ["    2 kthreadd", "    1 init"]],
    ["ps -q 2,1 -o pid=,ppid=,f=,pri=,opri=,cls=", ["    2     0 0  19  80 TS", "    1     0 0  19  80 TS"]],
    [
      "ps -lp 1",
      [
        "F S   UID   PID  PPID  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD",
        "0 S     0     1     0  0  80   0 -     0 __do_s ?        00:00:00 init",
      ],
    ],
    ["ps -N -p 1 --ppid 0,2 -o comm=", ["bash", "ps"]],
    ["ps -p 1,2 --sort=-ppid,-pid -o pid=", ["    2", "    1"]],
    ["(sleep 1; :) & sleep 0.1; ps --forest -o args= -p $! --ppid $!", ["bash test.sh", " \\_ sleep 1"]],
    ["(sleep 1; :) & sleep 0.1; ps -H -o comm= -p $! --ppid $!", ["bash", "  sleep"]],
    ["ps -p 999; echo $?", ["  PID TTY          TIME CMD", "1"]],
  ])("%s", async (command, expected) => {
    expect(await lines(command)).toEqual(expected);
  });

  test.each([
    [
      "ip netns exec foo sleep 5 & sleep 0.1; lsns -t net -o NS,TYPE,NPROCS,USER,NETNSID,NSFS,COMMAND",
      [
        "        NS TYPE NPROCS USER    NETNSID NSFS           COMMAND",
        "4026531992 net       8 root unassigned                /sbin/init",
        "4026532161 net       1 root unassigned /run/netns/foo sleep 5",
      ],
    ],
    [
      "ip netns set foo 7; ip netns exec foo lsns -rn -t net -o NETNSID,COMMAND",
      ["unassigned /sbin/init", "unassigned lsns\\x20-rn\\x20-t\\x20net\\x20-o\\x20NETNSID,COMMAND"],
    ],
    [
      "ip netns exec foo bash -c 'lsns $(lsns -n -o NS -t net -p $$) -o COMMAND | tail -n 2'",
      ["|-lsns 4026532161 -o COMMAND", "`-tail -n 2"],
    ],
    [
      "lsns 12; echo $?; lsns x; lsns -t foo; lsns -o foo",
      [
        "lsns: not found namespace: 12",
        "1",
        "lsns: invalid namespace argument: 'x'",
        "lsns: unknown namespace type: foo",
        "lsns: unknown column: foo",
      ],
    ],
    ["ip netns exec foo sleep 5 & sleep 0.1; ps -o netns=,comm= --ppid $$ --sort netns", ["4026531992 ps", "4026532161 sleep"]],
  ])("namespaces: %s", async (command, expected) => {
    expect(await lines(`ip netns add foo; ${command}`)).toEqual(expected);
  });

  test.each([
    ["echo a > f; (sleep 1; echo b > f) & watch -tg -n 0.4 cat f; cat -v f", ["\x1b[H\x1b[Ja\x1b[H\x1b[Ja\x1b[H\x1b[Ja\x1b[H\x1b[Jb", "b"]],
    [
      "LINES=5 COLUMNS=60 watch -q 1 -n 0.1 'seq 9; echo x >&2' | cat -v",
      [
        "^[[H^[[JEvery 0.1s: seq 9; echo ... (none): Sun Nov  1 00:00:00 2020",
        "",
        "1",
        "2",
        "3^[[H^[[JEvery 0.1s: seq 9; echo ... (none): Sun Nov  1 00:00:00 2020",
        "",
        "1",
        "2",
        "3",
      ],
    ],
    [
      "COLUMNS=10 watch -tx -q 1 echo 'a long line' | cat -v; COLUMNS=10 watch -tw -q 1 echo 'a long line' | cat -v",
      ["^[[H^[[Ja long lin", "e^[[H^[[Ja long lin", "e", "^[[H^[[Ja long lin^[[H^[[Ja long lin"],
    ],
    [
      "watch -t -e -n 1 false < /dev/null | cat -v; echo ${PIPESTATUS[0]}",
      ["^[[H^[[J^[[24;1Hcommand exit with a non-zero status, press a key to exit", "8"],
    ],
    [
      "env -u TERM watch true; echo $?; watch -n x true; echo $?; watch -d true; echo $?",
      [
        "Error opening terminal: unknown.",
        "1",
        "watch: failed to parse argument: 'x': Invalid argument",
        "1",
        "watch: option '-d' is not modelled by this emulator",
        "1",
      ],
    ],
  ])("watch: %s", async (command, expected) => {
    expect(await lines(command)).toEqual(expected);
  });

  test("aux has the columns of the BSD format", async () => {
    const shown = await lines("ps aux");
    expect(shown.slice(0, 3)).toEqual([
      "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND",
      "root         1  0.0  0.0      0     0 ?        Ss   00:00   0:00 /sbin/init",
      "root         2  0.0  0.0      0     0 ?        I    00:00   0:00 [kthreadd]",
    ]);
  });

  test.each([
    ["ps -eo nosuch", 'unknown user-defined format specifier "nosuch"'],
    ["ps -p x", "process ID list syntax error"],
    ["ps -o", "format specification must follow -o"],
    ["ps --nope", "unknown gnu long option"],
    ["ps -@", "garbage option"],
    ["ps -Z", "option -Z is not modelled"],
    ["ps axe", "option e is not modelled"],
    ["ps -u nobody", "user name does not exist"],
    ["ps -eo pid --sort nosuch", "unknown sort specifier"],
  ])("%s is refused", async (command, complaint) => {
    expect(await lines(`${command}; echo $?`)).toEqual([
      `error: ${complaint}`,
      "",
      "Usage:",
      " ps [options]",
      "",
      "For more details see ps(1).",
      "1",
    ]);
  });
});

describe("lspci", () => {
  const two = { devices: [{ address: "0000:00:08.0" }, { address: "0000:00:09.0" }] };
  const name = "Mellanox Technologies MT27800 Family [ConnectX-5]";
  test.each([
    ["lspci", [`00:08.0 Ethernet controller: ${name}`, `00:09.0 Ethernet controller: ${name}`]],
    ["lspci -n -s 08", ["00:08.0 0200: 15b3:1017"]],
    ["lspci -nn -s 00:09.0", [`00:09.0 Ethernet controller [0200]: ${name} [15b3:1017]`]],
    ["lspci -D -d 15b3: -s 8.0", [`0000:00:08.0 Ethernet controller: ${name}`]],
    ["lspci -kns 9", ["00:09.0 0200: 15b3:1017", "\tKernel driver in use: mlx5_core"]],
    ["lspci -d 8086:; lspci -s 10", []],
    ["lspci -v; echo $?", ["lspci: option '-v' is not modelled by this emulator", "1"]],
  ])("%s", async (command, expected) => {
    expect(await lines(command, two)).toEqual(expected);
  });
});

describe("dmesg", () => {
  const text = "mlx5_core 0000:00:08.0: firmware version: 16.28.1002";
  test.each([
    ["dmesg", [`[    0.000000] ${text}`]],
    ["dmesg -t", [text]],
    ["dmesg -T", [`[Sun Nov  1 00:00:00 2020] ${text}`]],
    ["dmesg -r", [`<6>[    0.000000] ${text}`]],
    ["dmesg -x", [`kern  :info  : [    0.000000] ${text}`]],
    ["dmesg -l err,warn; echo $?", ["0"]],
    ["dmesg -c; dmesg; echo end", [`[    0.000000] ${text}`, "end"]],
    ["dmesg -C; dmesg; echo end", ["end"]],
    ["dmesg -wt & echo '<4>later' > /dev/kmsg; sleep 1; kill $!", [text, "later"]],
    ["dmesg -wt -l warn & sleep 1; echo '<4>later' > /dev/kmsg; echo '<6>not' > /dev/kmsg; sleep 1; kill $!", ["later"]],
    ["dmesg -C; dmesg -wt & sleep 1; echo later > /dev/kmsg; sleep 1; kill $!", ["later"]],
    ["dmesg -Wt & sleep 1; echo later > /dev/kmsg; sleep 1; kill $!", ["later"]],
    ["dmesg -C; echo later > /dev/kmsg; head -n 2 /dev/kmsg", [`6,0,0,-;${text}`, expect.stringMatching(/^4,1,\d+,-;later$/)]],
    ["timeout 2 cat /dev/kmsg; echo $?", [`6,0,0,-;${text}`, "124"]],
  ])("%s", async (command, expected) => {
    expect(await lines(command)).toEqual(expected);
  });
});

describe("the virtual clock", () => {
  test("date starts with the machine, and sleep moves it by what it is told", async () => {
    const script = "date\na=$(date +%s)\nsleep 3661.25 0.75m\nb=$(date +%s)\necho $((b - a))";
    expect(await lines(script)).toEqual(["Sun Nov  1 00:00:00 UTC 2020", "3706"]);
  });

  test("timeout ends a command when its time has come, in virtual seconds", async () => {
    const script = `a=$(date +%s)
timeout 3600 sleep 7200; echo $?
timeout 2 sh -c 'trap "echo got; exit 7" TERM; sleep 10 & wait'; echo $?
timeout --preserve-status 1 sh -c 'trap "exit 7" TERM; sleep 10 & wait'; echo $?
timeout 5 sh -c 'kill -9 $$'; echo $?
b=$(date +%s)
echo $(((b - a) / 60)) minutes`;
    expect(await lines(script)).toEqual([
      "124",
      "got",
      "124",
      "7",
      "test.sh: line 6:   110 Killed                  timeout 5 sh -c 'kill -9 $$'",
      "137",
      "60 minutes",
    ]);
  });

  test.each([
    ["timeout 1 devlink dev show", "waits for ever too", null],
    ["timeout -k 1 1 devlink dev show", "kills only itself and its group", 137],
  ] as const)("a command in uninterruptible sleep cannot be ended: `%s` %s", async (command, _what, status) => {
    const script = `ip netns add foo\ndevlink dev reload pci/0000:00:08.0 netns foo\nip netns del foo\nsleep 0.1\n${command}`;
    const { document } = await run(script, { notifier: "global" });
    expect(document.script.status).toBe(status);
    expect(document.blocked.find(({ command: blocked }) => blocked === "devlink dev show")).toMatchObject({ state: "D", killable: false });
  });

  test("sleep infinity ends with a signal only", async () => {
    expect(await lines("sleep infinity & sleep 5; kill $!; wait $!; echo $?")).toEqual(["143"]);
  });
});

describe("files", () => {
  test("ls shows modes, owners, sizes, times and links in columns", async () => {
    const script = "cd /tmp; touch f; mkdir d; ln -s f l; chmod 4755 f; printf 12345678 > g; ls -l; ls -lF; ls -ln g; ls -l /dev/null";
    expect(await lines(script)).toEqual([
      "total 4",
      "drwxr-xr-x 2 root root 40 Nov  1 00:00 d",
      "-rwsr-xr-x 1 root root  0 Nov  1 00:00 f",
      "-rw-r--r-- 1 root root  8 Nov  1 00:00 g",
      "lrwxrwxrwx 1 root root  1 Nov  1 00:00 l -> f",
      "total 4",
      "drwxr-xr-x 2 root root 40 Nov  1 00:00 d/",
      "-rwsr-xr-x 1 root root  0 Nov  1 00:00 f*",
      "-rw-r--r-- 1 root root  8 Nov  1 00:00 g",
      "lrwxrwxrwx 1 root root  1 Nov  1 00:00 l -> f*",
      "-rw-r--r-- 1 0 0 8 Nov  1 00:00 g",
      "crw-rw-rw- 1 root root 1, 3 Nov  1 00:00 /dev/null",
    ]);
  });

  test("a hung ip netns add leaves a file without permissions behind", async () => {
    const script = `ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns del foo
sleep 0.1
ip netns add bar &
sleep 0.1
kill -9 $!
ls -l /run/netns`;
    expect(await lines(script, { notifier: "global" })).toEqual([
      "total 0",
      "---------- 1 root root 0 Nov  1 00:00 bar",
      "test.sh: line 9:   105 Killed                  ip netns add bar",
    ]);
  });

  test("mktemp makes files and directories that were not there, the same ones on every run", async () => {
    const script = "f=$(mktemp); d=$(mktemp -d -p /root); echo $f $d; stat -c '%F %a' $f $d; mktemp -u x.XXXX.y --suffix=z";
    const first = await lines(script);
    expect(first.slice(1, 3)).toEqual(["regular empty file 600", "directory 700"]);
    expect(first[0]).toMatch(/^\/tmp\/tmp\.[A-Za-z0-9]{10} \/root\/tmp\.[A-Za-z0-9]{10}$/);
    expect(first[3]).toMatch(/^x\.[A-Za-z0-9]{4}\.yz$/);
    expect(await lines(script)).toEqual(first);
  });

  test("cat does not copy a file behind its own end", async () => {
    expect(await lines("cd /tmp; echo x > h; cat h >> h; cat h")).toEqual(["cat: h: input file is output file", "x"]);
  });

  test("stat names the file system", async () => {
    expect(await lines("ip netns add foo; stat -f -c %T /run /proc /sys /run/netns/foo")).toEqual(["tmpfs", "proc", "sysfs", "nsfs"]);
  });
});
