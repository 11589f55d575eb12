/**
 * Proves which queueing disciplines tc shows of a device with several queues, and how they come and go with the channels that
 * ethtool sets, as tc of iproute2 6.1.0 prints them.
 */
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

const PRIO = "bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1";

/** Plays a session on a port with four queues; `@` at the end of a line stands for what each pfifo_fast prints. */
async function plays(session: string): Promise<void> {
  const commands = session.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : []));
  const shown = commands.map((command) => `printf '%s\\n' '$ ${command}'\n${command}\nstatus=$?; [ $status -eq 0 ] || echo "[$status]"\n`);
  const begin = `exec 2>&1; modprobe netdevsim; echo "10 1 4" > /sys/bus/netdevsim/new_device\n`;
  const { stdout } = await run(begin + shown.join(""), { devices: [], era: "v6.1" });
  expect(stdout.trimEnd()).toBe(session.trim().replaceAll(/@$/gm, PRIO));
}

test("mq shows the disciplines of the queues in use, and those that were asked for", async () => {
  await plays(`
$ tc qdisc show dev eth0
$ tc qdisc add dev eth0 root handle 100: mq
$ ethtool -L eth0 combined 2
$ tc qdisc show dev eth0
qdisc mq 100: root 
qdisc pfifo_fast 0: parent 100:2 @
qdisc pfifo_fast 0: parent 100:1 @
$ tc qdisc replace dev eth0 parent 100:4 handle 204: pfifo_fast
$ tc qdisc show dev eth0
qdisc mq 100: root 
qdisc pfifo_fast 0: parent 100:2 @
qdisc pfifo_fast 0: parent 100:1 @
qdisc pfifo_fast 204: parent 100:4 @
$ ethtool -L eth0 combined 4; tc qdisc replace dev eth0 parent 100:1 handle 204:
$ tc qdisc
qdisc mq 100: dev eth0 root 
qdisc pfifo_fast 0: dev eth0 parent 100:3 @
qdisc pfifo_fast 0: dev eth0 parent 100:2 @
qdisc pfifo_fast 204: dev eth0 parent 100:4 refcnt 2 @
$ tc qdisc del dev eth0 root; tc qdisc
$ ip link set eth0 up; tc qdisc show dev eth0
qdisc mq 0: root 
qdisc pfifo_fast 0: parent :4 @
qdisc pfifo_fast 0: parent :3 @
qdisc pfifo_fast 0: parent :2 @
qdisc pfifo_fast 0: parent :1 @`);
});

test("mqprio, and one discipline for all queues", async () => {
  await plays(`
$ tc qdisc add dev eth0 root handle 100: mqprio hw 0 num_tc 1 map 0 0 0 0 queues 1@0
$ ethtool -L eth0 combined 1; tc qdisc show dev eth0
qdisc mqprio 100: root tc 1 map 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 
             queues:(0:0) 
qdisc pfifo_fast 0: parent 100:1 @
$ tc qdisc add dev eth0 root pfifo_fast
Error: Exclusivity flag on, cannot modify.
[2]
$ tc qdisc replace dev eth0 root pfifo_fast; tc -j qdisc show dev eth0
[{"kind":"pfifo_fast","handle":"8001:","root":true,"refcnt":5,"options":{"bands":3,"priomap":[1,2,2,2,1,2,0,0,1,1,1,1,1,1,1,1],"multiqueue":false}}]
$ ip -d link show eth0 | grep -o "qdisc [a-z_]*"
qdisc pfifo_fast`);
});

test("what there is no place for, or no module", async () => {
  await plays(`
$ tc qdisc add dev eth0 parent 55:1 pfifo_fast
Error: Failed to find specified qdisc.
[2]
$ tc qdisc add dev eth0 root handle 100: mq; tc qdisc add dev eth0 parent 100:5 pfifo_fast
Error: Specified class not found.
[2]
$ tc qdisc add dev eth0 root handle 1: mq
Error: NLM_F_REPLACE needed to override.
[2]
$ tc qdisc del dev eth0 parent 100:3
Error: Cannot delete qdisc with handle of zero.
[2]
$ tc qdisc del dev eth0 root handle 7:
Error: Invalid handle.
[2]
$ tc qdisc del dev eth0 root mqprio
Error: Invalid qdisc name.
[2]
$ tc qdisc replace dev lo root mq
RTNETLINK answers: Operation not supported
[2]
$ tc qdisc add dev eth0 root handle xyz mq
Error: argument "xyz" is wrong: invalid qdisc ID
[255]
$ tc qdisc replace dev eth0 root mqprio num_tc 1 map 0 hw 1
Error: Offload of mqprio is not modelled.
[2]
$ tc qdisc replace dev eth0 root mqprio num_tc 1 map 0 hw 0 queues 5@0
RTNETLINK answers: Invalid argument
[2]
$ tc qdisc replace dev eth0 root mqprio mode dcb
tc: "mode" of mqprio is not modelled by this emulator.
[1]`);
});
