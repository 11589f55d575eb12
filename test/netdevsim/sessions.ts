/** What a user types about a netdevsim device, and what comes back. */

/** Ports, virtual functions, and what a port can be told. */
export const PORTS = `$ echo abc > $B/new_port
bash: echo: write error: Invalid argument
[1]
$ echo 4294967296 > $B/new_port
bash: echo: write error: Numerical result out of range
[1]
$ echo 0x10 > $B/new_port
$ echo 0 > $B/new_port
bash: echo: write error: File exists
[1]
$ devlink port show
netdevsim/netdevsim10/0: type eth netdev eth0 flavour physical port 1 splittable false
netdevsim/netdevsim10/16: type eth netdev eth1 flavour physical port 17 splittable false
$ ls $G/ports
0
16
$ echo 16 > $B/del_port; echo 16 > $B/del_port
bash: echo: write error: No such file or directory
[1]
$ echo 2 > $B/sriov_numvfs; echo 3 > $B/sriov_numvfs
bash: echo: write error: Device or resource busy
[1]
$ echo 3 > $B/new_port; devlink dev reload $D; cat $B/sriov_numvfs; devlink port show
0
netdevsim/netdevsim10/0: type eth netdev eth0 flavour physical port 1 splittable false
$ devlink port function set $D/0 hw_addr 01:11:22:33:44:55
Error: MOD: Non-unicast hardware address unsupported.
kernel answers: Invalid argument
[1]
$ devlink port function set $D/0 hw_addr 00:11
Error: MOD: Address must be 6 bytes for Ethernet device.
kernel answers: Invalid argument
[1]
$ devlink port function set $D/0 hw_addr 00:11:22:33:44:55
Error: MOD: Port doesn't support function attributes.
kernel answers: Operation not supported
[1]
$ devlink port set $D/0 type ib
kernel answers: Operation not supported
[1]
$ devlink port unsplit $D/0
kernel answers: Operation not supported
[1]
$ devlink port add $D flavour pcisf pfnum 0
kernel answers: Operation not supported
[1]
$ devlink port del $D/0
kernel answers: Operation not supported
[1]
$ devlink port param show
$ devlink port param show $D/0 name x
kernel answers: Invalid argument
[1]
$ devlink port param set $D/0 name x value 1 cmode runtime
kernel answers: Invalid argument
[1]`;

export const PORTS_EARLY = `$ devlink port function set $D/0 state active
Error: devlink: Fail to parse port function attributes.
kernel answers: Invalid argument
[1]
$ devlink port split $D/0 count 2
Error: devlink: Port cannot be split.
kernel answers: Invalid argument
[1]
$ echo 9 > $B/sriov_numvfs; devlink dev eswitch set $D mode switchdev
kernel answers: Operation not supported
[1]
$ devlink dev eswitch show $D
netdevsim/netdevsim10:`;

/** The files of a device that is up, and one that only keeps what is written to it. */
export const FILES_EARLY = `$ ls -R $G
/sys/kernel/debug/netdevsim/netdevsim10:
bpf_bind_accept
bpf_bind_verifier_accept
bpf_bind_verifier_delay
bpf_bound_progs
dont_allow_reload
fail_reload
fail_trap_group_set
fail_trap_policer_counter_get
fail_trap_policer_set
fw_update_overwrite_mask
fw_update_status
health
max_macs
ports
take_snapshot
test1
trap_flow_action_cookie
udp_ports_ipv4_only
udp_ports_open_only
udp_ports_shared
udp_ports_sleep
udp_ports_static_iana_vxlan
udp_ports_sync_all

/sys/kernel/debug/netdevsim/netdevsim10/bpf_bound_progs:

/sys/kernel/debug/netdevsim/netdevsim10/health:
binary_len
break_health
fail_recover

/sys/kernel/debug/netdevsim/netdevsim10/ports:
0

/sys/kernel/debug/netdevsim/netdevsim10/ports/0:
bpf_map_accept
bpf_offloaded_id
bpf_tc_accept
bpf_tc_non_bound_accept
bpf_xdpdrv_accept
bpf_xdpoffload_accept
dev
ethtool
ipsec
udp_ports_inject_error
udp_ports_reset
udp_ports_table0
udp_ports_table1

/sys/kernel/debug/netdevsim/netdevsim10/ports/0/ethtool:
pause

/sys/kernel/debug/netdevsim/netdevsim10/ports/0/ethtool/pause:
report_stats_rx
report_stats_tx
$ cat $G/trap_flow_action_cookie
cat: /sys/kernel/debug/netdevsim/netdevsim10/trap_flow_action_cookie: Invalid argument
[1]
$ echo 0a1 > $G/trap_flow_action_cookie
bash: echo: write error: Invalid argument
[1]
$ echo 0A1b > $G/trap_flow_action_cookie; cat $G/trap_flow_action_cookie
0a1b
$ echo Y > $G/fail_reload; devlink dev reload $D 2> /dev/null; ls $G | grep -c .; ls $G/ports
21
$ cat $G/max_macs; echo 0x10 > $G/max_macs; cat $G/max_macs; echo -1 > $G/max_macs
32
16
bash: echo: write error: Invalid argument
[1]`;

export const PORTS_LATE = `$ devlink port function set $D/0 state active
Error: leftover: Function does not support state setting.
kernel answers: Operation not supported
[1]
$ devlink port split $D/0 count 2
kernel answers: Operation not supported
[1]
$ echo 5 > $B/sriov_numvfs
bash: echo: write error: Cannot allocate memory
[1]
$ cat $G/max_vfs; echo abc > $G/max_vfs
4
bash: echo: write error: Invalid argument
[1]
$ echo 1234567890 > $G/max_vfs
bash: echo: write error: No space left on device
[1]
$ echo 1 > $B/sriov_numvfs; echo 5 > $G/max_vfs
bash: echo: write error: Device or resource busy
[1]
$ devlink dev eswitch set $D mode switchdev; devlink port show
netdevsim/netdevsim10/0: type eth netdev eth0 flavour physical port 1 splittable false
netdevsim/netdevsim10/128: type eth netdev eth1 flavour pcivf controller 0 pfnum 0 vfnum 0 external false splittable false
$ cat /sys/class/net/eth1/phys_port_name
pf0vf0
$ [ $(cat /sys/class/net/eth0/phys_switch_id) = $(cat /sys/class/net/eth1/phys_switch_id) ]
$ echo 0 > $B/sriov_numvfs; echo 5 > $G/max_vfs; devlink dev eswitch show $D
netdevsim/netdevsim10: mode legacy
$ devlink dev eswitch set $D mode switchdev; echo 5 > $B/sriov_numvfs; devlink port show | wc -l
6
$ devlink dev reload $D; cat $B/sriov_numvfs; devlink dev eswitch show $D; devlink port show | wc -l
0
netdevsim/netdevsim10: mode legacy
1`;

/** A device that is down because its last reload failed, and one that is removed in that state. */
export const FAILED_RELOAD = `$ echo Y > $G/fail_reload; devlink dev reload $D
Error: netdevsim: User setup the reload to fail for testing purposes.
kernel answers: Invalid argument
[1]
$ devlink health show
$ devlink health show $D reporter dummy
kernel answers: Invalid argument
[1]
$ devlink dev param set $D name max_macs value 7 cmode driverinit; cat $G/max_macs
32
$ echo 5 > $B/new_port; devlink port show; echo 5 > $B/del_port
netdevsim/netdevsim10/5: type eth netdev eth0 flavour physical port 6 splittable false
$ echo N > $G/fail_reload; devlink dev reload $D; cat $G/max_macs; devlink dev show
7
netdevsim/netdevsim10
$ devlink health show
netdevsim/netdevsim10:
  reporter empty
    state healthy error 0 recover 0 auto_dump true
  reporter dummy
    state healthy error 0 recover 0 grace_period 0 auto_recover true auto_dump true
$ echo Y > $G/fail_reload; devlink dev reload $D 2> /dev/null; echo 10 > $S/del_device; devlink dev show; ls /sys/kernel/debug/netdevsim
$ echo 10 > $S/new_device; devlink dev show
netdevsim/netdevsim10`;

/** The life of an error of the reporter "dummy". */
export const HEALTH = `$ devlink health diagnose $D reporter empty
$ devlink -j health diagnose $D reporter empty
{}
$ devlink health diagnose $D
Reporter's name is expected.
[1]
$ devlink health dump
One of following identifications expected:
Devlink identification ("bus_name/dev_name")
Port identification ("bus_name/dev_name/port_index" or "netdev ifname")
[1]
$ devlink health test $D reporter dummy
kernel answers: Operation not supported
[1]
$ devlink health set $D reporter empty auto_recover true
kernel answers: Operation not supported
[1]
$ devlink health set $D reporter dummy auto_recover maybe
"maybe" is not a valid boolean value
[1]
$ devlink health set $D reporter dummy grace_period 5 auto_recover false auto_dump false; devlink health show $D reporter dummy
netdevsim/netdevsim10:
  reporter dummy
    state healthy error 0 recover 0 grace_period 5 auto_recover false auto_dump false
$ devlink health set $D reporter dummy grace_period 0 auto_recover true auto_dump true; echo boom > $G/health/break_health
$ devlink health show $D reporter dummy
netdevsim/netdevsim10:
  reporter dummy
    state healthy error 1 recover 1 last_dump_date 2020-11-01 last_dump_time 00:00:00 grace_period 0 auto_recover true auto_dump true
$ devlink health dump show $D reporter dummy 2> /dev/null | head -1
 break_message: boom test_bool: true test_u8: 1 test_u32: 3 test_u64: 4 test_string: somestring
$ devlink -x health diagnose $D reporter dummy 2> /dev/null | head -1
 recovered_break_message: boom test_bool: true test_u8: 0x1 test_u32: 0x3 test_u64: 0x4 test_string: somestring
$ echo Y > $G/health/fail_recover; echo again > $G/health/break_health
bash: echo: write error: Invalid argument
[1]
$ echo more > $G/health/break_health
bash: echo: write error: Operation canceled
[1]
$ devlink health recover $D reporter dummy
Error: netdevsim: User setup the recover to fail for testing purposes.
kernel answers: Invalid argument
[1]
$ devlink health dump clear $D reporter dummy; devlink health show $D reporter dummy
netdevsim/netdevsim10:
  reporter dummy
    state error error 3 recover 1 grace_period 0 auto_recover true auto_dump true
$ echo 8192 > $G/health/binary_len; devlink health diagnose $D reporter dummy > /dev/null
kernel answers: Message too long
[1]
$ devlink port health show
$ devlink port health bogus
Command "bogus" not found
[1]`;

const FLASH_OK = `Preparing to flash
Flashing
Flash select
Flashing done`;

/** Firmware: everything that can be wrong with the request. */
export const FLASH = `$ devlink dev flash $D
BUG: unknown argument required but not found
[1]
$ devlink dev flash $D file
String parameter expected
[1]
$ devlink dev flash $D file x overwrite bogus
Unknown overwrite section "bogus"
[1]
# mkdir -p /lib/firmware; echo fw > /lib/firmware/x; : > /lib/firmware/empty
$ devlink dev flash $D file x overwrite settings
[1]
$ echo 1 > $G/fw_update_overwrite_mask; devlink dev flash $D file x overwrite settings
${FLASH_OK}
$ devlink dev flash $D file x overwrite settings overwrite identifiers
[1]
$ devlink -j dev flash $D file x
${FLASH_OK}

$ devlink dev flash netdevsim/netdevsim9 file x
[1]`;

export const FLASH_EARLY = `$ devlink dev flash $D file missing component some
[some] Preparing to flash
[some] Flashing
[some] Flash select
[some] Flashing done
$ echo n > $G/fw_update_status; devlink dev flash $D file missing | wc -l
0`;

export const FLASH_LATE = `# mkdir -p /lib/firmware; echo fw > /lib/firmware/x; : > /lib/firmware/empty
$ devlink dev flash $D file x component some
Error: selected component is not supported by this device.
[1]
$ devlink dev flash $D file x component fw.mgmt | head -1
[fw.mgmt] Preparing to flash
$ devlink dev flash $D file missing
Error: failed to locate the requested firmware file.
[1]
$ devlink dev flash $D file empty
Error: failed to locate the requested firmware file.
[1]
$ devlink dev flash $D file ""
Error: failed to locate the requested firmware file.
[1]
$ echo n > $G/fw_update_status; devlink dev flash $D file x | wc -l
1`;

/** Resources: the grammar, sizes that wait for a reload, and what each word looks like with -v. */
export const RESOURCES = `$ devlink resource show
Devlink identification ("bus_name/dev_name") expected
[1]
$ devlink resource show $D extra
Unknown option "extra"
[1]
$ devlink resource show netdevsim/netdevsim9
kernel answers: No such device
error get tables Success
[1]
$ devlink resource set $D
Resource path expected.
[1]
$ devlink resource set $D path IPv4/fib
Resource size expected.
[1]
$ devlink resource set $D path IPv4/fib size abc
"abc" is not a number or not within range
[1]
$ devlink resource set $D path "" size 1
kernel answers: Invalid argument
[1]
$ devlink resource set $D path IPv4/fib/more size 1
error parsing resource path Invalid argument
[1]
$ devlink resource set netdevsim/netdevsim9 path IPv4 size 1
kernel answers: No such device
error getting resources Success
[1]
$ devlink resource set $D path /IPv6//fib/ size 7; devlink -v resource show $D | grep "name IPv6"
  name IPv6 resource_path /IPv6 size unlimited unit entry size_min 0 size_max unlimited size_gran 1 dpipe_tables none size_valid true
$ devlink resource set $D path IPv6 size 6; devlink resource show $D | grep "name IPv6"
  name IPv6 size unlimited size_new 6 unit entry size_min 0 size_max unlimited size_gran 1 dpipe_tables none size_valid true
$ devlink resource set $D path IPv6/fib-rules size 0; devlink resource show $D | grep "name IPv6"
  name IPv6 size unlimited size_new 6 unit entry size_min 0 size_max unlimited size_gran 1 dpipe_tables none size_valid false
$ devlink dev reload $D
Error: MOD: resources size validation failed.
kernel answers: Invalid argument
[1]
$ devlink resource set $D path IPv6 size ' -1'; devlink resource set $D path IPv6/fib-rules size ' -1'; devlink dev reload $D`;
