/**
 * Proves mlx5's parameters and health reporters as a user sees them: which each kernel has, what values are refused with
 * which words, what a value does at the next reload, and what the reporters tell, set and recover.
 */
import { describe, expect, test } from "vitest";
import { devlink_health_report, devlinkInstances } from "../../src/devlink/index.ts";
import type { EraName } from "../../src/eras.ts";
import { run } from "../support/machine.ts";
import { healthy, mlx5Bench, rdma } from "../support/mlx5.ts";

const DEVICE = "pci/0000:00:08.0";

async function session(text: string, era: EraName = "v5.10.223"): Promise<{ stdout: string[]; stderr: string[] }> {
  const { stdout, stderr, document } = await run(text, { era });
  expect([document.blocked, document.deadlocks]).toEqual([[], []]);
  return { stdout: stdout.split("\n").slice(0, -1), stderr: stderr.split("\n").slice(0, -1) };
}

/** A parameter as `param show` prints it. */
const param = (name: string, type: string, cmode: string, value: string): string[] => [
  `  name ${name} type ${type}`,
  "    values:",
  `      cmode ${cmode} value ${value}`,
];

const ENABLE_ROCE = param("enable_roce", "generic", "driverinit", "true");
const LARGE_GROUPS = param("fdb_large_groups", "driver-specific", "driverinit", "15");
const REMOTE_RESET = param("enable_remote_dev_reset", "generic", "runtime", "true");
const steering = (mode: string): string[] => param("flow_steering_mode", "driver-specific", "runtime", mode);

describe("parameters", () => {
  test.each<[EraName, string[]]>([
    ["v5.9", [...steering("dmfs"), ...ENABLE_ROCE, ...LARGE_GROUPS]],
    ["v5.10.223", [...steering("dmfs"), ...ENABLE_ROCE, ...LARGE_GROUPS, ...REMOTE_RESET]],
    [
      "v6.3",
      [
        ...steering("smfs"),
        ...ENABLE_ROCE,
        ...LARGE_GROUPS,
        ...param("esw_port_metadata", "driver-specific", "runtime", "true"),
        ...REMOTE_RESET,
        ...param("io_eq_size", "generic", "driverinit", "1024"),
        ...param("event_eq_size", "generic", "driverinit", "4096"),
      ],
    ],
  ])("of %s", async (era, expected) => {
    expect((await session("devlink dev param show", era)).stdout).toEqual([`${DEVICE}:`, ...expected]);
  });

  test("refuse bad values in the driver's words, and keep good ones", async () => {
    const set = (name: string, value: string, cmode: string): string =>
      `devlink dev param set ${DEVICE} name ${name} value ${value} cmode ${cmode}\n`;
    const text = `${set("flow_steering_mode", "fast", "runtime")}${set("flow_steering_mode", "smfs", "runtime")}${set("fdb_large_groups", "0", "driverinit")}
${set("fdb_large_groups", "1024", "driverinit")}${set("io_eq_size", "32", "driverinit")}${set("esw_port_metadata", "false", "runtime")}
devlink dev param show ${DEVICE} name flow_steering_mode; devlink dev param show ${DEVICE} name fdb_large_groups
devlink dev eswitch set ${DEVICE} mode switchdev; ${set("esw_port_metadata", "true", "runtime")}${set("flow_steering_mode", "dmfs", "runtime")}${set("flow_steering_mode", "smfs", "runtime")}`;
    expect(await session(text, "v6.3")).toEqual({
      stdout: [`${DEVICE}:`, ...steering("smfs"), `${DEVICE}:`, ...param("fdb_large_groups", "driver-specific", "driverinit", "1024")],
      stderr: [
        'Error: mlx5_core: Bad parameter: supported values are ["dmfs", "smfs"].',
        "kernel answers: Invalid argument",
        "Error: mlx5_core: Unsupported group number, supported range is 1-1024.",
        "kernel answers: Operation not supported",
        "kernel answers: Invalid argument",
        "Error: mlx5_core: E-Switch must either disabled or non switchdev mode.",
        "kernel answers: Device or resource busy",
        "Error: mlx5_core: Software managed steering is not supported when eswitch offloads enabled.",
        "kernel answers: Operation not supported",
      ],
    });
  });

  test("enable_roce takes effect at the reload: the port then has no GIDs and no management queue pair", async () => {
    const look = "rdma resource | cut -d' ' -f3-8; cat /sys/class/infiniband/mlx5_0/ports/1/gids/0";
    const text = `devlink dev param set ${DEVICE} name enable_roce value false cmode driverinit; ${look}; devlink dev reload ${DEVICE}; ${look}`;
    expect((await session(text)).stdout).toEqual([
      "pd 2 cq 3 qp 1",
      "fe80:0000:0000:0000:0e42:a1ff:fe00:0040",
      "pd 1 cq 1 qp 0",
      "0000:0000:0000:0000:0000:0000:0000:0000",
    ]);
  });
});

describe("health reporters", () => {
  test("are those of the device and of its port, with the grace periods of the era", async () => {
    const shown = async (era: EraName): Promise<string[]> =>
      (await session("devlink health show", era)).stdout.filter((line) => !line.startsWith("pci/")).map((line) => line.trim());
    const lines = (grace: number): string[] => [
      "reporter fw",
      "state healthy error 0 recover 0 auto_dump true",
      "reporter fw_fatal",
      `state healthy error 0 recover 0 grace_period ${grace} auto_recover true auto_dump true`,
      "reporter tx",
      "state healthy error 0 recover 0 grace_period 500 auto_recover true auto_dump true",
      "reporter rx",
      "state healthy error 0 recover 0 grace_period 500 auto_recover true auto_dump true",
    ];
    expect(await shown("v5.10.223")).toEqual(lines(1_200_000));
    expect(await shown("v6.3")).toEqual(lines(60_000));
  });

  test("tell what there is to tell, and the queues of an open netdev only", async () => {
    const text = `devlink -j health diagnose ${DEVICE} reporter fw; devlink health dump show ${DEVICE} reporter fw; devlink health dump show ${DEVICE} reporter fw_fatal
devlink port health diagnose ${DEVICE}/65535 reporter tx; ip link set eth0 up; devlink -j port health diagnose ${DEVICE}/65535 reporter tx | cut -c1-60
devlink health set ${DEVICE} reporter fw_fatal grace_period 7; devlink health show ${DEVICE} reporter fw_fatal`;
    expect(await session(text)).toEqual({
      stdout: [
        '{"Syndrome":0}',
        '{"Common Config":{"SQ":{"stride size":64,"size":1024},"CQ":{',
        `${DEVICE}:`,
        "  reporter fw_fatal",
        "    state healthy error 0 recover 0 grace_period 7 auto_recover true auto_dump true",
      ],
      stderr: ["kernel answers: No message of desired type", "kernel answers: No such device"],
    });
  });

  test("fw_fatal recovers by unloading and loading the function", async () => {
    const bench = await mlx5Bench({ era: "v5.10.223", notifier: "global", up: ["eth0"] });
    const [instance] = devlinkInstances(bench.kernel);
    const reporter = instance?.reporter_list.find(({ ops }) => ops.name === "fw_fatal");
    await bench.run({ health: async (current) => void (reporter !== undefined && (await devlink_health_report(current, reporter))) });
    expect(bench.kernel.log.lines.map(({ text }) => text.replace(/^.*0: /, "")).slice(-3)).toEqual([
      "handling bad device here",
      "starting health recovery flow",
      "health recovery succeeded",
    ]);
    expect([reporter?.recovery_count, rdma(bench.kernel), healthy(bench.kernel)]).toEqual([
      1,
      ["1 mlx5_0/1 ACTIVE eth0@init_net gids=2"],
      true,
    ]);
  });
});
