/** `mlx5-emu locking-selftest`: the kernel's own table of what its lock validator must find, and of what it must not. */
import { locking_selftest } from "../analysis/index.ts";
import type { LockdepMode } from "../detectors.ts";
import type { Host } from "./host.ts";

/** 0 if every cell came out as a kernel expects, 4 if not. */
export async function lockingSelftest(host: Host, flags: { readonly lockdep: LockdepMode }): Promise<number> {
  const { lines, unexpected } = await locking_selftest({ lockdep: flags.lockdep !== "off", hostTurn: host.turn });
  host.stdout(`${lines.join("\n")}\n`);
  return unexpected === 0 ? 0 : 4;
}
