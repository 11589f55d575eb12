/**
 * Models devlink parameters (net/core/devlink.c): values of a device in up to three configuration modes. A driverinit
 * value is kept here and takes effect at the next reload; the other modes are read from and written to the driver.
 * Left out: parameters of ports, default values.
 */
import { EINVAL, EOPNOTSUPP, type Frame, WARN_ON } from "../kernel/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_PARAM,
  DEVLINK_ATTR_PARAM_GENERIC,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_TYPE,
  DEVLINK_ATTR_PARAM_VALUE,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_PARAM_VALUE_DATA,
  DEVLINK_ATTR_PARAM_VALUES_LIST,
  DEVLINK_CMD_PARAM_DEL,
  DEVLINK_CMD_PARAM_NEW,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_PARAM_CMODE_PERMANENT,
  NLA_FLAG,
  NLA_STRING,
  NLA_U8,
  NLA_U16,
  NLA_U32,
} from "../netlink/index.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import { strategiesOf } from "./state.ts";
import type { DevlinkParamType, DevlinkParamValue, devlink, devlink_param, devlink_param_item } from "./types.ts";

/** The netlink type number of each type of value. */
export const PARAM_NLA_TYPE: Readonly<Record<DevlinkParamType, number>> = {
  u8: NLA_U8,
  u16: NLA_U16,
  u32: NLA_U32,
  string: NLA_STRING,
  bool: NLA_FLAG,
};

export function paramItem(devlink: devlink, match: (param: devlink_param) => boolean): devlink_param_item | null {
  return devlink.param_list.find((item) => match(item.param)) ?? null;
}

/** devlink_params_register(): takes devlink->lock (or is called with it). 0; a name that is already there is a bug. */
export async function devlink_params_register(caller: Frame, devlink: devlink, params: readonly devlink_param[]): Promise<number> {
  const current = caller.enter("devlink_params_register");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  current.writes(devlink.param_list);
  for (const param of params) {
    WARN_ON(
      current,
      paramItem(devlink, (p) => p.name === param.name) !== null,
      `WARNING: parameter ${param.name} of ${devlink.handle} is registered twice`,
    );
    const item: devlink_param_item = { param, driverinit_value: null, published: false };
    devlink.param_list.push(item);
    await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_NEW);
  }
  locking.unlockObjects(current, devlink);
  return 0;
}

export async function devlink_params_unregister(caller: Frame, devlink: devlink, params: readonly devlink_param[]): Promise<void> {
  const current = caller.enter("devlink_params_unregister");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  current.writes(devlink.param_list);
  for (const param of params) {
    const item = paramItem(devlink, (p) => p === param);
    if (WARN_ON(current, item === null, `WARNING: parameter ${param.name} of ${devlink.handle} is not registered`) || item === null)
      continue;
    await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_DEL);
    devlink.param_list.splice(devlink.param_list.indexOf(item), 1);
  }
  locking.unlockObjects(current, devlink);
}

/** devlink_params_publish(): from now on user space sees all values. Takes no lock. */
export async function devlink_params_publish(caller: Frame, devlink: devlink): Promise<void> {
  const current = caller.enter("devlink_params_publish");
  for (const item of devlink.param_list) {
    if (item.published) continue;
    item.published = true;
    await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_NEW);
  }
}

export async function devlink_params_unpublish(caller: Frame, devlink: devlink): Promise<void> {
  const current = caller.enter("devlink_params_unpublish");
  for (const item of devlink.param_list) {
    if (!item.published) continue;
    item.published = false;
    await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_DEL);
  }
}

/** devlink_param_driverinit_value_get(): the value to load with; -EINVAL for an unknown id, -EOPNOTSUPP if none was set. */
export function devlink_param_driverinit_value_get(
  devlink: devlink,
  id: number,
): { readonly value: DevlinkParamValue } | { readonly errno: number } {
  const item = paramItem(devlink, (param) => param.id === id);
  if (item === null) return { errno: -EINVAL };
  if (item.driverinit_value === null || !cmodeIsSupported(item.param, DEVLINK_PARAM_CMODE_DRIVERINIT)) return { errno: -EOPNOTSUPP };
  return { value: item.driverinit_value };
}

/** devlink_param_driverinit_value_set(): the driver's first value. Takes no lock, notifies. */
export async function devlink_param_driverinit_value_set(
  caller: Frame,
  devlink: devlink,
  id: number,
  value: DevlinkParamValue,
): Promise<number> {
  const current = caller.enter("devlink_param_driverinit_value_set");
  const item = paramItem(devlink, (param) => param.id === id);
  if (item === null) return -EINVAL;
  if (!cmodeIsSupported(item.param, DEVLINK_PARAM_CMODE_DRIVERINIT)) return -EOPNOTSUPP;
  item.driverinit_value = value;
  await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_NEW);
  return 0;
}

export function cmodeIsSupported(param: devlink_param, cmode: number): boolean {
  return (param.supported_cmodes & (1 << cmode)) !== 0;
}

/** devlink_param_notify(): nothing while a value cannot be told. */
export async function devlink_param_notify(caller: Frame, devlink: devlink, item: devlink_param_item, cmd: number): Promise<void> {
  if (!devlink.registered) return;
  const current = caller.enter("devlink_param_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => devlink_nl_param_fill(current, msg, devlink, item));
}

/** devlink_nl_param_fill(): -EOPNOTSUPP if a driverinit value has never been set; or the driver's error. */
export async function devlink_nl_param_fill(
  caller: Frame,
  msg: AttributeWriter,
  devlink: devlink,
  item: devlink_param_item,
): Promise<number> {
  const current = caller.enter("devlink_nl_param_fill");
  const { param } = item;
  const values: { cmode: number; value: DevlinkParamValue }[] = [];
  for (let cmode = 0; cmode <= DEVLINK_PARAM_CMODE_PERMANENT; cmode++) {
    if (!cmodeIsSupported(param, cmode)) continue;
    if (cmode === DEVLINK_PARAM_CMODE_DRIVERINIT) {
      if (item.driverinit_value === null) return -EOPNOTSUPP;
      values.push({ cmode, value: item.driverinit_value });
    } else if (item.published) {
      if (param.get === undefined) return -EOPNOTSUPP;
      const got = await param.get(current, devlink, cmode);
      if ("errno" in got) return got.errno;
      values.push({ cmode, value: got.value });
    }
  }
  devlink_nl_put_handle(msg, devlink);
  msg.nest(DEVLINK_ATTR_PARAM, (nest) => putParam(nest, param, values));
  return 0;
}

function putParam(nest: AttributeWriter, param: devlink_param, values: readonly { cmode: number; value: DevlinkParamValue }[]): void {
  nest.string(DEVLINK_ATTR_PARAM_NAME, param.name);
  if (param.generic) nest.flag(DEVLINK_ATTR_PARAM_GENERIC);
  nest.u8(DEVLINK_ATTR_PARAM_TYPE, PARAM_NLA_TYPE[param.type]);
  nest.nest(DEVLINK_ATTR_PARAM_VALUES_LIST, (list) => {
    for (const { cmode, value } of values) {
      list.nest(DEVLINK_ATTR_PARAM_VALUE, (entry) => {
        entry.u8(DEVLINK_ATTR_PARAM_VALUE_CMODE, cmode);
        putValue(entry, param.type, value);
      });
    }
  });
}

/** A true bool is a flag that is there, a false one a flag that is not. */
function putValue(entry: AttributeWriter, type: DevlinkParamType, value: DevlinkParamValue): void {
  if (type === "u8") entry.u8(DEVLINK_ATTR_PARAM_VALUE_DATA, Number(value));
  else if (type === "u16") entry.u16(DEVLINK_ATTR_PARAM_VALUE_DATA, Number(value));
  else if (type === "u32") entry.u32(DEVLINK_ATTR_PARAM_VALUE_DATA, Number(value));
  else if (type === "string") entry.string(DEVLINK_ATTR_PARAM_VALUE_DATA, String(value));
  else if (value === true) entry.flag(DEVLINK_ATTR_PARAM_VALUE_DATA);
}
