/** Proves what a run prints where, its exit statuses, the JSON document, the trace and the log. */
import { describe, expect, it } from "vitest";
import type { CompareDocument, ResultDocument } from "../../src/report/index.ts";
import { mlx5emu } from "./fake-host.ts";

const SEED = "ip netns add foo\ndevlink dev reload pci/0000:00:08.0 netns foo\nip netns del foo\n";

const FILES = {
  "seed.sh": SEED,
  "ok.sh": "echo out\necho err >&2\n",
  "fails.sh": "exit 7\n",
  "endless.sh": "while :; do sleep 3600; done\n",
  "-": "echo from standard input\n",
};

describe("run", () => {
  it("passes the script's output through and adds its verdict on standard error", async () => {
    const ended = await mlx5emu(["run", "ok.sh"], FILES);
    expect(ended.status).toBe(0);
    expect(ended.stdout).toBe("out\n");
    expect(ended.stderr).toMatch(
      /^err\n\nok {2}the script ended with 0, no task is blocked, no lock is held \(v5\.10, notifier net, after [\d.]+ s\)\n$/,
    );
  });

  it("reads a script from standard input", async () => {
    expect((await mlx5emu(["run", "-"], FILES)).stdout).toBe("from standard input\n");
  });

  it.each([
    ["ok.sh", 0, "ok"],
    ["fails.sh", 1, "script-failed"],
    ["seed.sh", 3, "deadlock"],
    ["endless.sh", 5, "limit"],
  ])("%s ends with %i", async (script, status, verdict) => {
    const ended = await mlx5emu(["run", script, "--json", "--notifier", "global"], FILES);
    expect(ended.stderr).toBe("");
    expect(ended.status).toBe(status);
    expect((JSON.parse(ended.stdout) as ResultDocument).verdict).toBe(verdict);
  });

  it("prints one JSON document with every promised field", async () => {
    const { stdout } = await mlx5emu(["run", "ok.sh", "--json"], FILES);
    const { virtualTime, ...document } = JSON.parse(stdout) as ResultDocument;
    expect(virtualTime).toBeGreaterThan(0);
    expect(document).toEqual({
      format: "mlx5-emu.result/1",
      verdict: "ok",
      era: "v5.10",
      notifier: "net",
      devices: ["0000:00:08.0"],
      script: { status: 0, stdout: "out\n", stderr: "err\n" },
      deadlocks: [],
      blocked: [],
      reports: [],
      devlink: [{ handle: "pci/0000:00:08.0", netns: "init_net", reloadFailed: false }],
      rdma: [{ name: "mlx5_0", index: 0, ports: [{ port: 1, netdev: "eth0", gids: expect.any(Number) }] }],
      netns: expect.any(Array),
      netdevs: expect.any(Array),
      limit: null,
      schedule: "v1:",
    });
  });

  it("finds the deadlock where it is, and replays it from its schedule", async () => {
    const first = await mlx5emu(["run", "seed.sh", "--notifier", "global", "--seed", "7", "--json"], FILES);
    const document = JSON.parse(first.stdout) as ResultDocument;
    expect(document.deadlocks.map(({ kind, locks, tasks }) => ({ kind, locks, tasks }))).toEqual([
      { kind: "self", locks: ["pernet_ops_rwsem"], tasks: [7] },
    ]);
    const again = await mlx5emu(["run", "seed.sh", "--notifier", "global", "--schedule", document.schedule, "--json"], FILES);
    expect(again).toEqual(first);
  });

  it("refuses a schedule that does not fit", async () => {
    const { status, stdout, stderr } = await mlx5emu(["run", "seed.sh", "--notifier", "global", "--schedule", "v1:99x99"], FILES);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^mlx5-emu: schedule does not fit this run: decision \d+ picks candidate 99, but only \d+ can run; take one from a run of this script and version\n$/,
    );
  });
});

describe("--trace", () => {
  it("writes a header and the same bytes for the same run", async () => {
    const command = ["run", "seed.sh", "--notifier", "global", "--trace", "t.jsonl"];
    const [one, two] = [await mlx5emu(command, FILES), await mlx5emu(command, FILES)];
    const trace = one.files["t.jsonl"] ?? "";
    expect(two.files["t.jsonl"]).toBe(trace);
    expect(JSON.parse(trace.slice(0, trace.indexOf("\n")))).toEqual({
      format: "mlx5-emu.trace/1",
      version: expect.any(String),
      era: "v5.10",
      notifier: "global",
      devices: ["0000:00:08.0"],
      script: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(trace).toContain('"type":"wait","pid":7,"on":"pernet_ops_rwsem","kind":"rwsem","mode":"write"');
  });
});

describe("--log-level", () => {
  it("logs the diagnosis as JSON lines beside the report", async () => {
    const { stderr } = await mlx5emu(["run", "seed.sh", "--notifier", "global", "--json", "--log-level", "error"], FILES);
    const lines = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { level: string; msg: string; verdict: string });
    expect(lines.map(({ level, verdict, msg }) => ({ level, verdict, msg }))).toEqual([
      {
        level: "error",
        verdict: "deadlock",
        msg: "kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write",
      },
    ]);
  });
});

describe("compare", () => {
  it("prints a row for each design, then the deadlock in full, and ends with 0", async () => {
    const { status, stdout, stderr } = await mlx5emu(["compare", "seed.sh"], FILES);
    expect([status, stdout]).toEqual([0, ""]);
    expect(stderr.split("\n").slice(0, 8)).toEqual([
      "seed.sh on v5.10, one PCI device, three notifier designs",
      "",
      "  notifier  verdict       ip netns del  device ends in  IB device   RoCE netdev after reload",
      "  global    DEADLOCK      returned 0    foo (dying)     gone        yes",
      "  net       ok            returned 0    init_net        re-created  lost, no GIDs  <- why reverted",
      "  dev_net   ok            returned 0    init_net        re-created  yes",
      "",
      "DEADLOCK  kworker/u4:0+netns waits for itself: holds pernet_ops_rwsem for read, wants it for write",
    ]);
    expect(stderr).toContain("\n  Next   mlx5-emu run seed.sh --notifier global --schedule v1:");
  });

  it("puts the documents of all runs into one", async () => {
    const { stdout, stderr } = await mlx5emu(["compare", "seed.sh", "--json", "--notifiers", "net,global"], FILES);
    const document = JSON.parse(stdout) as CompareDocument;
    expect(stderr).toBe("");
    expect(document.format).toBe("mlx5-emu.compare/1");
    expect(document.runs.map((run) => [run.notifier, run.verdict])).toEqual([
      ["net", "ok"],
      ["global", "deadlock"],
    ]);
  });

  it("ends with 5 if a run came to no verdict", async () => {
    const { status, stderr } = await mlx5emu(["compare", "endless.sh", "--notifiers", "net"], FILES);
    expect(status).toBe(5);
    expect(stderr).toContain("  net: stopped at ");
  });
});
