/**
 * Proves that a netdevsim device takes as many routes and rules as its resources allow, wherever it is: who adds one too many
 * is refused, and so is a reload into sizes that are too small. Kernels differ in what lo brings and in the errno.
 */
import { expect, test } from "vitest";
import { commandsOf, session } from "../support/typed.ts";
import { ROUTES } from "./fib-sessions.ts";

test.each([
  ["v5.10.223", 4, "No space left on device"],
  ["v6.3", 3, "Operation not permitted"],
] as const)("routes and rules (%s)", async (era, occ, errno) => {
  const expected = ROUTES.replaceAll(/^OCC$/gm, String(occ))
    .replaceAll(/^FULL$/gm, String(occ + 1))
    .replace("ERRNO", errno);
  expect(await session(era, commandsOf(expected))).toBe(expected.replace(/^# .*\n/gm, ""));
});
