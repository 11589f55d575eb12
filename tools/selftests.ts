/**
 * `npm run selftests -- [--era ERA] [--all] [PATH_TO_KERNEL_SOURCE]`: runs the kernel's own tests of devlink and netdevsim on the
 * emulated machine, unmodified, each on a machine of its own, and reports every test by name. Without a path the scripts come
 * from Debian's package linux-source-6.1, into a cache outside the tree; only the folders that are named here are unpacked.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { nodeHost } from "../src/cli/host.ts";
import { findEra } from "../src/eras.ts";
import { runScenario, verdictOf } from "../src/report/index.ts";

const SELFTESTS = "tools/testing/selftests";
const SCRIPTS = "drivers/net/netdevsim";
const LIBRARIES = "net/forwarding";
/** The two that a change must not break. */
const DEFAULT_SCRIPTS = ["devlink.sh", "devlink_in_netns.sh"];
const PACKAGE = "linux-source-6.1";
const TREE_LIMITS = { files: 10_000, bytes: 64 * 1024 * 1024 };
const GUEST = "/selftests";

/** A complaint that ends the program. */
function refuse(message: string): never {
  process.stderr.write(`selftests: ${message}\n`);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({
      options: {
        era: { type: "string", default: "v6.3" },
        all: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message.split(".")[0] : error}; [TREE [SCRIPT...]] [--era ERA] [--all] [--verbose]`);
  }
}

const host = nodeHost();
const { values, positionals } = given();

/** The folder tools/testing/selftests of a kernel's source. */
function selftestsOf(source: string): string {
  const folder = join(source, SELFTESTS);
  return existsSync(join(folder, SCRIPTS))
    ? folder
    : refuse(`${source} holds no ${SELFTESTS}/${SCRIPTS}; give the folder of a kernel's source`);
}

/** From Debian's package, unpacked once. */
function cachedSource(): string {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mlx5-emu", PACKAGE);
  if (existsSync(join(cache, SELFTESTS, SCRIPTS))) return cache;
  mkdirSync(cache, { recursive: true });
  const without = "give the folder of a kernel's source as an argument";
  const fetched = spawnSync("apt-get", ["download", PACKAGE], { cwd: cache, encoding: "utf8" });
  const file = readdirSync(cache).find((name) => name.endsWith(".deb"));
  if (fetched.status !== 0 || file === undefined) {
    refuse(`cannot download ${PACKAGE} with apt-get (${(fetched.stderr ?? String(fetched.error)).trim().split("\n")[0]}); ${without}`);
  }
  const members = [`*/${SELFTESTS}/${SCRIPTS}/*`, `*/${SELFTESTS}/${LIBRARIES}/*.sh`].map((name) => `'${name}'`).join(" ");
  const unpack = `dpkg-deb --fsys-tarfile ${file} | tar -xO ./usr/src/${PACKAGE}.tar.xz | tar -xJ --strip-components=1 --wildcards ${members}`;
  const unpacked = spawnSync("bash", ["-o", "pipefail", "-c", unpack], { cwd: cache, encoding: "utf8" });
  rmSync(join(cache, file));
  if (unpacked.status !== 0) refuse(`cannot unpack ${file}: ${unpacked.stderr.trim().split("\n")[0]}; ${without}`);
  return cache;
}

interface Outcome {
  readonly name: string;
  readonly result: "ok" | "FAIL" | "skip";
}

/** What a script's output says of its tests: `TEST: name  [ OK ]`. */
function outcomesIn(output: string): Outcome[] {
  const found: Outcome[] = [];
  for (const line of output.split("\n")) {
    const [, name, result] = /^\s*TEST: (.*?)\s*\[\s*([A-Z]+)\s*\]/.exec(line) ?? [];
    if (name !== undefined) found.push({ name, result: result === "OK" ? "ok" : result === "FAIL" ? "FAIL" : "skip" });
    else if (line.startsWith("SKIP:")) found.push({ name: line.slice(5).trim(), result: "skip" });
  }
  return found;
}

async function runOne(script: string, folder: string, eraName: string): Promise<readonly Outcome[]> {
  const era = findEra(eraName) ?? refuse(`unknown era ${eraName}`);
  const entries = host.readTree(folder, TREE_LIMITS) ?? refuse(`${folder} is too large`);
  let output = "";
  const keep = (bytes: Uint8Array): void => {
    output += new TextDecoder().decode(bytes);
  };
  const start = performance.now();
  const outcome = await runScenario({
    options: {
      era,
      notifier: era.notifier,
      devices: [],
      folders: [{ source: "selftests", target: GUEST, readonly: true, entries }],
      wasm: host.wasm,
      hostTurn: async () => void (await setImmediate()),
    },
    // The packet generator that the libraries ask for is not needed by these scripts; those before 6.1 want a program in its place.
    script: { name: "selftest.sh", text: `export REQUIRE_MZ=no MZ=/usr/bin/true\ncd ${GUEST}/${SCRIPTS} && ./${script}\n` },
    io: { stdout: keep, stderr: keep },
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const tests = outcomesIn(output);
  process.stdout.write(`${script} (${seconds} s, status ${outcome.status ?? "none"}, ${verdictOf(outcome)})\n`);
  for (const { name, result } of tests) process.stdout.write(`  ${result.padEnd(4)}  ${name}\n`);
  if (values.verbose || tests.length === 0) process.stdout.write(output.replace(/^/gm, "  | "));
  return tests.length === 0 ? [{ name: script, result: outcome.status === 0 ? "ok" : "FAIL" }] : tests;
}

const folder = selftestsOf(positionals[0] ?? cachedSource());
const every = readdirSync(join(folder, SCRIPTS)).filter((name) => name.endsWith(".sh") && !name.endsWith("-common.sh"));
const named = positionals.slice(1);
const outcomes: Outcome[] = [];
for (const script of named.length > 0 ? named : values.all ? every : DEFAULT_SCRIPTS)
  outcomes.push(...(await runOne(script, folder, values.era)));
const passed = outcomes.filter(({ result }) => result === "ok").length;
process.exitCode = passed === outcomes.length ? 0 : 1;
process.stdout.write(`${passed} of ${outcomes.length} passed\n`);
