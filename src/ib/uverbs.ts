/**
 * Models the ib_uverbs module (core/uverbs_main.c): for each IB device that programs can use there is a device of class
 * infiniband_verbs, seen in every namespace. Left out: /dev/infiniband and everything that can be done with it.
 */
import { device, device_add, type device_attribute, type device_class, device_del } from "../base/index.ts";
import { type Frame, type LoadableModule, staticData } from "../kernel/index.ts";
import { type IbClientOps, ib_client, ib_register_client, ib_set_client_data, ib_unregister_client } from "./core/client.ts";
import type { ib_device } from "./core/device.ts";

/** Numbers of the character devices. */
const IB_UVERBS_MAJOR = 231;
const IB_UVERBS_BASE_MINOR = 192;

const uverbs_class: device_class = { name: "infiniband_verbs", uevent: (dev) => ({ DEVNAME: `infiniband/${dev.name}` }) };

const uverbs_client: IbClientOps = {
  name: "uverbs",
  async add(caller, ibdev, self) {
    const current = caller.enter("ib_uverbs_add_one");
    const { numbers } = statics(current.kernel);
    const devnum = lowestFree(numbers);
    numbers.add(devnum);
    const dev = new device(current.kernel, `uverbs${devnum}`, {
      parent: ibdev.parent,
      class: uverbs_class,
      attributes: attributes(ibdev, devnum),
    });
    const error = await device_add(current, dev);
    if (error !== 0) {
      numbers.delete(devnum);
      return error;
    }
    ib_set_client_data(current, ibdev, self, { dev, devnum } satisfies ib_uverbs_device);
    return 0;
  },
  async remove(caller, _ibdev, data) {
    const current = caller.enter("ib_uverbs_remove_one");
    const { dev, devnum } = data as ib_uverbs_device;
    await device_del(current, dev);
    statics(current.kernel).numbers.delete(devnum);
  },
};

interface ib_uverbs_device {
  readonly dev: device;
  readonly devnum: number;
}

const statics = staticData(() => ({ client: new ib_client(uverbs_client), numbers: new Set<number>() }));

function attributes(ibdev: ib_device, devnum: number): readonly device_attribute[] {
  const file = (name: string, show: () => string): device_attribute => ({ name, mode: 0o444, show: () => `${show()}\n` });
  return [
    file("dev", () => `${IB_UVERBS_MAJOR}:${IB_UVERBS_BASE_MINOR + devnum}`),
    file("ibdev", () => ibdev.name),
    file("abi_version", () => String(ibdev.ops.uverbs_abi_ver)),
  ];
}

function lowestFree(numbers: ReadonlySet<number>): number {
  let number = 0;
  while (numbers.has(number)) number++;
  return number;
}

export const ibUverbsModule: LoadableModule = {
  name: "ib_uverbs",
  depends: ["ib_core"],
  size: 167_936,
  async init(caller: Frame) {
    const current = caller.enter("ib_uverbs_init");
    return ib_register_client(current, statics(current.kernel).client);
  },
  async exit(caller: Frame) {
    const current = caller.enter("ib_uverbs_cleanup");
    await ib_unregister_client(current, statics(current.kernel).client);
  },
};
