/**
 * Proves the kernel's own test of its lock validator: 34 cells of mutexes and rw_semaphores as the kernel expects them, none of
 * ours that must stay silent reported; and without the validator, the table of a kernel without CONFIG_PROVE_LOCKING.
 */
import { expect, test } from "vitest";
import { mlx5emu } from "./fake-host.ts";

const ROWS = [
  "A-A deadlock",
  "A-B-B-A deadlock",
  "A-B-B-C-C-A deadlock",
  "A-B-C-A-B-C deadlock",
  "A-B-B-C-C-D-D-A deadlock",
  "A-B-C-D-B-D-D-A deadlock",
  "A-B-C-D-B-C-D-A deadlock",
  "double unlock",
  "initialize held",
];

const RWSEM_ROWS = [
  "recursive read-lock",
  "recursive read-lock #2",
  "mixed read-write-lock",
  "mixed write-read-lock",
  "mixed read-lock/lock-write ABBA",
  "mixed read-lock/lock-read ABBA",
  "mixed write-lock/lock-write ABBA",
];

const QUIET = ["A-B-C ordered", "released out of order", "nested subclasses", "trylock of the class held", "trylock against the order"];
const QUIET_MUTEX = ["nest lock", "trylock of one's own lock"];

function table(cell: string, end: readonly string[]): string {
  const rule = `  ${"-".repeat(74)}`;
  const row = (name: string, cells: string): string => `${name.padStart(33)}:${cells}`;
  return [
    "------------------------",
    "| Locking API testsuite:",
    "----------------------------------------------------------------------------",
    "                                 |mutex | wsem | rsem |",
    rule,
    ...ROWS.map((name) => row(name, `${cell}|`.repeat(3))),
    rule,
    ...RWSEM_ROWS.map((name) => row(name, `             |${cell}|`)),
    rule,
    ...QUIET.map((name) => row(name, "  ok  |  ok  |  ok  |")),
    ...QUIET_MUTEX.map((name) => row(name, "  ok  |")),
    ...end,
    "",
  ].join("\n");
}

test("with the validator all cells are as the kernel's", async () => {
  expect(await mlx5emu(["locking-selftest"])).toMatchObject({
    status: 0,
    stdout: table("  ok  ", [
      "-------------------------------------------------------",
      "Good, all  51 testcases passed! |",
      "---------------------------------",
    ]),
    stderr: "",
  });
});

test("without it those that need it fail, as expected", async () => {
  expect(await mlx5emu(["locking-selftest", "--lockdep", "off"])).toMatchObject({
    status: 0,
    stdout: table("failed", [
      "--------------------------------------------------------",
      " 34 out of  51 testcases failed, as expected. |",
      "----------------------------------------------------",
    ]),
    stderr: "",
  });
});
