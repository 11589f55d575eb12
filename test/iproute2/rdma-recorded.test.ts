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

test("a batch runs line by line, stops at the first failure, and with -f goes on, as the real program does", async () => {
  const lines = "dev show rxe0\n# comment\nlink show rxe0/1\n\nbogus\ndev show nosuch\nlink show rxe0/1\n";
  const script = `printf '${lines.replaceAll("\n", "\\n")}' > b; rdma -b b; echo $?; rdma -j -f -b b | cut -c1-30; rdma -b nosuch; echo $?`;
  const { stdout, stderr } = await run(`${SETUP}${script}\n`, { era: "v6.3" });
  const link = "link rxe0/1 state ACTIVE physical_state LINK_UP netdev d0 ";
  expect(stdout.replace(/node_guid.*/, "...").split("\n")).toEqual([
    ...["1: rxe0: node_type ca ...", link, "1"],
    ...['[{"ifindex":1,"ifname":"rxe0",', '[{"ifindex":1,"ifname":"rxe0",', "[]", '[{"ifindex":1,"ifname":"rxe0",'],
    ...["1", ""],
  ]);
  const failed = ["Unknown object 'bogus'.", "Wrong device name - nosuch", "Command failed b:6"];
  expect(stderr.split("\n")).toEqual([...failed, ...failed, 'Cannot open file "nosuch" for reading: No such file or directory', ""]);
});
