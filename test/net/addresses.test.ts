/** Proves IPv4 addresses: added, listed, deleted and announced; 127.0.0.1 of lo; gone when their device leaves. */
import { expect, it } from "vitest";
import { EADDRNOTAVAIL, EEXIST, EINVAL, ENOENT, NOTIFY_DONE, type notifier_block } from "../../src/kernel/index.ts";
import {
  dev_change_net_namespace,
  type in_ifaddr,
  init_net,
  NETDEV_UP,
  register_inetaddr_notifier,
  unregister_inetaddr_notifier,
} from "../../src/net/index.ts";
import {
  AF_INET,
  AF_INET6,
  Attributes,
  IFA_LABEL,
  IFA_LOCAL,
  IFADDRMSG_LEN,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
  RTNLGRP_IPV4_IFADDR,
  viewOf,
} from "../../src/netlink/index.ts";
import { network, newDevice, newNet, underRtnl } from "../support/network.ts";
import { RtnlClient } from "../support/rtnl.ts";

function ifaddr(family: number, prefixlen: number, index: number): Uint8Array {
  const bytes = new Uint8Array(IFADDRMSG_LEN);
  bytes.set([family, prefixlen]);
  viewOf(bytes).setUint32(4, index, true);
  return bytes;
}

function text({ type, payload }: NetlinkMessage): string {
  const tb = Attributes.parse(payload, IFADDRMSG_LEN);
  const [, prefixlen, flags] = payload;
  return `${type === RTM_DELADDR ? "Deleted " : ""}${[...(tb?.bytes(IFA_LOCAL) ?? [])].join(".")}/${prefixlen} flags ${flags} ${tb?.string(IFA_LABEL)}`;
}

it("addresses", async () => {
  const net = await network();
  const chain: string[] = [];
  await net.call(async (current) => {
    const home = init_net(net.kernel);
    const eth0 = await newDevice(current, "eth0", home);
    const nb: notifier_block<in_ifaddr> = {
      name: "inetaddr_event",
      priority: 0,
      notifier_call: async (_current, _nb, action, ifa) => {
        chain.push(`${action === NETDEV_UP ? "UP" : "DOWN"} ${ifa.ifa_local.join(".")}`);
        return NOTIFY_DONE;
      },
    };
    await register_inetaddr_notifier(current, nb);
    const ip = RtnlClient.open(current, home);
    const monitor = RtnlClient.open(current, home);
    monitor.listen(current, RTNLGRP_IPV4_IFADDR);
    const add = async (...address: number[]): Promise<number> =>
      (
        await ip.send(current, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifaddr(AF_INET, 24, 2), (w) =>
          w.bytes(IFA_LOCAL, Uint8Array.from(address)),
        )
      ).errno;
    const list = async (): Promise<string[]> => (await ip.send(current, RTM_GETADDR, NLM_F_DUMP, ifaddr(AF_INET, 0, 0))).messages.map(text);
    await ip.setLink(current, "lo", { up: true });
    expect([await add(10, 9, 9, 1), await add(10, 9, 9, 1), await add(10, 9, 9, 2)]).toEqual([0, -EEXIST, 0]);
    expect(await list()).toEqual(["127.0.0.1/8 flags 128 lo", "10.9.9.1/24 flags 128 eth0", "10.9.9.2/24 flags 129 eth0"]);
    const remove = async (): Promise<number> =>
      (await ip.send(current, RTM_DELADDR, 0, ifaddr(AF_INET, 24, 2), (w) => w.bytes(IFA_LOCAL, Uint8Array.of(10, 9, 9, 2)))).errno;
    expect([await remove(), await remove()]).toEqual([0, -EADDRNOTAVAIL]);
    const foo = await newNet(current);
    await underRtnl(current, () => dev_change_net_namespace(current, eth0, foo, null));
    expect(await list()).toEqual(["127.0.0.1/8 flags 128 lo"]);
    expect((await monitor.heard(current)).map(text)).toEqual([
      "127.0.0.1/8 flags 128 lo",
      "10.9.9.1/24 flags 128 eth0",
      "10.9.9.2/24 flags 129 eth0",
      "Deleted 10.9.9.2/24 flags 129 eth0",
      "Deleted 10.9.9.1/24 flags 128 eth0",
    ]);
    expect((await ip.send(current, RTM_NEWADDR, 0, ifaddr(AF_INET6, 64, 1))).errno).toBe(-EINVAL);
    expect([await unregister_inetaddr_notifier(current, nb), await unregister_inetaddr_notifier(current, nb)]).toEqual([0, -ENOENT]);
  });
  expect(chain).toEqual(["UP 127.0.0.1", "UP 10.9.9.1", "UP 10.9.9.2", "DOWN 10.9.9.2", "DOWN 10.9.9.1"]);
});
