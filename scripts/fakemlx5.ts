/**
 * A minimal devlink driver, whose only lock is what a netdev notifier takes: a PCI driver without port, netdev and IB device
 * that registers one notifier and, on each reload, leaves the chain and enters it again.
 *
 * mode=global: register_netdevice_notifier(), which takes pernet_ops_rwsem for write. mode=net: the notifier of the
 * instance's own namespace, which does not.
 */
import type {
  Driver,
  DriverApi,
  devlink,
  devlink_ops,
  Frame,
  module,
  net,
  netdev_notifier_block,
  pci_dev,
  pci_driver,
} from "mlx5-emu/driver";

/** What the driver keeps for one instance. */
interface FakePriv {
  readonly nb: netdev_notifier_block;
  /** Where `nb` is registered; null between reload_down and reload_up. */
  registeredIn: net | null;
}

/** The kernel, and the loaded module with its parameters. */
interface Fake {
  readonly k: DriverApi;
  readonly self: module;
}

const isGlobal = ({ self }: Fake): boolean => self.parameters.text("mode") === "global";

function say({ k, self }: Fake, current: Frame, devlink: devlink, text: string): void {
  if (self.parameters.flag("verbose")) k.dev_info(current.kernel, devlink.dev, text);
}

async function fm_load(fake: Fake, caller: Frame, devlink: devlink<FakePriv>): Promise<number> {
  const { k } = fake;
  const current = caller.enter("fm_load");
  const priv = k.devlink_priv(devlink);
  const net = k.devlink_net(devlink);
  const how = isGlobal(fake) ? "register_netdevice_notifier" : "register_netdevice_notifier_net";
  say(fake, current, devlink, `load: ${how}() net=${net.inum} comm=${current.task.comm}`);
  const err = isGlobal(fake)
    ? await k.register_netdevice_notifier(current, priv.nb)
    : await k.register_netdevice_notifier_net(current, net, priv.nb);
  if (err === 0) priv.registeredIn = net;
  say(fake, current, devlink, `load: done err=${err}`);
  return err;
}

async function fm_unload(fake: Fake, caller: Frame, devlink: devlink<FakePriv>): Promise<void> {
  const { k } = fake;
  const current = caller.enter("fm_unload");
  const priv = k.devlink_priv(devlink);
  if (priv.registeredIn === null) return;
  const how = isGlobal(fake) ? "unregister_netdevice_notifier" : "unregister_netdevice_notifier_net";
  say(fake, current, devlink, `unload: ${how}() net=${k.devlink_net(devlink).inum} comm=${current.task.comm}`);
  if (isGlobal(fake)) await k.unregister_netdevice_notifier(current, priv.nb);
  else await k.unregister_netdevice_notifier_net(current, priv.registeredIn, priv.nb);
  priv.registeredIn = null;
  say(fake, current, devlink, "unload: done");
}

function opsOf(fake: Fake): devlink_ops<FakePriv> {
  const { k, self } = fake;
  return {
    reload_actions: 1 << k.DEVLINK_RELOAD_ACTION_DRIVER_REINIT,

    async reload_down(caller, devlink, _netns_change, _action, _limit, extack) {
      const current = caller.enter("fm_reload_down");
      if (self.parameters.flag("fail_down")) {
        k.NL_SET_ERR_MSG(extack, "fakemlx5: reload_down fails as asked");
        return -k.EINVAL;
      }
      const delay = self.parameters.number("down_delay_ms");
      if (delay > 0) await k.msleep(current, delay);
      await fm_unload(fake, current, devlink);
      return 0;
    },

    async reload_up(caller, devlink, action, _limit, actions_performed, extack) {
      const current = caller.enter("fm_reload_up");
      if (self.parameters.flag("fail_up")) {
        k.NL_SET_ERR_MSG(extack, "fakemlx5: reload_up fails as asked");
        return -k.EINVAL;
      }
      actions_performed.value = 1 << action;
      return fm_load(fake, current, devlink);
    },
  };
}

async function fm_probe(fake: Fake, ops: devlink_ops<FakePriv>, caller: Frame, pdev: pci_dev): Promise<number> {
  const { k } = fake;
  const current = caller.enter("fm_probe");
  const nb: netdev_notifier_block = { name: "fm_netdev_event", priority: 0, notifier_call: async () => k.NOTIFY_DONE };
  const devlink = k.devlink_alloc<FakePriv>(current, ops, pdev.dev, { nb, registeredIn: null });
  k.pci_set_drvdata(pdev, devlink);
  const places = k.devlinkPlaces(current.kernel);
  await places.probeBegins(current, devlink);
  const err = await fm_load(fake, current, devlink);
  if (err === 0) {
    await places.probeDone(current, devlink);
    return 0;
  }
  await places.removeDone(current, devlink);
  k.devlink_free(current, devlink);
  return err;
}

async function fm_remove(fake: Fake, caller: Frame, pdev: pci_dev): Promise<void> {
  const { k } = fake;
  const current = caller.enter("fm_remove");
  const devlink = k.pci_get_drvdata(pdev) as devlink<FakePriv>;
  const places = k.devlinkPlaces(current.kernel);
  await places.removeBegins(current, devlink);
  await fm_unload(fake, current, devlink);
  await places.removeDone(current, devlink);
  k.devlink_free(current, devlink);
}

export const driver: Driver = (k) => {
  let registered: pci_driver | null = null;
  return {
    name: "fakemlx5",
    aliases: ["pci:v00001B36d00000005sv*sd*bc*sc*i*"],
    parameters: [
      { name: "mode", type: "charp", value: "global", perm: 0o644 },
      { name: "down_delay_ms", type: "uint", value: 0, perm: 0o644 },
      { name: "verbose", type: "bool", value: false, perm: 0o644 },
      { name: "fail_down", type: "bool", value: false, perm: 0o644 },
      { name: "fail_up", type: "bool", value: false, perm: 0o644 },
    ],
    init: (current, self) => {
      const fake: Fake = { k, self };
      const ops = opsOf(fake);
      registered = {
        name: "fakemlx5",
        id_table: [{ vendor: 0x1b36, device: 0x0005 }],
        probe: (caller, pdev) => fm_probe(fake, ops, caller, pdev),
        remove: (caller, pdev) => fm_remove(fake, caller, pdev),
      };
      return k.pci_register_driver(current, registered, self);
    },
    // A tail call in the kernel's module: it leaves no frame of its own.
    exit: async (current) => {
      if (registered !== null) await k.pci_unregister_driver(current, registered);
    },
  };
};
