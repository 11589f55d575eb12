/**
 * Proves the deadlock of the global notifier: that it happens, where, with which locks, who hangs behind it and who does
 * not, and that it comes from the locks, because it goes away and comes back with its causes.
 */
import { describe, expect, test } from "vitest";
import { DEVICE_8, DEVICE_9, inOrder, run, SEED, scriptFile } from "../support/machine.ts";

const CALL_GRAPH = [
  "cleanup_net",
  "ops_pre_exit_list",
  "devlink_pernet_pre_exit",
  "devlink_reload",
  "mlx5_devlink_reload_down",
  "mlx5_unload_one",
  "mlx5_remove_netdev_notifier",
  "unregister_netdevice_notifier",
];

describe("the default script with the global notifier", () => {
  test("ends in a self-deadlock on pernet_ops_rwsem, closed by the netns kworker", async () => {
    const { document, exitStatus } = await run(scriptFile("netns-delete.sh"), { notifier: "global" });
    expect(exitStatus).toBe(3);
    expect(document.verdict).toBe("deadlock");
    expect(document.script.status).toBe(0);
    expect(document.deadlocks).toHaveLength(1);
    const [deadlock] = document.deadlocks;
    expect(deadlock).toMatchObject({ kind: "self", locks: ["pernet_ops_rwsem"], tasks: [7] });
    expect(inOrder(deadlock?.at ?? [], CALL_GRAPH)).toBe(true);
    const worker = document.blocked.find((task) => task.pid === 7);
    expect(worker).toMatchObject({
      comm: "kworker/u4:0+netns",
      state: "D",
      waitsFor: "pernet_ops_rwsem",
      mode: "write",
      behind: [7],
      killable: false,
      heldLocks: ["pernet_ops_rwsem", "devlink_mutex", "&dev->intf_state_mutex", "mlx5_intf_mutex"],
    });
  });

  test("`ip netns del foo` itself returns 0, and the namespace is never freed", async () => {
    const { outcome } = await run(`${SEED}echo status $?\n`, { notifier: "global" });
    expect(outcome.status).toBe(0);
    expect(outcome.facts.commands.map(({ command, status }) => [command, status])).toEqual([
      ["ip netns add foo", 0],
      ["devlink dev reload pci/0000:00:08.0 netns foo", 0],
      ["ip netns del foo", 0],
    ]);
    expect(outcome.state.netns.map(({ name, state }) => ({ name, state }))).toEqual([{ name: null, state: "dying" }]);
  });

  test("a multiport slave in the dying namespace shows the call graph of the original report", async () => {
    const { document } = await run(scriptFile("slave-port.sh"), {
      notifier: "global",
      devices: [DEVICE_8, DEVICE_9],
      multiport: { master: "0000:00:08.0", slave: "0000:00:09.0" },
    });
    expect(document.deadlocks.map(({ kind, locks }) => ({ kind, locks }))).toEqual([{ kind: "self", locks: ["pernet_ops_rwsem"] }]);
    const graph = [...CALL_GRAPH.slice(0, -2), "mlx5_ib_remove", "mlx5_ib_unbind_slave_port", ...CALL_GRAPH.slice(-2)];
    expect(inOrder(document.deadlocks[0]?.at ?? [], graph)).toBe(true);
    expect(document.blocked[0]?.heldLocks).toEqual([
      "pernet_ops_rwsem",
      "devlink_mutex",
      "&dev->intf_state_mutex",
      "mlx5_intf_mutex",
      "mlx5_ib_multiport_mutex",
    ]);
    expect(document.rdma.map(({ name, ports }) => ({ name, ports: ports.length }))).toEqual([{ name: "mlx5_0", ports: 2 }]);
  });
});

describe("after the deadlock", () => {
  /** One command on a fresh machine each: does it end, or where and behind which lock does it hang? */
  const after = async (command: string): Promise<unknown> => {
    const script = `ip netns add other\n${SEED}sleep 1\n${command} &\nsleep 3\n`;
    const { document, outcome } = await run(script, { notifier: "global", devices: [DEVICE_8, DEVICE_9] });
    const hung = document.blocked.filter((task) => !task.comm.startsWith("kworker"));
    if (hung.length === 0) return outcome.facts.commands.at(-1)?.status;
    return hung.map(({ waitsFor, killable, stack }) => `${stack.at(-1)} ${waitsFor} ${killable ? "killable" : "unkillable"}`);
  };

  test.each([
    ["devlink dev show", ["devlink_nl_cmd_get_dumpit devlink_mutex unkillable"]],
    ["devlink port show", ["devlink_nl_cmd_port_get_dumpit devlink_mutex unkillable"]],
    ["devlink dev show pci/0000:00:09.0", ["devlink_nl_pre_doit devlink_mutex unkillable"]],
    ["devlink dev reload pci/0000:00:09.0", ["devlink_nl_pre_doit devlink_mutex unkillable"]],
    ["echo 0000:00:09.0 > /sys/bus/pci/drivers/mlx5_core/unbind", ["devlink_reload_disable devlink_mutex unkillable"]],
    ['echo "20 1" > /sys/bus/netdevsim/new_device', ["devlink_register devlink_mutex unkillable"]],
    ["ip netns add bar", ["copy_net_ns pernet_ops_rwsem killable"]],
    ["ip link show", 0],
    ["ip addr show", 0],
    ["ip link add dmy0 type dummy", ["call_usermodehelper_exec modprobe killable", "dummy_init_module pernet_ops_rwsem unkillable"]],
    ["ip link set lo netns other", 2],
    ["ip netns list", 0],
    ["ip netns exec other ip link show", 0],
    ["ip netns del other", 0],
    ["rdma dev show", 0],
    ["rdma link show", 0],
    ["rdma system set netns exclusive", 1],
  ])("%s", async (command, expected) => {
    expect(await after(command)).toEqual(expected);
  });

  test("a link whose module is loaded already can be made", async () => {
    const { stdout } = await run(
      `ip link add d1 type dummy\n${SEED}sleep 1\nip link add d2 type dummy\nip -br link show d2 | cut -c1-2\n`,
      {
        notifier: "global",
      },
    );
    expect(stdout).toBe("d2\n");
  });

  test("the second devlink command hangs already at genl_mutex, behind the first", async () => {
    const { document } = await run(`${SEED}sleep 1\ndevlink dev show &\nsleep 1\ndevlink dev show &\nsleep 1\n`, { notifier: "global" });
    const [, first, second] = document.blocked;
    expect(first).toMatchObject({ waitsFor: "devlink_mutex", behind: [7], killable: false });
    expect(first?.heldLocks).toEqual(["cb_lock", "nlk_cb_mutex-GENERIC", "genl_mutex"]);
    expect(second).toMatchObject({ waitsFor: "genl_mutex", behind: [first?.pid], killable: false });
    expect(second?.stack.slice(-3)).toEqual(["genl_rcv", "netlink_rcv_skb", "genl_rcv_msg"]);
  });

  test("a netdevsim device, which has nothing to do with it, hangs too", async () => {
    const script = `echo "10 1" > /sys/bus/netdevsim/new_device\n${SEED}sleep 1\ndevlink dev show netdevsim/netdevsim10 &\nsleep 1\n`;
    const { document } = await run(script, { notifier: "global" });
    expect(document.blocked.at(-1)).toMatchObject({ command: "devlink dev show netdevsim/netdevsim10", waitsFor: "devlink_mutex" });
  });

  test("a namespace that is deleted later is never cleaned up", async () => {
    const { document } = await run(`ip netns add other\n${SEED}sleep 1\nip netns del other\nsleep 5\n`, { notifier: "global" });
    expect(document.netns.map(({ name, state }) => ({ name, state }))).toEqual([
      { name: null, state: "dying" },
      { name: null, state: "dying" },
    ]);
  });

  test("the netdev is detached: it cannot be brought up", async () => {
    const { stderr } = await run(`${SEED}sleep 1\nip link set eth0 up\n`, { notifier: "global" });
    expect(stderr).toBe("RTNETLINK answers: No such device\n");
  });
});

describe("kill -9", () => {
  test("does nothing to a task in uninterruptible sleep", async () => {
    const script = `${SEED}sleep 1\ndevlink dev show &\nsleep 1\nkill -9 $!\nsleep 1\nps -eo stat,args | grep "devlink dev show" | grep -v grep\n`;
    const { stdout } = await run(script, { notifier: "global" });
    expect(stdout).toBe("D    devlink dev show\n");
  });

  test("ends `ip netns add`, which waits killably, and leaves its file behind", async () => {
    const script = `${SEED}sleep 1
ip netns add bar &
sleep 1
kill -9 $!
wait $!
echo $?
stat -c %a /run/netns/bar
ip netns add bar
`;
    const { stdout, stderr, document } = await run(script, { notifier: "global" });
    expect(stdout).toBe("137\n0\n");
    expect(stderr.replace(/ \d+ Killed/, " PID Killed")).toBe(
      'test.sh: line 8:   PID Killed                  ip netns add bar\nCannot create namespace file "/run/netns/bar": File exists\n',
    );
    expect(document.blocked.map((task) => task.pid)).toEqual([7]);
  });
});

describe("the deadlock comes from the locks", () => {
  test("moving the device back before the deletion: healthy", async () => {
    const script = `ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns exec foo devlink dev reload pci/0000:00:08.0 netns 1
ip netns del foo
sleep 1
devlink dev show
`;
    const { exitStatus, stdout, document } = await run(script, { notifier: "global" });
    expect({ exitStatus, stdout, netns: document.netns }).toEqual({ exitStatus: 0, stdout: "pci/0000:00:08.0\n", netns: [] });
  });

  test("a process in the namespace: nothing for its five seconds, then the deadlock", async () => {
    const script = `ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns exec foo sleep 5 &
ip netns del foo
sleep 4
devlink dev show
echo alive
wait
`;
    const { exitStatus, stdout, document } = await run(script, { notifier: "global" });
    expect({ exitStatus, stdout }).toEqual({ exitStatus: 3, stdout: "alive\n" });
    expect(document.deadlocks[0]?.time).toBeGreaterThan(5e9);
  });

  test("nothing in the namespace, or only a netdevsim device: healthy", async () => {
    expect((await run("ip netns add foo\nip netns del foo\n", { notifier: "global" })).exitStatus).toBe(0);
    const script = `echo "10 1" > /sys/bus/netdevsim/new_device
ip netns add foo
devlink dev reload netdevsim/netdevsim10 netns foo
ip netns del foo
sleep 1
devlink dev show
`;
    const { exitStatus, stdout } = await run(script, { notifier: "global" });
    expect({ exitStatus, stdout }).toEqual({ exitStatus: 0, stdout: "pci/0000:00:08.0\nnetdevsim/netdevsim10\n" });
  });

  test("a pure InfiniBand port has no notifier: healthy", async () => {
    const { exitStatus, document } = await run(SEED, { notifier: "global", devices: [{ ...DEVICE_8, linkLayer: "infiniband" }] });
    expect({ exitStatus, deadlocks: document.deadlocks }).toEqual({ exitStatus: 0, deadlocks: [] });
  });

  test("every era deadlocks with it, whatever its devlink locking", async () => {
    for (const era of ["v5.9", "v5.10", "v5.10.223", "v6.3"] as const) {
      const { document } = await run(SEED, { era, notifier: "global" });
      expect(document.deadlocks.map(({ kind, locks }) => [era, kind, locks])).toEqual([[era, "self", ["pernet_ops_rwsem"]]]);
    }
  });

  test("with a lock per instance (v6.3) the other instances go on", async () => {
    const { stdout } = await run(`${SEED}sleep 1\ndevlink dev show\n`, { era: "v6.3", notifier: "global", devices: [DEVICE_8, DEVICE_9] });
    expect(stdout).toBe("pci/0000:00:09.0\n");
  });
});
