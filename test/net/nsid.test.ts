/** Proves the ids by which namespaces know each other: given on demand or by request, looked up, announced, taken back. */
import { describe, expect, it } from "vitest";
import { EEXIST, EINVAL, ENOENT, ESRCH, msleep } from "../../src/kernel/index.ts";
import { init_net, nsproxy_net, peernet2id, peernet2id_alloc, put_net } from "../../src/net/index.ts";
import {
  Attributes,
  type AttributeWriter,
  NETNSA_CURRENT_NSID,
  NETNSA_NSID,
  NETNSA_PID,
  NETNSA_TARGET_NSID,
  type NetlinkMessage,
  NLM_F_DUMP,
  RTGENMSG_LEN,
  RTM_DELNSID,
  RTM_GETNSID,
  RTM_NEWNSID,
  RTNLGRP_NSID,
} from "../../src/netlink/index.ts";
import { network, newNet } from "../support/network.ts";
import { type RtnlAnswer, RtnlClient } from "../support/rtnl.ts";

const header = new Uint8Array(RTGENMSG_LEN);

function ids({ payload, type }: NetlinkMessage): string {
  const tb = Attributes.parse(payload, RTGENMSG_LEN);
  const seenHere = tb?.s32(NETNSA_CURRENT_NSID);
  return `${type === RTM_DELNSID ? "Deleted " : ""}${tb?.s32(NETNSA_NSID)}${seenHere === undefined ? "" : ` here ${seenHere}`}`;
}

describe("ids", () => {
  it("are given as asked for, or the lowest free one, once for each namespace", async () => {
    const net = await network();
    await net.call(async (current) => {
      const home = init_net(net.kernel);
      const [foo, bar] = [await newNet(current), await newNet(current)];
      const ip = RtnlClient.open(current, home);
      const monitor = RtnlClient.open(current, home);
      monitor.listen(current, RTNLGRP_NSID);
      const ask = (type: number, fill: (w: AttributeWriter) => void): Promise<RtnlAnswer> => ip.send(current, type, 0, header, fill);
      const self = (w: AttributeWriter): AttributeWriter => w.u32(NETNSA_PID, current.task.pid);
      nsproxy_net.set(current.task, foo);
      expect(await ask(RTM_NEWNSID, (w) => self(w).s32(NETNSA_NSID, 7))).toMatchObject({ errno: 0 });
      expect(await ask(RTM_NEWNSID, (w) => self(w).s32(NETNSA_NSID, 8))).toMatchObject({
        errno: -EEXIST,
        text: "Peer netns already has a nsid assigned",
      });
      expect((await ask(RTM_GETNSID, (w) => self(w))).messages.map(ids)).toEqual(["7"]);
      nsproxy_net.set(current.task, bar);
      expect(await ask(RTM_NEWNSID, (w) => self(w).s32(NETNSA_NSID, 7))).toMatchObject({
        errno: -EEXIST,
        text: "The specified nsid is already used",
      });
      expect((await ask(RTM_GETNSID, (w) => self(w))).messages.map(ids)).toEqual(["-1"]);
      expect(await ask(RTM_NEWNSID, (w) => self(w).s32(NETNSA_NSID, -1))).toMatchObject({ errno: 0 });
      nsproxy_net.set(current.task, undefined);
      expect((await ip.send(current, RTM_GETNSID, NLM_F_DUMP, header)).messages.map(ids)).toEqual(["0", "7"]);
      put_net(current, foo);
      put_net(current, bar);
      await ip.close(current);
      await msleep(current, 1000);
      expect((await monitor.heard(current)).map(ids)).toEqual(["7", "0", "Deleted 0", "Deleted 7"]);
      await monitor.close(current);
    });
    expect(net.kernel.bugs).toEqual([]);
  });

  it("errors have the kernel's words", async () => {
    const net = await network();
    await net.call(async (current) => {
      const ip = RtnlClient.open(current, init_net(net.kernel));
      const ask = (type: number, fill: (w: AttributeWriter) => void): Promise<RtnlAnswer> => ip.send(current, type, 0, header, fill);
      expect(await ask(RTM_GETNSID, (w) => w.s32(NETNSA_NSID, 99))).toMatchObject({
        errno: -ENOENT,
        text: "Peer netns reference is invalid",
      });
      expect(await ask(RTM_GETNSID, (w) => w.u32(NETNSA_PID, 9999))).toMatchObject({
        errno: -ESRCH,
        text: "Peer netns reference is invalid",
      });
      expect(await ask(RTM_GETNSID, () => {})).toMatchObject({ errno: -EINVAL, text: "Peer netns reference is missing" });
      expect(await ask(RTM_NEWNSID, () => {})).toMatchObject({ errno: -EINVAL, text: "nsid is missing" });
      expect(await ask(RTM_NEWNSID, (w) => w.s32(NETNSA_NSID, 3))).toMatchObject({
        errno: -EINVAL,
        text: "Peer netns reference is missing",
      });
    });
  });

  it("can be asked for as another namespace sees them", async () => {
    const net = await network();
    await net.call(async (current) => {
      const home = init_net(net.kernel);
      const [foo, bar] = [await newNet(current), await newNet(current)];
      expect([peernet2id_alloc(current, home, foo), peernet2id_alloc(current, home, bar)]).toEqual([0, 1]);
      expect(peernet2id_alloc(current, foo, bar)).toBe(0);
      const ip = RtnlClient.open(current, home);
      const { messages } = await ip.send(current, RTM_GETNSID, NLM_F_DUMP, header, (w) => w.s32(NETNSA_TARGET_NSID, 0));
      expect(messages.map(ids)).toEqual(["0 here 1"]);
    });
  });

  it("are neither given by nor to a dying namespace", async () => {
    const net = await network();
    await net.call(async (current) => {
      const home = init_net(net.kernel);
      const foo = await newNet(current);
      peernet2id_alloc(current, foo, home);
      put_net(current, foo);
      expect(peernet2id_alloc(current, home, foo)).toBe(-1);
      expect(peernet2id(current, foo, home)).toBe(-1);
    });
  });
});
