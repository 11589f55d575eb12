/** The smallest useful devlink driver: takes the test devices, can be reloaded, and says so in the log. */
import type { Driver, devlink, devlink_ops, pci_driver } from "mlx5-emu/driver";

export const driver: Driver = (k) => {
  const ops: devlink_ops<null> = {
    reload_actions: 1 << k.DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
    reload_down: async (current, devlink) => {
      k.dev_info(current.kernel, devlink.dev, `down in net:[${k.devlink_net(devlink).inum}]`);
      return 0;
    },
    reload_up: async (current, devlink, action, _limit, actions_performed) => {
      actions_performed.value = 1 << action;
      k.dev_info(current.kernel, devlink.dev, `up in net:[${k.devlink_net(devlink).inum}]`);
      return 0;
    },
  };
  const pci: pci_driver = {
    name: "hello_devlink",
    id_table: [{ vendor: 0x1b36, device: 0x0005 }],
    probe: async (caller, pdev) => {
      const current = caller.enter("hello_probe");
      const devlink = k.devlink_alloc(current, ops, pdev.dev, null);
      k.pci_set_drvdata(pdev, devlink);
      await k.devlinkPlaces(current.kernel).probeBegins(current, devlink);
      await k.devlinkPlaces(current.kernel).probeDone(current, devlink);
      return 0;
    },
    remove: async (caller, pdev) => {
      const current = caller.enter("hello_remove");
      const devlink = k.pci_get_drvdata(pdev) as devlink<null>;
      await k.devlinkPlaces(current.kernel).removeBegins(current, devlink);
      await k.devlinkPlaces(current.kernel).removeDone(current, devlink);
      k.devlink_free(current, devlink);
    },
  };
  return {
    name: "hello_devlink",
    init: (current, self) => k.pci_register_driver(current, pci, self),
    exit: (current) => k.pci_unregister_driver(current, pci),
  };
};
