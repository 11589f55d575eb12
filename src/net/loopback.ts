/** Models drivers/net/loopback.c: every namespace has its own `lo`, made with it and never moved. */
import type { Frame } from "../kernel/index.ts";
import { ARPHRD_LOOPBACK, IFF_LOOPBACK } from "../netlink/index.ts";
import { alloc_netdev, dev_net_set, free_netdev } from "./alloc.ts";
import { register_netdev } from "./dev.ts";
import { DEFAULT_TX_QUEUE_LEN, ETH_ALEN, IFF_NO_QUEUE, NETIF_F_NETNS_LOCAL } from "./netdevice.ts";
import type { net, net_device, pernet_operations } from "./structs.ts";

const LOOPBACK_MTU = 64 * 1024;

function loopback_setup(_current: Frame, dev: net_device): void {
  dev.type = ARPHRD_LOOPBACK;
  dev.mtu = LOOPBACK_MTU;
  dev.tx_queue_len = DEFAULT_TX_QUEUE_LEN;
  dev.flags = IFF_LOOPBACK;
  dev.priv_flags = IFF_NO_QUEUE;
  dev.features = NETIF_F_NETNS_LOCAL;
  dev.dev_addr = new Uint8Array(ETH_ALEN);
  dev.broadcast = new Uint8Array(ETH_ALEN);
  dev.needs_free_netdev = true;
  dev.ethtool_ops = { get_link: () => true };
}

async function loopback_net_init(caller: Frame, net: net): Promise<number> {
  const current = caller.enter("loopback_net_init");
  const dev = alloc_netdev(current, "lo", loopback_setup);
  dev_net_set(current, dev, net);
  const err = await register_netdev(current, dev);
  if (err !== 0) {
    free_netdev(current, dev);
    return err;
  }
  net.loopback_dev = dev;
  return 0;
}

/** Registered first of all devices, so that `lo` comes first and goes last. */
export const loopback_net_ops: pernet_operations = { name: "loopback_net_ops", init: loopback_net_init };
