/**
 * A devlink driver in a few lines: a PCI function without ports that registers one netdev notifier, for all namespaces or
 * for the instance's own, and registers it anew at each reload.
 */
import {
  type devlink,
  devlink_alloc,
  devlink_free,
  devlink_net,
  type devlink_ops,
  devlink_priv,
  devlinkPlaces,
} from "../../src/devlink/index.ts";
import { type Frame, msleep, NOTIFY_DONE } from "../../src/kernel/index.ts";
import {
  type net,
  type netdev_notifier_block,
  register_netdevice_notifier,
  register_netdevice_notifier_net,
  unregister_netdevice_notifier,
  unregister_netdevice_notifier_net,
} from "../../src/net/index.ts";
import { DEVLINK_RELOAD_ACTION_DRIVER_REINIT, NL_SET_ERR_MSG } from "../../src/netlink/index.ts";
import {
  parsePciAddress,
  pci_add_device,
  type pci_driver,
  pci_get_drvdata,
  pci_register_driver,
  pci_set_drvdata,
} from "../../src/pci/index.ts";

export interface FakeOptions {
  readonly mode: "global" | "net";
  /** reload_down sleeps that long before it does anything. */
  readonly downDelayMs?: number;
  /** Looked at by every reload. */
  readonly fail?: { down?: number; up?: number };
}

/** What the driver did, for tests that look at the order. */
export interface Fake {
  readonly log: string[];
  readonly driver: pci_driver;
}

interface FakePriv {
  readonly nb: netdev_notifier_block;
  registeredIn: net | null;
}

export function fakemlx5(options: FakeOptions): Fake {
  const log: string[] = [];

  async function fm_load(caller: Frame, devlink: devlink<FakePriv>): Promise<void> {
    const current = caller.enter("fm_load");
    const priv = devlink_priv(devlink);
    priv.registeredIn = devlink_net(devlink);
    if (options.mode === "global") await register_netdevice_notifier(current, priv.nb);
    else await register_netdevice_notifier_net(current, priv.registeredIn, priv.nb);
  }

  async function fm_unload(caller: Frame, devlink: devlink<FakePriv>): Promise<void> {
    const current = caller.enter("fm_unload");
    const priv = devlink_priv(devlink);
    if (priv.registeredIn === null) return;
    if (options.mode === "global") await unregister_netdevice_notifier(current, priv.nb);
    else await unregister_netdevice_notifier_net(current, priv.registeredIn, priv.nb);
    priv.registeredIn = null;
  }

  const ops: devlink_ops<FakePriv> = {
    reload_actions: 1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
    async reload_down(caller, devlink, netns_change, _action, _limit, extack) {
      const current = caller.enter("fm_reload_down");
      log.push(`down in ${devlink_net(devlink).name}${netns_change ? " for another" : ""}`);
      if (options.fail?.down !== undefined) {
        NL_SET_ERR_MSG(extack, "fakemlx5: down fails");
        return options.fail.down;
      }
      if (options.downDelayMs !== undefined) await msleep(current, options.downDelayMs);
      await fm_unload(current, devlink);
      return 0;
    },
    async reload_up(caller, devlink, action, _limit, actions_performed, extack) {
      const current = caller.enter("fm_reload_up");
      log.push(`up in ${devlink_net(devlink).name}`);
      if (options.fail?.up !== undefined) {
        NL_SET_ERR_MSG(extack, "fakemlx5: up fails");
        return options.fail.up;
      }
      actions_performed.value = 1 << action;
      await fm_load(current, devlink);
      return 0;
    },
  };

  const driver: pci_driver = {
    name: "fakemlx5",
    id_table: [{ vendor: 0x1b36, device: 0x0005 }],
    async probe(caller, pdev) {
      const current = caller.enter("fm_probe");
      const nb: netdev_notifier_block = { name: "fm_event", priority: 0, notifier_call: async () => NOTIFY_DONE };
      const devlink = devlink_alloc<FakePriv>(current, ops, pdev.dev, { nb, registeredIn: null });
      pci_set_drvdata(pdev, devlink);
      await devlinkPlaces(current.kernel).probeBegins(current, devlink);
      await fm_load(current, devlink);
      await devlinkPlaces(current.kernel).probeDone(current, devlink);
      return 0;
    },
    async remove(caller, pdev) {
      const current = caller.enter("fm_remove");
      const devlink = pci_get_drvdata(pdev) as devlink<FakePriv>;
      await devlinkPlaces(current.kernel).removeBegins(current, devlink);
      await fm_unload(current, devlink);
      await devlinkPlaces(current.kernel).removeDone(current, devlink);
      devlink_free(current, devlink);
    },
  };
  return { log, driver };
}

/** Loads the driver and adds functions for it. */
export async function loadFake(current: Frame, fake: Fake, ...addresses: string[]): Promise<void> {
  await pci_register_driver(current, fake.driver);
  for (const text of addresses) {
    const address = parsePciAddress(text);
    if (address === null) throw new Error(`${text} is no PCI address`);
    await pci_add_device(current, { address, vendor: 0x1b36, device: 0x0005, class: 0x088000 });
  }
}
