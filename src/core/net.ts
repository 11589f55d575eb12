/**
 * Models mlx5_core_net() (include/linux/mlx5/driver.h) with its rule, which the kernel only writes down: the answer may be
 * used (a) while the devlink instance cannot be reloaded, or (b) inside the reload's own reload_down and reload_up.
 * Kernels break the rule without harm where nobody reloads meanwhile: mlx5_ib is loaded after probe has allowed reloads.
 * Such a call is an event (`stable: false`). It is reported as a broken contract once the harm is possible: the instance is
 * being reloaded by another task, so the namespace may change under the caller, or that namespace is already gone.
 */
import { devlink_net, devlinkNetIsStable } from "../devlink/index.ts";
import { type Frame, stackNames } from "../kernel/index.ts";
import type { net } from "../net/index.ts";
import { type mlx5_core_dev, priv_to_devlink } from "./driver.ts";

/** The namespace of the device's devlink instance: a plain read, see above. `caller` is the function that asks. */
export function mlx5_core_net(caller: Frame, dev: mlx5_core_dev): net {
  const { kernel, task } = caller;
  const devlink = priv_to_devlink(dev);
  const net = devlink_net(devlink);
  caller.reads(devlink);
  const stable = devlinkNetIsStable(caller, devlink);
  if (kernel.events.wants.subsystem) {
    kernel.events.emit({
      type: "subsystem",
      room: "core",
      name: "mlx5_core_net",
      frame: caller,
      data: { device: dev.name, netns: net.inum, stable },
    });
  }
  const user = stackNames(caller).at(-1) ?? "";
  const reloader = devlink.reload === null || devlink.reload.frame.task === task ? null : devlink.reload.frame.task;
  if (reloader !== null) {
    const text = `mlx5_core_net(${dev.name}) used by ${user} while ${reloader.comm}/${reloader.pid} reloads the device`;
    kernel.reportBug(caller, { kind: "contract", text });
  }
  if (net.freed)
    kernel.reportBug(caller, {
      kind: "use-after-free",
      text: `mlx5_core_net(${dev.name}) used by ${user} is ${net.name}, which was freed`,
    });
  return net;
}
