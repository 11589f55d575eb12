/**
 * Proves what a user of netdevsim sees on an older and a newer kernel: ports and virtual functions, failed reloads, health
 * reporters, flash and resources, with every message and status. Each session is typed and must come out as it is written.
 */
import { expect, test } from "vitest";
import { commandsOf, session } from "../support/typed.ts";
import {
  FAILED_RELOAD,
  FILES_EARLY,
  FLASH,
  FLASH_EARLY,
  FLASH_LATE,
  HEALTH,
  PORTS,
  PORTS_EARLY,
  PORTS_LATE,
  RESOURCES,
} from "./sessions.ts";

const KERNELS = [
  ["v5.10.223", "devlink", PORTS_EARLY, FLASH_EARLY],
  ["v6.3", "leftover", PORTS_LATE, FLASH_LATE],
] as const;

test("files (v5.10.223)", async () => {
  expect(await session("v5.10.223", commandsOf(FILES_EARLY))).toBe(FILES_EARLY);
});

for (const [era, modname, ports, flash] of KERNELS) {
  const cases: Readonly<Record<string, string>> = {
    ports: PORTS,
    "ports of this kernel": ports,
    "a failed reload": FAILED_RELOAD,
    health: HEALTH,
    flash: FLASH,
    "flash of this kernel": flash,
    resources: RESOURCES,
  };
  for (const [name, text] of Object.entries(cases)) {
    test(`${name} (${era})`, async () => {
      const expected = text.replaceAll("MOD:", `${modname}:`);
      expect(await session(era, commandsOf(expected))).toBe(expected.replace(/^# .*\n/gm, ""));
    });
  }
}
