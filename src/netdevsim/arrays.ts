/** Models the end of nsim_dev_dummy_fmsg_put() (drivers/net/netdevsim/health.c): the arrays, of which later kernels have fewer. */
import {
  type devlink_fmsg,
  devlink_fmsg_arr_pair_nest_end,
  devlink_fmsg_arr_pair_nest_start,
  devlink_fmsg_bool_pair_put,
  devlink_fmsg_bool_put,
  devlink_fmsg_obj_nest_end,
  devlink_fmsg_obj_nest_start,
  devlink_fmsg_u8_pair_put,
  devlink_fmsg_u8_put,
  devlink_fmsg_u32_put,
  devlink_fmsg_u64_put,
} from "../devlink/index.ts";

const ELEMENTS = 10;

function array(fmsg: devlink_fmsg, name: string, element: (i: number) => number): number {
  let err = devlink_fmsg_arr_pair_nest_start(fmsg, name);
  for (let i = 0; i < ELEMENTS && err === 0; i++) err = element(i);
  return err !== 0 ? err : devlink_fmsg_arr_pair_nest_end(fmsg);
}

function objects(fmsg: devlink_fmsg): number {
  return array(
    fmsg,
    "test_array_of_objects",
    (i) =>
      devlink_fmsg_obj_nest_start(fmsg) ||
      devlink_fmsg_bool_pair_put(fmsg, "in_array_nested_test_bool", false) ||
      devlink_fmsg_u8_pair_put(fmsg, "in_array_nested_test_u8", i) ||
      devlink_fmsg_obj_nest_end(fmsg),
  );
}

/** Up to v5.15. */
export function arraysOfAllKinds(fmsg: devlink_fmsg): number {
  return (
    array(fmsg, "test_bool_array", () => devlink_fmsg_bool_put(fmsg, true)) ||
    array(fmsg, "test_u8_array", (i) => devlink_fmsg_u8_put(fmsg, i)) ||
    array(fmsg, "test_u32_array", (i) => devlink_fmsg_u32_put(fmsg, i)) ||
    array(fmsg, "test_u64_array", (i) => devlink_fmsg_u64_put(fmsg, BigInt(i))) ||
    objects(fmsg)
  );
}

/** From v5.16 on: when arrays of other kinds were taken out, the end of one stayed behind, which user space stumbles over. */
export function arraysWithoutBegin(fmsg: devlink_fmsg): number {
  return devlink_fmsg_arr_pair_nest_end(fmsg) || array(fmsg, "test_u32_array", (i) => devlink_fmsg_u32_put(fmsg, i)) || objects(fmsg);
}
