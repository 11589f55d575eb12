/** Proves that probe and remove run under the device lock: who unbinds waits for a probe that hangs, and hangs with it. */
import { describe, expect, it } from "vitest";
import {
  base_init,
  bus_register,
  type bus_type,
  device,
  device_add,
  device_del,
  device_rename,
  driver_register,
} from "../../src/base/index.ts";
import { EEXIST, EINVAL, stackNames, wait_once, wait_queue_head } from "../../src/kernel/index.ts";
import { runTasks } from "../support/kernel.ts";
import { sysfsList, sysfsWrite } from "../support/sysfs.ts";

const bus: bus_type = { name: "testbus", match: (dev, drv) => dev.name.startsWith(drv.name) };

describe("the device lock", () => {
  it("is held by probe; unbind of the device waits for it in device_driver_detach, and cannot be killed", async () => {
    const never = new wait_queue_head("hardware");
    const { tasks } = await runTasks({
      prober: async (current) => {
        base_init(current);
        bus_register(current, bus);
        await driver_register(current, {
          name: "slow",
          bus,
          probe: (frame) => wait_once(frame.enter("slow_probe"), never, "TASK_UNINTERRUPTIBLE"),
        });
        await device_add(current, new device(current.kernel, "slow0", { bus }));
      },
      writer: async (current) => {
        await sysfsWrite(current, "bus/testbus/drivers/slow/unbind", "slow0\n");
      },
    });
    expect(
      tasks.map((task) => [task.comm, task.state, stackNames(task.wait?.frame ?? null).slice(-2), task.held.map((hold) => hold.lock.name)]),
    ).toEqual([
      ["prober", "TASK_UNINTERRUPTIBLE", ["really_probe", "slow_probe"], ["&dev->mutex"]],
      ["writer", "TASK_UNINTERRUPTIBLE", ["unbind_store", "device_driver_detach"], []],
    ]);
    expect(tasks[1]?.wait?.on.name).toBe("&dev->mutex");
  });

  it("is not there for devices without bus: a class device only has its place in sysfs", async () => {
    await runTasks({
      test: async (current) => {
        base_init(current);
        const cls = { name: "testclass" };
        const parent = new device(current.kernel, "parent");
        const first = new device(current.kernel, "one", { parent, class: cls });
        const second = new device(current.kernel, "two", { class: cls });
        expect([await device_add(current, parent), await device_add(current, first), await device_add(current, second)]).toEqual([0, 0, 0]);
        expect(await device_add(current, new device(current.kernel, "one", { parent, class: cls }))).toBe(-EEXIST);
        expect(await device_add(current, new device(current.kernel, "", { class: cls }))).toBe(-EINVAL);
        expect(sysfsList(current, "devices/parent/testclass")).toEqual(["one"]);
        expect(sysfsList(current, "devices/virtual/testclass/two")).toEqual(["subsystem", "uevent"]);
        expect(device_rename(current, first, "eins")).toBe(0);
        expect(sysfsList(current, "class/testclass")).toEqual(["eins", "two"]);
        expect(sysfsList(current, "class/testclass/eins")).toEqual(["device", "subsystem", "uevent"]);
        await device_del(current, first);
        expect(sysfsList(current, "class/testclass")).toEqual(["two"]);
      },
    });
  });
});
