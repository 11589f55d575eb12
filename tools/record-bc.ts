/** Records what this host's bc (1.07.1, as Debian 12 has it) makes of the programs of test/coreutils/bc.txt, into bc.json beside them. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { BC_CASES, type BcAnswer, type BcCase } from "../test/coreutils/bc.ts";

function record({ argv, input }: BcCase): BcAnswer {
  const [program = "", ...args] = argv;
  const { stdout, stderr, status } = spawnSync(program, args, {
    input,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    encoding: "utf8",
    timeout: 10_000,
  });
  if (status === null) throw new Error(`${argv.join(" ")} did not end: ${input}`);
  return { argv, input, stdout, stderr, status };
}

const version = spawnSync("bc", ["--version"], { encoding: "utf8" }).stdout.split("\n")[0] ?? "";
if (version !== "bc 1.07.1") throw new Error(`bc 1.07.1 is needed, this host has: ${version}`);
writeFileSync(new URL("../test/coreutils/bc.json", import.meta.url), `${JSON.stringify(BC_CASES.map(record), null, 1)}\n`);
