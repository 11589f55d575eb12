/**
 * Models core/cmd.c: a command to the firmware. The task sleeps, uninterruptible, until the answer comes; meanwhile others
 * run. Left out: the command queue's slots, pages that the firmware asks for, errors.
 */
import { type Frame, schedule_timeout } from "../kernel/index.ts";

/** How long the firmware takes, virtual ns; those that are not named take CMD_NS. */
const CMD_NS = 20_000;
const SLOW: Readonly<Record<string, number>> = {
  ENABLE_HCA: 100_000,
  INIT_HCA: 5_000_000,
  TEARDOWN_HCA: 5_000_000,
  DISABLE_HCA: 100_000,
  MANAGE_PAGES: 2_000_000,
};

/** mlx5_cmd_exec(): 0. `opcode` is the command's name without MLX5_CMD_OP_. */
export async function mlx5_cmd_exec(caller: Frame, opcode: string): Promise<number> {
  const current = caller.enter("mlx5_cmd_exec").enter("cmd_exec").enter("mlx5_cmd_invoke").enter("wait_func");
  await schedule_timeout(current, SLOW[opcode] ?? CMD_NS, "TASK_UNINTERRUPTIBLE", `mlx5_cmd ${opcode}`);
  return 0;
}
