/** rdma_rxe: the software IB driver on any Ethernet netdev, beside mlx5_ib. */
export { rxeModule } from "./rxe.ts";
