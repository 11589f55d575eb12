/** Proves that a driver hears of all routes and rules when it begins to listen, of each change after that, and may refuse. */
import { expect, it } from "vitest";
import { ENOSPC, NOTIFY_DONE, notifier_from_errno } from "../../src/kernel/index.ts";
import {
  FIB_EVENT_ENTRY_DEL,
  FIB_EVENT_ENTRY_REPLACE,
  FIB_EVENT_RULE_ADD,
  FIB_EVENT_RULE_DEL,
  type fib_notifier_block,
  type fib_notifier_info,
  init_net,
  register_fib_notifier,
  unregister_fib_notifier,
} from "../../src/net/index.ts";
import { FIB_RULE_HDR_LEN, FRA_DST, FRA_PRIORITY, RTM_DELRULE, RTM_NEWRULE } from "../../src/netlink/index.ts";
import { network } from "../support/network.ts";
import { RtnlClient } from "../support/rtnl.ts";

const NAMES = {
  [FIB_EVENT_ENTRY_REPLACE]: "route",
  [FIB_EVENT_ENTRY_DEL]: "no route",
  [FIB_EVENT_RULE_ADD]: "rule",
  [FIB_EVENT_RULE_DEL]: "no rule",
};

function text(event: number, { family, route, rule }: fib_notifier_info): string {
  const what = route === undefined ? `${rule?.pref}` : `${route.dst.join(".")}/${route.dst_len}`;
  return `${NAMES[event as keyof typeof NAMES]} ${family} ${what}`;
}

it("fib notifier", async () => {
  const net = await network();
  const heard: string[] = [];
  await net.call(async (current) => {
    const home = init_net(net.kernel);
    const nb: fib_notifier_block = {
      name: "nsim_fib_event_nb",
      priority: 0,
      notifier_call: async (_current, _nb, event, info) => {
        heard.push(text(event, info));
        return event === FIB_EVENT_RULE_ADD && info.rule?.pref === 9 ? notifier_from_errno(-ENOSPC) : NOTIFY_DONE;
      },
    };
    const ip = RtnlClient.open(current, home);
    expect(await register_fib_notifier(current, home, nb, null)).toBe(0);
    expect(heard.splice(0)).toEqual(["rule 2 0", "rule 2 32766", "rule 2 32767", "rule 10 0", "rule 10 32766"]);
    await ip.setLink(current, "lo", { up: true });
    await ip.setLink(current, "lo", { up: false });
    const loopback6 = `${"0.".repeat(15)}1/128`;
    expect(heard.splice(0)).toEqual([
      "route 2 127.0.0.1/32",
      "route 2 127.0.0.0/8",
      "route 2 127.0.0.0/32",
      "route 2 127.255.255.255/32",
      `route 10 ${loopback6}`,
      "no route 2 127.0.0.0/32",
      "no route 2 127.255.255.255/32",
      `no route 10 ${loopback6}`,
    ]);
    const header = new Uint8Array(FIB_RULE_HDR_LEN);
    header.set([2, 8, 0, 0, 254, 0, 0, 1]);
    const rule = async (type: number, pref: number): Promise<number> =>
      (await ip.send(current, type, 0, header, (w) => w.bytes(FRA_DST, Uint8Array.of(9, 0, 0, 0)).u32(FRA_PRIORITY, pref))).errno;
    expect([await rule(RTM_NEWRULE, 8), await rule(RTM_NEWRULE, 9), await rule(RTM_DELRULE, 8)]).toEqual([0, -ENOSPC, 0]);
    expect(heard.splice(0)).toEqual(["rule 2 8", "rule 2 9", "no rule 2 8"]);
    expect(unregister_fib_notifier(current, home, nb)).toBe(0);
    await ip.setLink(current, "lo", { up: true });
  });
  expect(heard).toEqual([]);
});
