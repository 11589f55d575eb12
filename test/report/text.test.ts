/** Proves that the report of a run explains whatever was found from its facts: verdict, cause, call graph, victims, next step. */
import { expect, it } from "vitest";
import { COLOUR, PLAIN, runReport, summaries } from "../../src/report/index.ts";
import { abbaOutcome, deepOutcome, HEALTHY, hungOutcome, queuedWriterOutcome, STATE, seedOutcome } from "./outcomes.ts";

const NEXT = ["mlx5-emu run scripts/netns-delete.sh --notifier global --schedule v1:"];

it("tells the deadlock of the namespace's exit methods", async () => {
  const outcome = await seedOutcome();
  const text = runReport(outcome, NEXT, PLAIN);
  expect(text).toMatchInlineSnapshot(`
    "DEADLOCK  kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write

      Why    cleanup_net() runs a dying namespace's exit methods with pernet_ops_rwsem held for read.
             devlink's method reloads the device into init_net, and mlx5_ib leaves the netdev notifier
             chain with unregister_netdevice_notifier(), which takes the same semaphore for write.

      Where  kworker/u4:0+netns  pid 7                        locks
             cleanup_net                                      + pernet_ops_rwsem  read
               ops_pre_exit_list
                 devlink_pernet_pre_exit                      + devlink_mutex
                   devlink_reload
                     mlx5_devlink_reload_down
                       mlx5_unload_one                        + &dev->intf_state_mutex
                         mlx5_detach_device                   + mlx5_intf_mutex
                           mlx5_ib_remove
                             mlx5_remove_netdev_notifier
                               unregister_netdevice_notifier  ! pernet_ops_rwsem  write  waits for ever

      Who    hangs behind it:
             devlink dev show        devlink_mutex, held by pid 7         cannot be killed
             devlink port show (2x)  genl_mutex, held by pid 101          cannot be killed
             ip netns add bar        pernet_ops_rwsem, behind the writer  killable, unseen by khungtaskd
             ip link show, rdma dev show: still work

      Next   mlx5-emu run scripts/netns-delete.sh --notifier global --schedule v1:
    "
  `);
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  expect(summaries(outcome)).toEqual(["kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write"]);
});

it("marks what is held, what waits and what is broken, and nothing else", async () => {
  const coloured = runReport(await seedOutcome(), NEXT, COLOUR);
  const marked = [...coloured.matchAll(/\u001b\[([\d;]+)m(.*?)\u001b\[0m/g)].map(([, colour, text]) => `${colour} ${text?.trimEnd()}`);
  expect(marked).toEqual([
    "1;31 DEADLOCK",
    "33 + pernet_ops_rwsem  read",
    "33 + devlink_mutex",
    "33 + &dev->intf_state_mutex",
    "33 + mlx5_intf_mutex",
    "36 ! pernet_ops_rwsem  write  waits for ever",
    "36 devlink_mutex, held by pid 7",
    "36 genl_mutex, held by pid 101",
    "36 pernet_ops_rwsem, behind the writer",
  ]);
  expect(coloured.replaceAll(/\u001b\[[\d;]+m/g, "")).toBe(runReport(await seedOutcome(), NEXT, PLAIN));
});

it("tells a deadlock of two tasks over two locks", async () => {
  expect(runReport(await abbaOutcome(), NEXT, PLAIN)).toMatchInlineSnapshot(`
    "DEADLOCK  devlink/100 and kworker/u4:0/101 wait for each other: pernet_ops_rwsem, devlink_mutex

      Why    devlink (pid 100) waits in unregister_netdevice_notifier() for pernet_ops_rwsem for write,
             which kworker/u4:0 (pid 101) holds for read since cleanup_net(). kworker/u4:0 (pid 101)
             waits in devlink_pernet_pre_exit() for devlink_mutex, which devlink (pid 100) holds since
             devlink_nl_pre_doit(). The dying namespace need not hold a device: devlink's exit method
             takes the lock in any case.

      Where  devlink  pid 100  devlink dev reload pci/0000:00:08.0
             genl_family_rcv_msg_doit                      + devlink_mutex  in devlink_nl_pre_doit
               devlink_nl_cmd_reload
                 devlink_reload
                   unregister_netdevice_notifier           ! pernet_ops_rwsem  write  waits for ever

             kworker/u4:0  pid 101                         locks
             cleanup_net                                   + pernet_ops_rwsem  read
               ops_pre_exit_list
                 devlink_pernet_pre_exit                   ! devlink_mutex  waits for ever

      Who    nobody else hangs by the end of this script

      Next   mlx5-emu run scripts/netns-delete.sh --notifier global --schedule v1:
    "
  `);
});

it("tells a deadlock behind a queued writer", async () => {
  expect(runReport(await queuedWriterOutcome(), [], PLAIN)).toMatchInlineSnapshot(`
    "DEADLOCK  reader/100 and writer/101 wait for each other: clients_rwsem

      Why    reader (pid 100) waits in add_client_context() for clients_rwsem for read, behind writer
             (pid 101), which has asked for write before it: no reader passes a queued writer. writer
             (pid 101) waits in ib_register_client() for clients_rwsem for write, which reader (pid 100)
             holds for read since enable_device_and_get().

      Where  reader  pid 100                               locks
             enable_device_and_get                         + clients_rwsem  read
               add_client_context                          ! clients_rwsem  read  waits for ever

             writer  pid 101                               locks
             ib_register_client                            ! clients_rwsem  write  waits for ever

      Who    nobody else hangs by the end of this script
    "
  `);
});

it("leaves out the functions of a deep stack that say nothing", async () => {
  expect(runReport(await deepOutcome(), [], PLAIN)).toMatchInlineSnapshot(`
    "DEADLOCK  ip waits for itself: holds rtnl_mutex, wants it again

      Why    rtnetlink_rcv_msg() takes rtnl_mutex with rtnl_lock(); before it lets go, netdev_event()
             asks for it again. A mutex cannot be taken twice by one task, so the task waits for itself.

      Where  ip  pid 100  ip link set eth0 up              locks
             rtnetlink_rcv_msg                             + rtnl_mutex  in rtnl_lock
               [...]
                 netdev_event
                   rtnl_lock                               ! rtnl_mutex  waits for ever

      Who    nobody else hangs by the end of this script
    "
  `);
});

it("tells of a task that waits for ever without a deadlock", async () => {
  expect(runReport(await hungOutcome(), [], PLAIN)).toMatchInlineSnapshot(`
    "HUNG  a task waits for ever: modprobe/100 for probe_done

      Why    modprobe (pid 100) waits in wait_for_probe() for probe_done. No task can run and no timer
             is set that could end the wait.

      Where  modprobe  pid 100  modprobe fakemlx5          locks
             do_init_module
               wait_for_probe                              ! probe_done  waits for ever

      Who    waits for ever:
             modprobe fakemlx5  probe_done  cannot be killed
    "
  `);
});

it("says in one line that all is well", () => {
  expect(runReport(HEALTHY, [], PLAIN)).toBe(
    "ok  the script ended with 0, no task is blocked, no lock is held (v5.10, notifier net, after 1.235 s)\n",
  );
  expect(summaries(HEALTHY)).toEqual([]);
});

it("notes that the RoCE port has lost its netdev", () => {
  const rdma = [{ name: "mlx5_0", index: 1, ports: [{ port: 1, netdev: null, gids: 0 }] }];
  expect(runReport({ ...HEALTHY, state: { ...STATE, rdma } }, [], PLAIN)).toMatchInlineSnapshot(`
    "ok  the script ended with 0, no task is blocked, no lock is held (v5.10, notifier net, after 1.235 s)

      Note   the RoCE port mlx5_0/1 has lost its netdev and its GID table is empty
    "
  `);
});

it("tells a failed script, a limit and a kernel bug from each other", () => {
  const limit = { limit: "virtualTime", value: 86_400e9 } as const;
  const leftHeld = [{ pid: 12, comm: "sh", hold: { lock: "rtnl_mutex", id: 3, mode: "exclusive", function: "rtnl_lock" } }] as const;
  const bugs = [{ kind: "leak", text: "unregister_netdevice: waiting for lo to become free" }] as const;
  const texts = [{ status: 3 }, { status: null }, { limit }, { bugs, leftHeld }].map((change) =>
    runReport({ ...HEALTHY, ...change }, [], PLAIN),
  );
  expect(texts.join("")).toMatchInlineSnapshot(`
    "FAILED  the script ended with status 3; the kernel is healthy (v5.10, notifier net, after 1.235 s)
    FAILED  the script waits for something that cannot come any more; the kernel is healthy (v5.10, notifier net, after 1.235 s)
    LIMIT  stopped at 86400.000 s of virtual time (limit "virtualTime") before there was a verdict (v5.10, notifier net, after 1.235 s)
    KERNEL BUG  v5.10, notifier net, after 1.235 s

      What   leak: unregister_netdevice: waiting for lo to become free
             held-lock: sh/12 still holds rtnl_mutex, taken in rtnl_lock()
    "
  `);
});
