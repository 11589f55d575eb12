/** A module that only registers pernet operations: loading and unloading it takes pernet_ops_rwsem for write. */
import type { Driver, pernet_operations } from "mlx5-emu/driver";

export const driver: Driver = ({ register_pernet_subsys, unregister_pernet_subsys }) => {
  const ops: pernet_operations = { name: "pernetmod_ops", init: async () => 0, exit: async () => {} };
  return {
    name: "pernetmod",
    init: (current) => register_pernet_subsys(current, ops),
    exit: (current) => unregister_pernet_subsys(current, ops),
  };
};
