/**
 * Proves modules as modprobe, rmmod, lsmod, insmod and the kernel's own request show them: dependencies, use counts,
 * parameters, files below /proc and /sys, errors with their words and statuses, and a helper that is a process.
 */
import { expect, test } from "vitest";
import { run } from "../support/machine.ts";

async function output(script: string): Promise<string> {
  const { stdout, stderr } = await run(`exec 2>&1\n${script}`, { devices: [], era: "v5.10" });
  return stdout + stderr;
}

test("a module brings what it needs, and takes it along when it goes", async () => {
  const text = await output(`
    modprobe l2tp_netlink; lsmod | head -5
    rmmod udp_tunnel; modprobe -r udp_tunnel; echo $?
    cat /sys/module/udp_tunnel/refcnt; ls /sys/module/udp_tunnel/holders
    modprobe -r l2tp_netlink; lsmod`);
  expect(text).toBe(`Module                  Size  Used by
l2tp_netlink           28672  0
l2tp_core              40960  1 l2tp_netlink
udp_tunnel             20480  1 l2tp_core
ip6_udp_tunnel         16384  1 l2tp_core
rmmod: ERROR: Module udp_tunnel is in use by: l2tp_core
modprobe: FATAL: Module udp_tunnel is in use.
1
1
l2tp_core
Module                  Size  Used by
netdevsim              61440  0
mlx5_ib               397312  0
ib_uverbs             167936  1 mlx5_ib
ib_core               413696  2 mlx5_ib,ib_uverbs
mlx5_core            1269760  1 mlx5_ib
`);
});

test("parameters are checked; what is unknown is ignored and logged", async () => {
  const text = await output(`
    modprobe dummy numdummies=2 colour=red; ip -br link | cut -c1-7
    rmmod dummy; modprobe dummy numdummies=many; echo $?
    dmesg | grep dummy: | cut -c16-`);
  expect(text).toBe(`lo     
dummy0 
dummy1 
modprobe: ERROR: could not insert 'dummy': Invalid argument
1
dummy: unknown parameter 'colour' ignored
dummy: \`many' invalid for parameter \`numdummies'
`);
});

test("wrong names and missing words", async () => {
  const text = await output(`
    for command in "modprobe" "modprobe nosuch" "modprobe -q nosuch" "modprobe -r nosuch" "modprobe -r dummy" "modprobe -a dummy nosuch" \\
      "modprobe --first-time dummy" "rmmod" "rmmod nosuch" "rmmod ib_core" "insmod" "insmod /nosuch.ko" "insmod /etc" "lsmod x"; do
      $command; echo "$command: $?"
    done`);
  expect(text).toBe(`modprobe: ERROR: missing parameters. See -h.
modprobe: 1
modprobe: FATAL: Module nosuch not found in directory /lib/modules/5.10.0
modprobe nosuch: 1
modprobe -q nosuch: 1
modprobe: FATAL: Module nosuch not found in directory /lib/modules/5.10.0
modprobe -r nosuch: 1
modprobe -r dummy: 0
modprobe: FATAL: Module nosuch not found in directory /lib/modules/5.10.0
modprobe -a dummy nosuch: 1
modprobe: ERROR: could not insert 'dummy': Module already in kernel
modprobe --first-time dummy: 1
rmmod: ERROR: missing module name.
rmmod: 1
rmmod: ERROR: Module nosuch is not currently loaded
rmmod nosuch: 1
rmmod: ERROR: Module ib_core is in use by: mlx5_ib ib_uverbs
rmmod ib_core: 1
insmod: ERROR: missing filename.
insmod: 1
insmod: ERROR: could not load module /nosuch.ko: No such file or directory
insmod /nosuch.ko: 1
insmod: ERROR: could not insert module /etc: Invalid module format
insmod /etc: 1
Usage: lsmod
lsmod x: 1
`);
});

test("insmod takes a file, and does not look for what it needs", async () => {
  const text = await output(`
    cd /lib/modules/5.10.0/kernel
    insmod l2tp_core.ko; insmod udp_tunnel.ko; insmod ip6_udp_tunnel.ko; insmod l2tp_core.ko; insmod l2tp_core.ko
    insmod ../modules.dep; lsmod | head -2; dmesg | grep Unknown | cut -c16-`);
  expect(text).toBe(`insmod: ERROR: could not insert module l2tp_core.ko: Unknown symbol in module
insmod: ERROR: could not insert module l2tp_core.ko: File exists
insmod: ERROR: could not insert module ../modules.dep: Invalid module format
Module                  Size  Used by
l2tp_core              40960  0
l2tp_core: Unknown symbol of udp_tunnel (err -2)
`);
});

test("a link of an unknown kind is asked of modprobe, a process; without the module the kind stays unknown", async () => {
  const text = await output(`
    ip link add v0 type veth; lsmod | head -2 | tail -1
    ip link add x type nosuch; echo $?`);
  expect(text).toBe(`veth                   32768  0
Error: Unknown device type.
2
`);
});

test("two loads of one module: the second waits for the first, interruptible, and whoever asked can be killed", async () => {
  const seed = "ip netns add foo\ndevlink dev reload pci/0000:00:08.0 netns foo\nip netns del foo\nsleep 1\n";
  const { document } = await run(
    `${seed}modprobe ifb & modprobe ifb & sleep 1; ip link add x type bridge & ip link add d type dummy & sleep 1
     kill -9 $!; sleep 1; ps -eo stat,args | grep modprobe | grep -v grep; ps -eo args | grep "^ip link"`,
    { notifier: "global", era: "v5.10" },
  );
  expect(document.script.stdout).toBe(`D    modprobe ifb
S    modprobe ifb
D    /sbin/modprobe -q -- rtnl-link-bridge
D    /sbin/modprobe -q -- rtnl-link-dummy
ip link add x type bridge
`);
});
