/** What a user sees of a netdevsim device that counts the routes and rules of the namespace it is in. */

/** Routes up to the limit and no further; a reload into what is too small. */
export const ROUTES = `# ip netns add ns1; ip netns add ns2; devlink dev reload $D netns ns1
# ip -n ns1 link add dev dummy1 type dummy; ip -n ns1 link set dev dummy1 up; ip -n ns1 address add 192.0.1.1/24 dev dummy1
# occ() { devlink -N $1 -j resource show $D | jq -c ".[][][0].resources[0].occ"; }
$ OCC=$(occ ns1); echo $OCC
OCC
$ devlink -N ns1 resource set $D path IPv4/fib size $((OCC + 1)); devlink -N ns1 dev reload $D; occ ns1
OCC
$ ip -n ns1 route add 192.0.2.0/24 via 192.0.1.2; ip -n ns1 route add 192.0.3.0/24 via 192.0.1.2
Error: netdevsim: Exceeded number of supported fib entries.
[2]
$ ip -n ns1 route del 192.0.2.0/24; ip -n ns1 route add 192.0.3.0/24 via 192.0.1.2; occ ns1
FULL
$ devlink -N ns1 resource set $D path IPv4/fib size 1; devlink -N ns1 dev reload $D
Error: netdevsim: Exceeded number of supported fib entries.
kernel answers: ERRNO
[1]
$ dmesg | tail -1 | grep -o "Failed.*"; devlink -N ns1 dev show
Failed to register fib notifier
netdevsim/netdevsim10: reload_failed true
$ devlink -N ns1 resource show $D | grep "name fib size 1"
      name fib size 1 unit entry size_min 0 size_max unlimited size_gran 1 dpipe_tables none
$ devlink -N ns1 dev reload $D netns ns2; devlink -N ns2 dev show; occ ns2
netdevsim/netdevsim10
0
$ devlink -N ns2 resource set $D path IPv4/fib-rules size 2; devlink -N ns2 dev reload $D
Error: netdevsim: Exceeded number of supported fib rule entries.
kernel answers: No space left on device
[1]
$ ip netns del ns2; sleep 0.1; devlink dev show
netdevsim/netdevsim10: reload_failed true
$ devlink resource set $D path IPv4/fib-rules size ' -1'; devlink resource set $D path IPv4/fib size ' -1'; devlink dev reload $D; devlink dev show
netdevsim/netdevsim10`;
