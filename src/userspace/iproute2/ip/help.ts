/** Help texts of ip, in words of our own: the grammar that this emulator takes. */
export const IP_HELP = `Usage: ip [OPTION]... OBJECT COMMAND [ARGUMENT]...
       ip OBJECT help
OBJECT is one of: address, l2tp, link, netns, route, rule
OPTION is one of: -V[ersion] -s[tatistics] -d[etails] -h[uman] -iec -r[esolve] -o[neline] -br[ief]
                  -j[son] -p[retty] -n[etns] NAME -a[ll] -N[umeric] -t[imestamp] -ts[hort]
                  -f[amily] inet|inet6|link|bridge|mpls, -4 -6 -0 -B -M, -l[oops] N, -rc[vbuf] N
Objects of the real ip that this emulator has not are refused by name.
`;

export const IP_NETNS_HELP = `Usage: ip netns [list]
       ip netns add NAME
       ip netns attach NAME PID
       ip netns set NAME NSID|auto
       ip [-all] netns delete [NAME]
       ip netns identify [PID]
       ip netns pids NAME
       ip [-all] netns exec [NAME] COMMAND [ARGUMENT]...
       ip netns list-id [target-nsid NSID] [nsid NSID]
       ip netns monitor
`;

export const IP_LINK_HELP = `Usage: ip link [show] [[dev] DEVICE] [up] [type KIND] [group NUMBER]
       ip link add [name] NAME [SETTING]... type dummy|veth|KIND [peer [name] NAME [SETTING]...]
       ip link set [dev] DEVICE [SETTING]...
       ip link delete [dev] DEVICE [type KIND]
SETTING is one of: up, down, name NAME, netns NAME|PID, mtu BYTES, address LLADDR, broadcast LLADDR, alias TEXT,
                   txqueuelen PACKETS, arp|multicast|allmulticast|promisc on|off, group NUMBER, index NUMBER,
                   link DEVICE, numtxqueues N, numrxqueues N
`;

export const IP_ADDRESS_HELP = `Usage: ip address [show] [[dev] DEVICE] [up] [scope SCOPE] [label TEXT] [type KIND]
       ip address add ADDRESS[/LENGTH] [peer ADDRESS[/LENGTH]] [broadcast ADDRESS|+|-] [label TEXT]
                      [scope SCOPE] dev DEVICE
       ip address delete ADDRESS[/LENGTH] [label TEXT] [scope SCOPE] dev DEVICE
SCOPE is host, link, global or a number.
`;

export const IP_ROUTE_HELP = `Usage: ip route [show|flush] [table TABLE|all] [dev DEVICE] [proto PROTO] [scope SCOPE] [type TYPE]
                [via ADDRESS] [src ADDRESS] [[to] [root|match|exact] PREFIX]
       ip route get ADDRESS [from ADDRESS] [oif DEVICE]
       ip route add|del|change|append|prepend|replace|test [TYPE] PREFIX [via ADDRESS] [dev DEVICE] [src ADDRESS]
                [metric NUMBER] [table TABLE] [proto PROTO] [scope SCOPE] [tos TOS] [onlink]
TYPE is unicast, local, broadcast, multicast, anycast, throw, unreachable, prohibit or blackhole.
`;

export const IP_RULE_HELP = `Usage: ip rule [show]
       ip rule add|del [from PREFIX] [to PREFIX] [priority NUMBER] [lookup TABLE]
`;

export const IP_L2TP_HELP = `Usage: ip l2tp show tunnel|session
`;

export const IP_MONITOR_HELP = `Usage: ip monitor [all] [OBJECT]... [label] [dev LINK]
OBJECT is one of: link, address, route, mroute, prefix, neigh, netconf, rule, nsid, nexthop, stats
`;
