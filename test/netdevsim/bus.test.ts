/** Proves how netdevsim devices are made and removed through sysfs, with the kernel's errors and log lines. */
import { describe, expect, it } from "vitest";
import { devlink_net, devlinkInstances } from "../../src/devlink/index.ts";
import { EINVAL, ENOENT, ENOSPC, type Frame } from "../../src/kernel/index.ts";
import { for_each_netdev, init_net, type net_device, nsproxy_net } from "../../src/net/index.ts";
import { NETDEVSIM_ERAS, netdevsim_init, nsim_bus_dev_create } from "../../src/netdevsim/index.ts";
import { IFF_BROADCAST, IFF_NOARP } from "../../src/netlink/index.ts";
import { bench, type EraName, newNet } from "../support/devlink.ts";
import { sysfsList, sysfsRead, sysfsWrite } from "../support/sysfs.ts";

async function withModule(body: (current: Frame) => Promise<void>, era: EraName = "v5.10.223"): Promise<string[]> {
  const machine = await bench(era);
  await machine.run({
    test: async (current) => {
      await netdevsim_init(current, NETDEVSIM_ERAS[era]);
      await body(current);
    },
  });
  expect(machine.kernel.bugs).toEqual([]);
  return machine.kernel.log.lines.map((line) => line.text);
}

const newDevice = (current: Frame, text: string): Promise<number> => sysfsWrite(current, "bus/netdevsim/new_device", text);
const delDevice = (current: Frame, text: string): Promise<number> => sysfsWrite(current, "bus/netdevsim/del_device", text);
const handles = (current: Frame): string[] => devlinkInstances(current.kernel).map((devlink) => devlink.handle);

describe("/sys/bus/netdevsim", () => {
  it("has the files of a bus and the two of its own", async () => {
    await withModule(async (current) => {
      expect(sysfsList(current, "bus/netdevsim")).toEqual([
        "del_device",
        "devices",
        "drivers",
        "drivers_autoprobe",
        "drivers_probe",
        "new_device",
        "uevent",
      ]);
    });
  });

  it("makes a device with as many ports as asked for, one by default", async () => {
    await withModule(async (current) => {
      expect(await newDevice(current, "10 1\n")).toBe(5);
      expect(await newDevice(current, "11 2\n")).toBe(5);
      expect(await newDevice(current, "12\n")).toBe(3);
      expect(await newDevice(current, "13 0\n")).toBe(5);
      expect(sysfsList(current, "bus/netdevsim/devices")).toEqual(["netdevsim10", "netdevsim11", "netdevsim12", "netdevsim13"]);
      expect(devlinkInstances(current.kernel).map((devlink) => devlink.port_list.length)).toEqual([1, 2, 1, 0]);
      expect(await sysfsRead(current, "bus/netdevsim/devices/netdevsim10/uevent")).toBe("DRIVER=netdevsim\n");
    });
  });

  it("refuses what is not a number and an id that is in use, and says why in the log", async () => {
    const lines = await withModule(async (current) => {
      expect(await newDevice(current, "10\n")).toBe(3);
      expect(await newDevice(current, "10 1\n")).toBe(-ENOSPC);
      expect(await newDevice(current, "\n")).toBe(-EINVAL);
      expect(await newDevice(current, "abc\n")).toBe(-EINVAL);
      expect(await newDevice(current, "4294967295\n")).toBe(-EINVAL);
      expect(await delDevice(current, "99\n")).toBe(-ENOENT);
      expect(await delDevice(current, "abc\n")).toBe(-EINVAL);
    });
    expect(lines.filter((line) => line.includes("device") || line.includes("id"))).toEqual([
      'Format for adding new device is "id port_count" (uint uint).',
      'Format for adding new device is "id port_count" (uint uint).',
      'Value of "id" is too big.',
      'Format for deleting device is "id" (uint).',
    ]);
  });

  it.each(["v5.10.223", "v6.3"] as const)("removes a device with all that belongs to it (%s)", async (era) => {
    await withModule(async (current) => {
      await newDevice(current, "10 2\n");
      expect([...for_each_netdev(current, init_net(current.kernel))].map((dev: net_device) => dev.name)).toEqual(["lo", "eth0", "eth1"]);
      expect(await delDevice(current, "10\n")).toBe(3);
      expect([...for_each_netdev(current, init_net(current.kernel))].map((dev: net_device) => dev.name)).toEqual(["lo"]);
      expect(handles(current)).toEqual([]);
      expect(sysfsList(current, "bus/netdevsim/devices")).toEqual([]);
      expect(await newDevice(current, "10\n")).toBe(3);
      expect(handles(current)).toEqual(["netdevsim/netdevsim10"]);
    }, era);
  });

  it("makes a device in the writer's namespace", async () => {
    await withModule(async (current) => {
      const foo = await newNet(current);
      nsproxy_net.set(current.task, foo);
      await nsim_bus_dev_create(current, 1, 1);
      nsproxy_net.set(current.task, undefined);
      expect(devlinkInstances(current.kernel).map(devlink_net)).toEqual([foo]);
      const [, eth0] = [...for_each_netdev(current, foo)];
      expect([eth0?.name, eth0?.flags]).toEqual(["eth0", IFF_BROADCAST | IFF_NOARP]);
    });
  });
});
