/**
 * Proves rdma's whole command line against the real program: each line of a table was run by the real rdma of iproute2 6.1.0
 * on this emulator's own kernel, and must give the same streams and the same status here.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

const SETUP = `ip link add d0 type dummy; ip link set d0 up; ip addr add 10.1.1.1/24 dev d0
rdma link add rxe0 type rxe netdev d0
`;

/** The lines of the table with what belongs to each: `== rdma ARGUMENTS`, then the streams and the status. */
function recorded(): string[] {
  const text = readFileSync(new URL("rdma-recorded.txt", import.meta.url), "utf8");
  return text
    .slice(text.indexOf("== "))
    .trimEnd()
    .split(/\n(?=== )/);
}

const SHOW = `while IFS= read -r l; do echo "O:$l"; done </tmp/o; while IFS= read -r l; do echo "E:$l"; done </tmp/e; echo "rc $rc"`;

test("every recorded command line prints and ends as the real program does", async () => {
  const cases = recorded();
  const commands = cases.map((each) => each.slice("== ".length, each.indexOf("\n")));
  const script = commands.map((command) => `echo '== ${command}'; ${command} >/tmp/o 2>/tmp/e; rc=$?; ${SHOW}`);
  const { stdout } = await run(`${SETUP}${script.join("\n")}\n`, { era: "v6.3" });
  const usage = stdout.replaceAll(/O:\[?Usage:.*\n(O:.*\n)*/g, "O:<usage>\n");
  expect(usage.trimEnd().split(/\n(?=== )/)).toEqual(cases);
});
