/**
 * Proves that the blast radius is what real machines show: every command that was tried after the deadlock, alone or one
 * after the other, works, fails or hangs as recorded on them, and hangs in the recorded state; and that trying changes
 * nothing of the run that is replayed. Rows that the list of differences names are left to that list.
 */
import { readFileSync } from "node:fs";
import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { driver as fakemlx5 } from "../../scripts/fakemlx5.ts";
import { driver as pernetmod } from "../../scripts/pernetmod.ts";
import { findEra } from "../../src/eras.ts";
import { type BlastMode, type BlastRadius, measureBlastRadius } from "../../src/report/index.ts";
import { mlx5emu } from "../cli/fake-host.ts";
import { SEED } from "../support/machine.ts";

interface Row {
  readonly boot?: true;
  readonly setup?: string;
  readonly sleep?: number;
  readonly cmd?: string;
  readonly hangs?: true;
  readonly state?: string;
  readonly rc?: number;
}

function rows(file: string): readonly Row[] {
  const text = readFileSync(new URL(`../recordings/${file}`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as Row);
}

/** Commands of a recording that are known to be answered otherwise here. */
function differing(file: string): ReadonlySet<string> {
  const list = readFileSync(new URL("../recordings/differences.txt", import.meta.url), "utf8").split("\n");
  return new Set(list.filter((line) => line.startsWith(`${file} `)).map((line) => line.split(" ").slice(3).join(" ")));
}

async function measure(mode: BlastMode, eraName: string, script: string, commands: readonly string[]): Promise<BlastRadius> {
  const era = findEra(eraName);
  if (era === undefined) throw new Error(`no era ${eraName}`);
  return measureBlastRadius({
    mode,
    commands,
    schedule: "v1:",
    script: { name: "-", text: script },
    options: { era, notifier: era.notifier, setting: "recording", devices: [], drivers: [fakemlx5, pernetmod], hostTurn: () => hostTurn() },
  });
}

function recorded(row: Row): string {
  if (row.hangs === true) return `hangs in ${row.state}`;
  return row.rc === 0 ? "works" : `fails with ${row.rc}`;
}

function seen({ attempts }: BlastRadius): string[] {
  return attempts.map((attempt) => {
    if (attempt.result === "hangs") return `hangs in ${attempt.state}`;
    return attempt.result === "fails" ? `fails with ${attempt.status}` : attempt.result;
  });
}

test("one command a boot, v5.10.223: as recorded", async () => {
  const commands: Row[] = [];
  const setups = new Set<string>();
  let setup: string[] = [];
  let fresh = false;
  for (const row of rows("5.10.223/iso.jsonl")) {
    if (row.boot === true) {
      setup = [];
      fresh = true;
    } else if (row.setup !== undefined) setup.push(row.setup);
    else if (row.cmd !== undefined && fresh) {
      setups.add(setup.join("\n"));
      commands.push(row);
      fresh = false;
    }
  }
  expect(setups.size).toBe(1);
  const radius = await measure(
    "each",
    "v5.10.223",
    [...setups].join(""),
    commands.map((row) => row.cmd ?? ""),
  );
  expect(table(commands, radius)).toEqual(expected("5.10.223/iso.jsonl", commands, radius));
});

describe.each([
  ["5.10.223/dead-global.jsonl", "v5.10.223"],
  ["6.1.176/dead-global.jsonl", "v6.1"],
])("%s, commands one after the other", (file, era) => {
  test("as recorded", async () => {
    const all = rows(file);
    const deletion = all.findIndex((row) => row.cmd === "ip netns del foo");
    const kill = all.findIndex((row) => row.setup?.includes("kill -9") === true);
    const script = all
      .slice(0, deletion + 1)
      .flatMap((row) => row.setup ?? row.cmd ?? (row.sleep === undefined ? [] : `sleep ${row.sleep}`));
    const tried = all.slice(deletion + 1, kill < 0 ? undefined : kill).filter((row) => row.cmd !== undefined);
    const radius = await measure(
      "sequence",
      era,
      script.join("\n"),
      tried.map((row) => row.cmd ?? ""),
    );
    expect(table(tried, radius)).toEqual(expected(file, tried, radius));
  });
});

/** As recorded; of the few rows that are known to differ, whatever is seen. */
function expected(file: string, commands: readonly Row[], radius: BlastRadius): string[] {
  const known = differing(file);
  const measured = table(commands, radius);
  return commands.map((row, i) => (known.has(row.cmd ?? "") ? (measured[i] ?? "") : `${row.cmd}: ${recorded(row)}`));
}

function table(commands: readonly Row[], radius: BlastRadius): string[] {
  return seen(radius).map((result, i) => `${commands[i]?.cmd}: ${result}`);
}

test("what is said of a hang: the lock, who holds it, whether it can be killed and is reported", async () => {
  const list = "# one a line\ndevlink dev show\n\nip netns add bar\nip link show lo\nfalse\nsleep 100\n";
  const argv = ["run", "-", "--notifier", "global", "--json", "--blast-radius", "--blast-commands", "list"];
  const { status, stdout } = await mlx5emu(argv, { "-": SEED, list });
  const { blastRadius } = JSON.parse(stdout) as { blastRadius: BlastRadius };
  expect({ status, blastRadius }).toEqual({
    status: 3,
    blastRadius: {
      mode: "each",
      attempts: [
        expect.objectContaining({
          command: "devlink dev show",
          result: "hangs",
          waitsFor: "devlink_mutex",
          mode: "exclusive",
          queuedBehind: null,
          killable: false,
          reported: true,
        }),
        expect.objectContaining({
          command: "ip netns add bar",
          result: "hangs",
          waitsFor: "pernet_ops_rwsem",
          mode: "read",
          killable: true,
          reported: false,
          queuedBehind: expect.any(Number),
        }),
        { command: "ip link show lo", result: "works" },
        { command: "false", result: "fails", status: 1, text: "" },
        { command: "sleep 100", result: "goes on" },
      ],
    },
  });
  const without = JSON.parse((await mlx5emu(["run", "-", "--notifier", "global", "--json"], { "-": SEED })).stdout) as object;
  expect(JSON.parse(stdout)).toEqual({ ...without, blastRadius });
});

test("the text", async () => {
  const { stderr } = await mlx5emu(["run", "-", "--notifier", "global", "--blast-radius=sequence", "--blast-commands", "list"], {
    "-": SEED,
    list: "devlink dev show\ndevlink port show\nip netns add bar\nip link show lo\nfalse\n",
  });
  expect(stderr.slice(stderr.lastIndexOf("\n  Who")).replaceAll(/pid \d+/g, "pid N")).toBe(`
  Who    else hangs now? The commands tried one after the other; what hangs stays:
         devlink dev show   devlink_mutex, held by pid N         cannot be killed
         devlink port show  genl_mutex, held by pid N          cannot be killed
         ip netns add bar   pernet_ops_rwsem, behind the writer  killable, not reported
         false              fails with 1
         works: ip link show lo
`);
});

test("what cannot be", async () => {
  expect(await mlx5emu(["run", "-", "--blast-commands", "list"], { "-": SEED, list: "true\n" })).toEqual({
    status: 2,
    stdout: "",
    stderr: "mlx5-emu: --blast-commands needs --blast-radius\n",
    files: {},
  });
  expect(await mlx5emu(["run", "-", "--blast-radius", "--blast-commands", "list"], { "-": SEED, list: "# nothing\n" })).toEqual({
    status: 2,
    stdout: "",
    stderr: "mlx5-emu: list holds no command; write one a line\n",
    files: {},
  });
});
