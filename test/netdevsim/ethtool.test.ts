/**
 * Proves what ethtool shows and changes of a netdevsim port, in the layouts, words and statuses of ethtool 6.1: interrupts,
 * pause frames, rings, channels and error correction, and the knobs that make them fail.
 */
import { describe, expect, test } from "vitest";
import type { EraName } from "../../src/eras.ts";
import { run } from "../support/machine.ts";

const PORT = "/sys/kernel/debug/netdevsim/netdevsim10/ports/0/ethtool";

/** Plays a session: each `$` line is run, and what follows it is what it must print, with `[N]` for a status other than 0. */
async function plays(session: string, era: EraName = "v6.1", device = "10 1 4"): Promise<void> {
  const commands = session.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : []));
  const shown = commands.map((command) => `printf '%s\\n' '$ ${command}'\n${command}\nstatus=$?; [ $status -eq 0 ] || echo "[$status]"\n`);
  const begin = `exec 2>&1; modprobe netdevsim; echo "${device}" > /sys/bus/netdevsim/new_device; P=${PORT}\n`;
  const { stdout } = await run(begin + shown.join(""), { devices: [], era });
  expect(stdout.trimEnd()).toBe(session.trim());
}

describe("coalescing", () => {
  test("is kept parameter by parameter", async () => {
    await plays(`
$ ethtool -C eth0 rx-usecs 0x10 tx-frames-high 7 adaptive-tx on sample-interval 4294967295
$ ethtool -C eth0 rx-frames-low 3 cqe-mode-rx on
$ ethtool --show-coalesce eth0
Coalesce parameters for eth0:
Adaptive RX: off  TX: on
stats-block-usecs: 0
sample-interval: 4294967295
pkt-rate-low: 0
pkt-rate-high: 0

rx-usecs: 16
rx-frames: 0
rx-usecs-irq: 0
rx-frames-irq: 0

tx-usecs: 0
tx-frames: 0
tx-usecs-irq: 0
tx-frames-irq: 0

rx-usecs-low: 0
rx-frame-low: 3
tx-usecs-low: 0
tx-frame-low: 0

rx-usecs-high: 0
rx-frame-high: 0
tx-usecs-high: 0
tx-frame-high: 7

CQE mode RX: off  TX: off

$ ip link set eth0 name p0; devlink dev reload netdevsim/netdevsim10
$ ethtool -c eth0 | grep ^rx-usecs:
rx-usecs: 0`);
  });

  test("of what cannot be parsed nothing is sent", async () => {
    await plays(`
$ ethtool -C eth0 bogus 1
ethtool (-C): unknown parameter 'bogus'
[1]
$ ethtool -C eth0 rx-usecs
ethtool (-C): no value for parameter 'rx-usecs'
[1]
$ ethtool -C eth0 rx-usecs 1 rx-usecs 2
ethtool (-C): duplicate parameter 'rx-usecs'
[1]
$ ethtool -C eth0 rx-usecs 4294967296
ethtool (-C): invalid value '4294967296' for parameter 'rx-usecs'
[1]
$ ethtool -C eth0 rx-usecs -1
ethtool (-C): invalid value '-1' for parameter 'rx-usecs'
[1]
$ ethtool -C eth0 adaptive-rx maybe
ethtool (-C): invalid value 'maybe' for parameter 'adaptive-rx'
[1]
$ ethtool -C eth0
$ ethtool -c eth0 bogus
ethtool: unexpected parameter 'bogus'
[1]
$ ethtool --json -c eth0
ethtool: bad command line argument(s)
For more information run ethtool -h
[1]`);
  });
});

test("pause frames are set, and counted as the knobs say", async () => {
  await plays(
    `
$ ethtool -A eth0 rx on tx on
$ ethtool -a eth0
Pause parameters for eth0:
Autonegotiate:	off
RX:		on
TX:		on

$ ethtool -A eth0 autoneg on
netlink error: Invalid argument
[76]
$ echo 1 > $P/pause/report_stats_rx; echo y > $P/pause/report_stats_tx; cat $P/pause/report_stats_rx
Y
$ ethtool -I -a eth0
Pause parameters for eth0:
Autonegotiate:	off
RX:		on
TX:		on
Statistics:
  tx_pause_frames: 2
  rx_pause_frames: 1

$ echo n > $P/pause/report_stats_tx
$ ethtool --json --include-statistics --show-pause eth0
[ {
        "ifname": "eth0",
        "autonegotiate": false,
        "rx": true,
        "tx": true,
        "statistics": {
            "rx_pause_frames": 1
        }
    } ]
$ ethtool --json -a lo
netlink error: Operation not supported
[ ]
[1]
$ ethtool -A lo rx on
netlink error: Operation not supported
[76]`,
    "v5.10",
    "10 1",
  );
});

test("a ring is no longer than its maximum, which a knob sets", async () => {
  await plays(`
$ ethtool -G eth0 rx 4096 tx 1
$ ethtool -G eth0 tx 1 rx 4097
netlink error: requested ring size exceeds maximum (offset 44)
netlink error: Invalid argument
[81]
$ echo 8 > $P/ring/rx_max_pending; echo 0 > $P/ring/rx_mini_max_pending
$ ethtool -g eth0
Ring parameters for eth0:
Pre-set maximums:
RX:		8
RX Mini:	n/a
RX Jumbo:	4096
TX:		4096
Current hardware settings:
RX:		4096
RX Mini:	n/a
RX Jumbo:	0
TX:		1
RX Buf Len:		n/a
CQE Size:		n/a
TX Push:	off
TCP data split:	n/a
$ ethtool -G eth0 tx 5000
$ ethtool -g eth0 | tail -5
TX:		5000
RX Buf Len:		n/a
CQE Size:		n/a
TX Push:	off
TCP data split:	n/a
$ ethtool -G eth0 rx 1 tx-push on
netlink error: setting tx push not supported (offset 44)
netlink error: Operation not supported
[81]
$ ethtool -G lo rx 1
netlink error: Operation not supported
[81]`);
});

test("channels are as many as there are queues, and one at least", async () => {
  await plays(`
$ ethtool -L eth0 combined 3
$ ethtool -l eth0
Channel parameters for eth0:
Pre-set maximums:
RX:		n/a
TX:		n/a
Other:		n/a
Combined:	4
Current hardware settings:
RX:		n/a
TX:		n/a
Other:		n/a
Combined:	3
$ ethtool -L eth0 combined 5
netlink error: requested channel count exceeds maximum (offset 36)
netlink error: Invalid argument
[1]
$ ethtool -L eth0 rx 1
netlink error: requested channel count exceeds maximum (offset 36)
netlink error: Invalid argument
[1]
$ ethtool -L eth0 combined 0
netlink error: requested channel counts would result in no RX or TX channel being configured (offset 36)
netlink error: Invalid argument
[1]
$ ethtool -L eth0 combined 3`);
});

test("error correction: modes by name in any case, and the last one is active", async () => {
  await plays(`
$ ethtool --show-fec eth0
FEC parameters for eth0:
Configured FEC encodings: None
Active FEC encoding: None
$ ethtool --set-fec eth0 encoding rs OFF Auto
$ ethtool --show-fec eth0
FEC parameters for eth0:
Configured FEC encodings: Auto Off RS
Active FEC encoding: RS
$ ethtool --set-fec eth0 encoding baser
$ ethtool --json --show-fec eth0
[ {
        "ifname": "eth0",
        "config": [ "BaseR" ],
        "active": [ "BaseR" ]
    } ]
$ ethtool --set-fec eth0 encoding fibre
netlink error: invalid FEC modes requested (offset 36)
netlink error: Invalid argument
[83]
$ ethtool --set-fec eth0 encoding rs bogus
netlink error: bit name not found (offset 64)
netlink error: Operation not supported
[83]
$ ethtool --set-fec eth0 encoding --
netlink error: no FEC modes set (offset 36)
netlink error: Invalid argument
[83]
$ ethtool --set-fec eth0
ethtool (--set-fec): parameters missing
[1]
$ ethtool --set-fec eth0 encoding
ethtool (--set-fec): no value for parameter 'encoding'
[1]
$ echo 11 > $P/set_err; ethtool --set-fec eth0 encoding rs
netlink error: Resource temporarily unavailable
[83]
$ echo 5 > $P/get_err; ethtool --json --show-fec eth0
netlink error: Input/output error
[ ]
[1]`);
});

test("a name that no device has, one that is too long, and all devices", async () => {
  const name = "a".repeat(128);
  await plays(`
$ ethtool -C nosuch rx-usecs 1
netlink error: no device matches name (offset 24)
netlink error: No such device
[1]
$ ethtool -a a2345678901234567890
netlink error: no device matches name (offset 24)
netlink error: No such device
[1]
$ ethtool -i a2345678901234567890
ethtool netlink support for subcommand missing, device name longer than 15 not supported
[1]
$ ethtool -l ${name}
device name '${name}' longer than 127 characters
[1]
$ ethtool -g "*"
ethtool: device "*" is not modelled by this emulator.
[1]`);
});

test("v5.10 knows of pause frames only, v5.9 of nothing", async () => {
  await plays(
    `
$ ethtool -c eth0
netlink error: Operation not supported
[1]
$ ls $P
pause`,
    "v5.10.223",
    "10 1",
  );
  await plays(
    `
$ ethtool -a eth0
netlink error: Operation not supported
[1]
$ ls -d $P
ls: cannot access '/sys/kernel/debug/netdevsim/netdevsim10/ports/0/ethtool': No such file or directory
[2]`,
    "v5.9",
    "10 1",
  );
});
