/**
 * Proves that a broken rule between caller and callee is reported where it is broken, with both sides, whether or not
 * anything deadlocks; that code which keeps the rules is not reported; and that the rules are not bound to one driver.
 */
import { describe, expect, it, test } from "vitest";
import { ContractChecker } from "../../src/analysis/index.ts";
import {
  down_read,
  down_write,
  type Frame,
  Kernel,
  mutex,
  mutex_lock,
  mutex_trylock,
  mutex_unlock,
  rw_semaphore,
  spawnTask,
  up_read,
  up_write,
} from "../../src/kernel/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";
import { runKernel } from "../support/kernel.ts";
import { run, SEED, scriptFile } from "../support/machine.ts";

/** What the checker says of one task that runs `body`, entered as `test_init`. */
async function watch(body: (current: Frame, kernel: Kernel) => Promise<void>): Promise<{ texts: string[]; bugs: string[] }> {
  const kernel = new Kernel();
  const checker = new ContractChecker(kernel);
  kernel.events.attach(checker);
  spawnTask(kernel, { comm: "test", parent: null, body: (current) => body(current.enter("test_init"), kernel) });
  await runKernel(kernel);
  return { texts: checker.violations.map((violation) => `${violation.kind}: ${violation.text}`), bugs: kernel.bugs.map((bug) => bug.text) };
}

describe("the three sides of a rule", () => {
  it("the caller lacks a lock: a bug as it stands", async () => {
    const text = "register_netdevice() is called without rtnl_mutex, by test_init()";
    expect(
      await watch(async (current) => {
        current.enter("register_netdevice");
      }),
    ).toEqual({ texts: [`not held: ${text}`], bugs: [text] });
  });

  it("the caller holds a lock too many: the callee would wait for it", async () => {
    const { texts, bugs } = await watch(async (current, kernel) => {
      const rtnl_mutex = new mutex(kernel, "rtnl_mutex");
      await mutex_lock(current, rtnl_mutex);
      current.enter("register_netdevice_notifier");
      mutex_unlock(current, rtnl_mutex);
    });
    expect({ texts, bugs }).toEqual({
      texts: ["held: register_netdevice_notifier() is called with rtnl_mutex held (taken in test_init()), by test_init()"],
      bugs: [],
    });
  });

  it("somebody below takes a lock that is forbidden there, in the forbidden mode only, and said once", async () => {
    const { texts } = await watch(async (current, kernel) => {
      const cb_lock = new rw_semaphore(kernel, "cb_lock");
      const other = new rw_semaphore(kernel, "cb_lock");
      await down_read(current, cb_lock);
      const request = current.enter("genl_family_rcv_msg_doit").enter("my_doit");
      await down_read(request, other);
      up_read(request, other);
      for (let i = 0; i < 2; i++) {
        await down_write(request.enter("genl_register_family"), other);
        up_write(request, other);
      }
      up_read(current, cb_lock);
    });
    expect(texts).toEqual([
      "taken: genl_family_rcv_msg_doit() runs with cb_lock for read held (taken in test_init()) and must not take cb_lock for write; genl_register_family() does",
    ]);
  });

  it("a trylock waits for nobody", async () => {
    const { texts } = await watch(async (current, kernel) => {
      const rtnl_mutex = new mutex(kernel, "rtnl_mutex");
      const other = new mutex(kernel, "rtnl_mutex");
      await mutex_lock(current, rtnl_mutex);
      mutex_trylock(current.enter("register_netdevice"), other);
      mutex_unlock(current, other);
      mutex_unlock(current, rtnl_mutex);
    });
    expect(texts).toEqual([]);
  });
});

const EVERYTHING = `
modprobe rdma_rxe; modprobe dummy; rdma link add rxe0 type rxe netdev dummy0
ip link add a type veth peer name b; ip netns add x; ip link set b netns x; ip netns del x
echo '10 2' > /sys/bus/netdevsim/new_device; devlink dev reload netdevsim/netdevsim10; echo 10 > /sys/bus/netdevsim/del_device
rmmod mlx5_ib; modprobe mlx5_ib
echo 0000:00:08.0 > /sys/bus/pci/drivers/mlx5_core/unbind; echo 0000:00:08.0 > /sys/bus/pci/drivers/mlx5_core/bind
modprobe ifb; rmmod ifb
`;

test.each(["v5.9", "v5.10", "v5.10.223", "v6.3"] as const)(
  "%s: nobody breaks a rule with the per-net and the following notifier",
  async (era) => {
    for (const notifier of ["net", "dev_net"] as const) {
      for (const script of [SEED, scriptFile("netns-delete.sh"), scriptFile("move-netdev.sh"), EVERYTHING]) {
        const { outcome } = await run(script, { era, notifier, contracts: true });
        expect(outcome.contracts).toEqual([]);
      }
    }
  },
);

test("the global notifier breaks devlink_reload()'s rule in a reload that goes well, and the status stays", async () => {
  const script = "devlink dev reload pci/0000:00:08.0";
  const { outcome, document, exitStatus } = await run(script, { notifier: "global", contracts: true });
  expect(exitStatus).toBe(0);
  expect(document.reports).toEqual(outcome.contracts.map(({ kind, line: _, ...rest }) => ({ kind: "contract", side: kind, ...rest })));
  expect(outcome.contracts).toEqual([
    {
      kind: "taken",
      prediction: true,
      contract: "devlink_reload",
      lock: "pernet_ops_rwsem",
      text: "devlink_reload() runs with devlink_mutex held (taken in devlink_nl_pre_doit()) and must not take pernet_ops_rwsem for write; unregister_netdevice_notifier() does",
      line: "devlink_reload() must not take pernet_ops_rwsem, unregister_netdevice_notifier() does",
      because: "devlink_pernet_pre_exit() takes the same lock with pernet_ops_rwsem held, so the other order deadlocks",
      pid: expect.any(Number),
      comm: "devlink",
      stack: expect.arrayContaining(["devlink_reload", "mlx5_devlink_reload_down", "unregister_netdevice_notifier"]),
      time: expect.any(Number),
    },
  ]);
  expect((await run(script, { notifier: "global", contracts: true, strict: true })).exitStatus).toBe(4);
  expect((await run(script, { notifier: "net", contracts: true, strict: true })).exitStatus).toBe(0);
});

test("the deletion of the namespace breaks the rule of the exit methods where it deadlocks", async () => {
  const { outcome, exitStatus } = await run(SEED, { notifier: "global", contracts: true });
  expect(exitStatus).toBe(3);
  expect(outcome.contracts.map((violation) => `${violation.kind} ${violation.contract} ${violation.lock}`)).toEqual([
    "taken devlink_reload pernet_ops_rwsem",
    "held unregister_netdevice_notifier pernet_ops_rwsem",
    "taken ops_pre_exit_list pernet_ops_rwsem",
  ]);
});

test("the list", async () => {
  const { status, stdout, stderr } = await mlx5emu(["contracts"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.split("\n\n").find((entry) => entry.startsWith("devlink_reload"))).toBe(`devlink_reload()
  caller holds          devlink_mutex or &devlink->lock
  must not take         devlink_mutex, pernet_ops_rwsem
  because               devlink_pernet_pre_exit() takes the same lock with pernet_ops_rwsem held, so the other order deadlocks
  source                net/core/devlink.c`);
});
