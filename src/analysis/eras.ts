/** What the kernel's own detectors print in the kernels that the machine can be: data only. */
import { type StackStyle, stacksOf5_10, stacksOf6_1 } from "../kernel/index.ts";
import type { HungTaskStyle } from "./hung-task.ts";
import { taskTextOf5_10, taskTextOf6_1 } from "./task-text.ts";

export interface DetectorStyle {
  readonly stacks: StackStyle;
  readonly hung_task: HungTaskStyle;
}

export const detectorsOf5_10: DetectorStyle = {
  stacks: stacksOf5_10,
  hung_task: { task: taskTextOf5_10, says_suppressed: false, names_owner: false },
};

export const detectorsOf6_1: DetectorStyle = {
  stacks: stacksOf6_1,
  hung_task: { task: taskTextOf6_1, says_suppressed: false, names_owner: false },
};
