/** netdevsim: a second devlink driver, without IB and without netdev notifier; the control for what mlx5 shows. */
export { netdevsim_init, netdevsimModule, nsim_bus_dev_create } from "./bus.ts";
export { NETDEVSIM_ERAS } from "./eras.ts";
export type { NetdevsimStrategies } from "./strategies.ts";
