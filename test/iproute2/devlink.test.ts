/**
 * Proves devlink's command line, messages, streams and layouts against recordings of the real program (iproute2 6.1.0), with
 * a canned kernel behind the socket.
 */
import { describe, expect, it } from "vitest";
import { EINVAL, ENODEV, EOPNOTSUPP } from "../../src/kernel/index.ts";
import * as nl from "../../src/netlink/index.ts";
import { programs } from "../../src/userspace/iproute2/index.ts";
import { type CannedAnswer, type CannedKernel, type Outcome, runFake } from "./fake-process.ts";

const devlink = programs.find(({ path }) => path === "/usr/sbin/devlink")?.program ?? (() => Promise.reject(new Error("no devlink")));
const FAMILY = 21;

type Fill = (writer: nl.AttributeWriter) => nl.AttributeWriter;

function message(cmd: number, fill: Fill): Uint8Array {
  return fill(new nl.AttributeWriter().header(Uint8Array.of(cmd, 1, 0, 0))).finish();
}

/** A family "devlink" that answers per command. */
function kernelWith(
  answers: Readonly<
    Record<number, (request: nl.Attributes, isDump: boolean) => readonly Uint8Array[] | { error: number; extack?: string }>
  >,
): CannedKernel {
  return (protocol, request): CannedAnswer => {
    if (protocol !== nl.NETLINK_GENERIC) return { error: -EOPNOTSUPP };
    if (request.type === nl.GENL_ID_CTRL) {
      return [
        {
          type: nl.GENL_ID_CTRL,
          payload: message(nl.CTRL_CMD_NEWFAMILY, (w) =>
            w
              .string(nl.CTRL_ATTR_FAMILY_NAME, "devlink")
              .u16(nl.CTRL_ATTR_FAMILY_ID, FAMILY)
              .nest(nl.CTRL_ATTR_MCAST_GROUPS, (groups) =>
                groups.nest(1, (g) => g.u32(nl.CTRL_ATTR_MCAST_GRP_ID, 7).string(nl.CTRL_ATTR_MCAST_GRP_NAME, "config")),
              ),
          ),
        },
      ];
    }
    const answer = answers[request.payload[0] ?? 0]?.(
      nl.Attributes.parse(request.payload, 4) as nl.Attributes,
      (request.flags & nl.NLM_F_DUMP) === nl.NLM_F_DUMP,
    );
    if (answer === undefined) return { error: -EOPNOTSUPP };
    return "error" in answer ? answer : answer.map((payload) => ({ type: FAMILY, payload }));
  };
}

const handle =
  (name: string): Fill =>
  (w) =>
    w.string(nl.DEVLINK_ATTR_BUS_NAME, "netdevsim").string(nl.DEVLINK_ATTR_DEV_NAME, name);

function stats(w: nl.AttributeWriter, reinit: number): nl.AttributeWriter {
  const entry = (limit: number, value: number) => (e: nl.AttributeWriter) =>
    e.u8(nl.DEVLINK_ATTR_RELOAD_STATS_LIMIT, limit).u32(nl.DEVLINK_ATTR_RELOAD_STATS_VALUE, value);
  const action = (number: number, entries: readonly (readonly [number, number])[]) => (info: nl.AttributeWriter) => {
    info.u8(nl.DEVLINK_ATTR_RELOAD_ACTION, number);
    info.nest(nl.DEVLINK_ATTR_RELOAD_ACTION_STATS, (s) => {
      for (const [limit, value] of entries) s.nest(nl.DEVLINK_ATTR_RELOAD_STATS_ENTRY, entry(limit, value));
    });
  };
  return w.nest(nl.DEVLINK_ATTR_DEV_STATS, (s) => {
    s.nest(nl.DEVLINK_ATTR_RELOAD_STATS, (r) => r.nest(nl.DEVLINK_ATTR_RELOAD_ACTION_INFO, action(1, [[0, reinit]])));
    s.nest(nl.DEVLINK_ATTR_REMOTE_RELOAD_STATS, (r) => {
      r.nest(nl.DEVLINK_ATTR_RELOAD_ACTION_INFO, action(1, [[0, 0]]));
      r.nest(
        nl.DEVLINK_ATTR_RELOAD_ACTION_INFO,
        action(2, [
          [0, 0],
          [1, 0],
        ]),
      );
    });
  });
}

function device(name: string, reinit: number, failed: boolean): Uint8Array {
  return message(nl.DEVLINK_CMD_NEW, (w) => stats(handle(name)(w).u8(nl.DEVLINK_ATTR_RELOAD_FAILED, failed ? 1 : 0), reinit));
}

function port(name: string, index: number, netdev: string): Uint8Array {
  return message(nl.DEVLINK_CMD_PORT_NEW, (w) =>
    handle(name)(w)
      .u32(nl.DEVLINK_ATTR_PORT_INDEX, index)
      .u16(nl.DEVLINK_ATTR_PORT_TYPE, 2)
      .u32(nl.DEVLINK_ATTR_PORT_NETDEV_IFINDEX, 2)
      .string(nl.DEVLINK_ATTR_PORT_NETDEV_NAME, netdev)
      .u16(nl.DEVLINK_ATTR_PORT_FLAVOUR, 0)
      .u32(nl.DEVLINK_ATTR_PORT_NUMBER, index + 1)
      .u8(nl.DEVLINK_ATTR_PORT_SPLITTABLE, 0),
  );
}

function param(cmd: number, name: string, generic: boolean, type: number, fill: Fill): Uint8Array {
  return message(cmd, (w) =>
    handle("netdevsim10")(w).nest(nl.DEVLINK_ATTR_PARAM, (p) => {
      p.string(nl.DEVLINK_ATTR_PARAM_NAME, name);
      if (generic) p.flag(nl.DEVLINK_ATTR_PARAM_GENERIC);
      p.u8(nl.DEVLINK_ATTR_PARAM_TYPE, type).nest(nl.DEVLINK_ATTR_PARAM_VALUES_LIST, (l) =>
        l.nest(nl.DEVLINK_ATTR_PARAM_VALUE, (v) => fill(v.u8(nl.DEVLINK_ATTR_PARAM_VALUE_CMODE, 1))),
      );
    }),
  );
}

const maxMacs = (cmd: number) => param(cmd, "max_macs", true, nl.NLA_U32, (v) => v.u32(nl.DEVLINK_ATTR_PARAM_VALUE_DATA, 32));
const test1 = (cmd: number) => param(cmd, "test1", false, nl.NLA_FLAG, (v) => v.flag(nl.DEVLINK_ATTR_PARAM_VALUE_DATA));

function reporter(name: string, withRecover: boolean): Uint8Array {
  return message(nl.DEVLINK_CMD_HEALTH_REPORTER_GET, (w) =>
    handle("netdevsim10")(w).nest(nl.DEVLINK_ATTR_HEALTH_REPORTER, (r) => {
      r.string(nl.DEVLINK_ATTR_HEALTH_REPORTER_NAME, name).u8(nl.DEVLINK_ATTR_HEALTH_REPORTER_STATE, 0);
      r.u64(nl.DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, 0n).u64(nl.DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT, 0n);
      if (withRecover) r.u64(nl.DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, 0n).u8(nl.DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, 1);
      r.u8(nl.DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, 1);
    }),
  );
}

const one = (make: (cmd: number) => Uint8Array) => (request: nl.Attributes) =>
  request.string(nl.DEVLINK_ATTR_PARAM_NAME) === "bogus" ? { error: -EINVAL } : [make(nl.DEVLINK_CMD_PARAM_NEW)];

const netdevsim = kernelWith({
  [nl.DEVLINK_CMD_GET]: (request, isDump) => {
    if (isDump) return [device("netdevsim10", 8, true), device("netdevsim11", 0, false)];
    return request.string(nl.DEVLINK_ATTR_DEV_NAME) === "netdevsim10" ? [device("netdevsim10", 8, false)] : { error: -ENODEV };
  },
  [nl.DEVLINK_CMD_PORT_GET]: (_request, isDump) =>
    isDump ? [port("netdevsim10", 0, "eth0"), port("netdevsim11", 1, "eth2")] : [port("netdevsim10", 0, "eth0")],
  [nl.DEVLINK_CMD_PARAM_GET]: (request, isDump) =>
    isDump
      ? [maxMacs(nl.DEVLINK_CMD_PARAM_NEW), test1(nl.DEVLINK_CMD_PARAM_NEW)]
      : one(request.string(nl.DEVLINK_ATTR_PARAM_NAME) === "test1" ? test1 : maxMacs)(request),
  [nl.DEVLINK_CMD_HEALTH_REPORTER_GET]: () => [reporter("empty", false), reporter("dummy", true)],
  [nl.DEVLINK_CMD_INFO_GET]: () => [
    message(nl.DEVLINK_CMD_INFO_GET, (w) => handle("netdevsim10")(w).string(nl.DEVLINK_ATTR_INFO_DRIVER_NAME, "netdevsim")),
  ],
  [nl.DEVLINK_CMD_ESWITCH_GET]: () => [message(nl.DEVLINK_CMD_ESWITCH_GET, handle("netdevsim10"))],
  [nl.DEVLINK_CMD_RELOAD]: (request) => {
    if (request.u8(nl.DEVLINK_ATTR_RELOAD_ACTION) === 2)
      return { error: -EOPNOTSUPP, extack: "devlink: Requested reload action is not supported by the driver" };
    if (request.has(nl.DEVLINK_ATTR_NETNS_PID)) return { error: -EINVAL, extack: "devlink: Unknown network namespace" };
    if (!request.has(nl.DEVLINK_ATTR_RELOAD_ACTION)) return [];
    return [
      message(nl.DEVLINK_CMD_RELOAD, (w) =>
        handle("netdevsim10")(w).bytes(nl.DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED, Uint8Array.of(2, 0, 0, 0, 6, 0, 0, 0)),
      ),
    ];
  },
});

async function run(line: string | readonly string[]): Promise<Outcome> {
  const outcome = await runFake(devlink, line, { kernel: netdevsim, netns: [] });
  const withoutHelp = (text: string): string => text.replace(/Usage:[\s\S]*/, "<usage>\n");
  return { ...outcome, stdout: withoutHelp(outcome.stdout), stderr: withoutHelp(outcome.stderr) };
}

const WRONG_HANDLE = 'Wrong identification string format.\nDevlink identification ("bus_name/dev_name") expected\n';
const D = "netdevsim/netdevsim10";

/** Command, stdout, stderr, status. */
const recorded: readonly (readonly [string | readonly string[], string, string, number])[] = [
  ["devlink -V", "devlink utility, iproute2-6.1.0\n", "", 0],
  ["devlink", "", "<usage>\n", 0],
  ["devlink help", "", "<usage>\n", 0],
  ["devlink bogus", "", 'Object "bogus" not found\n', 1],
  ["devlink rate show", "", 'Object "rate" not found\n', 1],
  ["devlink dev help", "", "<usage>\n", 0],
  ["devlink dev bogus", "", 'Command "bogus" not found\n', 1],
  ["devlink port help", "", "<usage>\n", 0],
  ["devlink -h", "", "devlink: invalid option -- 'h'\nUnknown option.\n<usage>\n", 1],
  ["devlink -t monitor", "", "devlink: invalid option -- 't'\nUnknown option.\n<usage>\n", 1],
  ["devlink --bogus", "", "devlink: unrecognized option '--bogus'\nUnknown option.\n<usage>\n", 1],
  ["devlink -N", "", "devlink: option requires an argument -- 'N'\nUnknown option.\n<usage>\n", 1],
  ["devlink -N missing dev show", "", 'Cannot open network namespace "missing": No such file or directory\n', 1],
  ["devlink dev show", `${D}: reload_failed true\nnetdevsim/netdevsim11\n`, "", 0],
  ["devlink dev", `${D}: reload_failed true\nnetdevsim/netdevsim11\n`, "", 0],
  ["devlink d sh -j", `{"dev":{"${D}":{"reload_failed":true},"netdevsim/netdevsim11":{}}}\n`, "", 0],
  [`devlink -jp dev show ${D}`, `{\n    "dev": {\n        "${D}": {}\n    }\n}\n`, "", 0],
  ["devlink dev show netdevsim/netdevsim99", "", "kernel answers: No such device\n", 1],
  ["devlink -j dev show netdevsim/netdevsim99", '{"dev":{}}\n', "kernel answers: No such device\n", 1],
  ["devlink dev show netdevsim10", "", WRONG_HANDLE, 1],
  [["devlink", "dev", "show", ""], "", WRONG_HANDLE, 1],
  [`devlink dev show ${D}/1`, "", WRONG_HANDLE, 1],
  [`devlink dev show ${D} extra`, "", 'Unknown option "extra"\n', 1],
  [
    `devlink -s dev show ${D}`,
    `${D}:\n  stats:\n      reload:\n          driver_reinit:\n            unspecified 8\n      remote_reload:\n          driver_reinit:\n            unspecified 0\n          fw_activate:\n            unspecified 0 no_reset 0\n`,
    "",
    0,
  ],
  [
    `devlink -js dev show ${D}`,
    `{"dev":{"${D}":{"stats":{"reload":{"driver_reinit":{"unspecified":8}},"remote_reload":{"driver_reinit":{"unspecified":0},"fw_activate":{"unspecified":0,"no_reset":0}}}}}}\n`,
    "",
    0,
  ],
  ["devlink dev reload", "", "<usage>\n", 0],
  ["devlink dev reload foo", "", WRONG_HANDLE, 1],
  [`devlink dev reload ${D}`, "", "", 0],
  [`devlink -j dev reload ${D}`, "\n", "", 0],
  [`devlink dev reload ${D} action driver_reinit`, "reload_actions_performed:\n    driver_reinit\n", "", 0],
  [`devlink -j dev reload ${D} action driver_reinit`, '{"reload":{"reload_actions_performed":["driver_reinit"]}}\n', "", 0],
  [
    `devlink -jp dev reload ${D} action driver_reinit`,
    '{\n    "reload": {\n        "reload_actions_performed": [ "driver_reinit" ]\n    }\n}\n',
    "",
    0,
  ],
  [
    `devlink dev reload ${D} action fw_activate`,
    "",
    "Error: devlink: Requested reload action is not supported by the driver.\nkernel answers: Operation not supported\n",
    1,
  ],
  [`devlink dev reload ${D} action bogus`, "", 'Unknown reload action "bogus"\n', 1],
  [`devlink dev reload ${D} action`, "", "String parameter expected\n", 1],
  [`devlink dev reload ${D} limit bogus`, "", 'Unknown reload limit "bogus"\n', 1],
  [`devlink dev reload ${D} bogus`, "", 'Unknown option "bogus"\n', 1],
  [`devlink dev reload ${D} netns`, "", "String parameter expected\n", 1],
  [`devlink dev reload ${D} netns missing`, "", '"missing" is not a number or not within range\n', 1],
  [`devlink dev reload ${D} netns 999999`, "", "Error: devlink: Unknown network namespace.\nkernel answers: Invalid argument\n", 1],
  [`devlink dev reload ${D} netns -1`, "", "devlink: invalid option -- '1'\nUnknown option.\n<usage>\n", 1],
  [
    "devlink port show",
    `${D}/0: type eth netdev eth0 flavour physical port 1 splittable false\nnetdevsim/netdevsim11/1: type eth netdev eth2 flavour physical port 2 splittable false\n`,
    "",
    0,
  ],
  [
    "devlink -j port show eth0",
    `{"port":{"${D}/0":{"type":"eth","netdev":"eth0","flavour":"physical","port":1,"splittable":false}}}\n`,
    "",
    0,
  ],
  [
    `devlink port show ${D}`,
    "",
    'Wrong port identification string format.\nExpected "bus_name/dev_name/port_index" or "netdev_ifname".\n',
    1,
  ],
  ["devlink port show nosuch", "", 'Netdevice "nosuch" not found\n', 1],
  [`devlink port show ${D}/x`, "", 'Port index "x" is not a number or not within range\n', 1],
  [`devlink dev info ${D}`, `${D}:\n  driver netdevsim\n`, "", 0],
  [`devlink -j dev info ${D}`, `{"info":{"${D}":{"driver":"netdevsim"}}}\n`, "", 0],
  [
    "devlink dev param show",
    `${D}:\n  name max_macs type generic\n    values:\n      cmode driverinit value 32\n  name test1 type driver-specific\n    values:\n      cmode driverinit value true\n`,
    "",
    0,
  ],
  [
    `devlink -jp dev param show ${D} name max_macs`,
    `{\n    "param": {\n        "${D}": [ {\n                "name": "max_macs",\n                "type": "generic",\n                "values": [ {\n                        "cmode": "driverinit",\n                        "value": 32\n                    } ]\n            } ]\n    }\n}\n`,
    "",
    0,
  ],
  [`devlink dev param show ${D}`, "", "Parameter name expected.\n", 1],
  [`devlink -j dev param show ${D}`, "\n", "Parameter name expected.\n", 1],
  [`devlink dev param show ${D} name bogus`, "", "kernel answers: Invalid argument\n", 1],
  [`devlink dev param set ${D} name max_macs value 32 cmode driverinit`, "", "", 0],
  [`devlink dev param set ${D} name max_macs value 16 cmode runtime`, "", "Configuration mode not supported\n", 1],
  [`devlink dev param set ${D} name max_macs value abc cmode driverinit`, "", 'Value "abc" is not a number or not within range\n', 1],
  [`devlink dev param set ${D} name test1 value maybe cmode driverinit`, "", 'Value "maybe" is not a number or not within range\n', 1],
  [`devlink dev param set ${D} name bogus value 1 cmode driverinit`, "", "kernel answers: Invalid argument\n", 1],
  [`devlink dev param set ${D} name test1 value true`, "", "Configuration mode expected.\n", 1],
  [`devlink dev param set ${D}`, "", "Parameter name expected.\n", 1],
  [`devlink dev eswitch show ${D}`, `${D}:\n`, "", 0],
  [`devlink -j dev eswitch show ${D}`, `{"dev":{"${D}":{}}}\n`, "", 0],
  ["devlink dev eswitch show", "", 'Devlink identification ("bus_name/dev_name") expected\n', 1],
  [`devlink dev eswitch set ${D} mode switchdev`, "", "kernel answers: Operation not supported\n", 1],
  [`devlink dev eswitch set ${D} mode bogus`, "", 'Unknown eswitch mode "bogus"\n', 1],
  [`devlink dev eswitch set ${D}`, "", "Need to set at least one option\n", 1],
  [
    "devlink health show",
    `${D}:\n  reporter empty\n    state healthy error 0 recover 0 auto_dump true\n  reporter dummy\n    state healthy error 0 recover 0 grace_period 0 auto_recover true auto_dump true\n`,
    "",
    0,
  ],
  [
    "devlink -j health show",
    `{"health":{"${D}":[{"reporter":"empty","state":"healthy","error":0,"recover":0,"auto_dump":true},{"reporter":"dummy","state":"healthy","error":0,"recover":0,"grace_period":0,"auto_recover":true,"auto_dump":true}]}}\n`,
    "",
    0,
  ],
  [`devlink health show ${D}`, "", "Reporter's name is expected.\n", 1],
  ["devlink monitor bogus", "", 'Unknown object "bogus"\n', 1],
  ["devlink trap show", "", "kernel answers: Operation not supported\n", 1],
  ["devlink -b file", "", 'Cannot open file "file" for reading: No such file or directory\n', 1],
];

describe("devlink", () => {
  it.each(recorded)("%s", async (line, stdout, stderr, rc) => {
    expect(await run(line)).toEqual({ stdout, stderr, rc });
  });

  it("says that there is no family", async () => {
    const none: CannedKernel = () => ({ error: -2 });
    expect(await runFake(devlink, "devlink dev", { kernel: none })).toEqual({
      stdout: "",
      stderr: "Failed to connect to devlink Netlink\n",
      rc: 1,
    });
  });

  const events = [device("netdevsim10", 1, false), port("netdevsim10", 0, "eth0"), maxMacs(nl.DEVLINK_CMD_PARAM_DEL)].map((payload) =>
    nl.encodeMessage({ type: FAMILY, flags: 0, seq: 0, portid: 0, payload }),
  );

  it("monitor prints events until it is interrupted", async () => {
    expect(await runFake(devlink, "devlink monitor", { kernel: netdevsim, events })).toEqual({
      stdout: `[dev,new] ${D}:\n  stats:\n      reload:\n          driver_reinit:\n            unspecified 1\n      remote_reload:\n          driver_reinit:\n            unspecified 0\n          fw_activate:\n            unspecified 0 no_reset 0\n[port,new] ${D}/0: type eth netdev eth0 flavour physical port 1 splittable false\n[param,del] ${D}: name max_macs type generic\n  values:\n    cmode driverinit value 32\n`,
      stderr: "",
      rc: 0,
    });
  });

  it("monitor -j is one document; its filter takes whole words", async () => {
    expect((await runFake(devlink, "devlink -j monitor port", { kernel: netdevsim, events })).stdout).toBe(
      `{"mon":[{"command":"new","port":{"${D}/0":{"type":"eth","netdev":"eth0","flavour":"physical","port":1,"splittable":false}}}]}\n`,
    );
  });
});
