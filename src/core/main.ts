/**
 * Models module and PCI entry points of core/main.c (v5.10): init_one(), remove_one(), module init and exit.
 * Left out: crdump, PCI errors, suspend, shutdown; loading mlx5_ib by request_module_nowait() is the machine's boot.
 */
import { dev_info } from "../base/index.ts";
import { devl_lock, devl_unlock, devlinkPlaces } from "../devlink/index.ts";
import { EmulatorBug, type Frame, type LoadableModule, type module, staticData } from "../kernel/index.ts";
import { type pci_driver, pci_get_drvdata, pci_register_driver, pci_set_drvdata, pci_unregister_driver } from "../pci/index.ts";
import { mlx5_register_interface, mlx5_unregister_interface } from "./dev.ts";
import { mlx5_devlink_alloc, mlx5_devlink_free } from "./devlink.ts";
import { KBUILD_MODNAME, mlx5_core_dev, priv_to_devlink } from "./driver.ts";
import { FW_VERSION, PCI_DEVICE_ID_CONNECTX_5, PCI_DEVICE_ID_CONNECTX_5_VF, PCI_VENDOR_ID_MELLANOX } from "./firmware.ts";
import { mlx5_fw_reporters_create, mlx5_fw_reporters_destroy } from "./health.ts";
import { mlx5_load_one, mlx5_unload_one } from "./load.ts";
import { mlx5_core_sriov_configure, mlx5_sriov_disable } from "./sriov.ts";
import type { Mlx5Strategies, ModuleInitStep } from "./strategies.ts";

const statics = staticData(() => ({ strategies: null as Mlx5Strategies | null }));

function strategiesOf(current: Frame): Mlx5Strategies {
  const { strategies } = statics(current.kernel);
  if (strategies === null) throw new EmulatorBug("mlx5_core is used before mlx5_init()");
  return strategies;
}

const mlx5_core_driver: pci_driver = {
  name: KBUILD_MODNAME,
  id_table: [
    { vendor: PCI_VENDOR_ID_MELLANOX, device: PCI_DEVICE_ID_CONNECTX_5 },
    { vendor: PCI_VENDOR_ID_MELLANOX, device: PCI_DEVICE_ID_CONNECTX_5_VF },
  ],
  sriov_configure: mlx5_core_sriov_configure,

  /** init_one(): the caller holds the device lock. */
  async probe(caller, pdev) {
    const current = caller.enter("init_one");
    const dev = new mlx5_core_dev(current.kernel, pdev, strategiesOf(current));
    const devlink = mlx5_devlink_alloc(current, dev);
    dev.devlink = devlink;
    pci_set_drvdata(pdev, dev);
    const { major, minor, subminor } = FW_VERSION;
    dev_info(current.kernel, dev.device, `firmware version: ${major}.${minor}.${subminor}`);
    await mlx5_fw_reporters_create(current.enter("mlx5_mdev_init"), dev);
    await devl_lock(current, devlink);
    const err = await mlx5_load_one(current, dev, true);
    devl_unlock(current, devlink);
    if (err !== 0) {
      await mlx5_fw_reporters_destroy(current.enter("mlx5_mdev_uninit"), dev);
      mlx5_devlink_free(current, dev);
      return err;
    }
    await devlinkPlaces(current.kernel).probeDone(current, devlink, dev.strategies.reload_rules.allowed(dev));
    return 0;
  },

  /** remove_one(): the caller holds the device lock. */
  async remove(caller, pdev) {
    const current = caller.enter("remove_one");
    const dev = pci_get_drvdata(pdev) as mlx5_core_dev;
    const devlink = priv_to_devlink(dev);
    await devlinkPlaces(current.kernel).removeBegins(current, devlink);
    await mlx5_sriov_disable(current, dev);
    await devl_lock(current, devlink);
    await mlx5_unload_one(current, dev, true);
    devl_unlock(current, devlink);
    await mlx5_fw_reporters_destroy(current.enter("mlx5_mdev_uninit"), dev);
    mlx5_devlink_free(current, dev);
  },
};

/** One step of module init and its counterpart. */
const steps: Readonly<
  Record<ModuleInitStep, { init(current: Frame, self?: module): Promise<number>; exit(current: Frame): Promise<void> }>
> = {
  mlx5_core_driver: {
    init: (current, self) => pci_register_driver(current, mlx5_core_driver, self),
    exit: (current) => pci_unregister_driver(current, mlx5_core_driver),
  },
  mlx5e_interface: {
    init: (current) => mlx5_register_interface(current.enter("mlx5e_init"), strategiesOf(current).netdev_on_reload),
    exit: (current) => mlx5_unregister_interface(current.enter("mlx5e_cleanup"), strategiesOf(current).netdev_on_reload),
  },
};

/** init() of the module: probes the functions that are on the bus. 0 or a negative errno. */
export async function mlx5_init(caller: Frame, strategies: Mlx5Strategies, self?: module): Promise<number> {
  const current = caller.enter("mlx5_init");
  statics(current.kernel).strategies = strategies;
  for (const step of strategies.init_order) {
    const err = await steps[step].init(current, self);
    if (err !== 0) return err;
  }
  return 0;
}

/** Module exit: leaves nothing behind. */
export async function mlx5_cleanup(caller: Frame): Promise<void> {
  const current = caller.enter("mlx5_cleanup");
  for (const step of strategiesOf(current).init_order.toReversed()) await steps[step].exit(current);
}

export function mlx5CoreModule(strategies: Mlx5Strategies): LoadableModule {
  return {
    name: "mlx5_core",
    size: 1_269_760,
    init: (current, self) => mlx5_init(current, strategies, self),
    exit: mlx5_cleanup,
  };
}
