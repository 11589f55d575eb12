/** Help texts of rdma, in words of our own: the grammar that this emulator takes. */
export const RDMA_HELP = `Usage: rdma [OPTION]... OBJECT COMMAND [ARGUMENT]...
       rdma OBJECT help
OBJECT is one of: dev, link, resource, system, statistic
OPTION is one of: -V --version, -d --details, -j --json, -p --pretty, -r --raw, -b --batch FILE, -f --force, -h --help
`;

export const DEV_HELP = `Usage: rdma dev [show] [DEVICE]
       rdma dev set DEVICE name NEW_NAME
       rdma dev set DEVICE netns NAME
       rdma dev set DEVICE adaptive-moderation on|off
`;

export const LINK_HELP = `Usage: rdma link [show] [DEVICE/PORT]
       rdma link add NAME type TYPE netdev NETDEV
       rdma link delete NAME
`;

export const RESOURCE_HELP = `Usage: rdma resource [show] [DEVICE]
       rdma resource show qp|cm_id [link DEVICE/PORT] [FILTER VALUE]...
       rdma resource show cq|mr|pd|ctx|srq [dev DEVICE] [FILTER VALUE]...
`;

export const STATISTIC_HELP = `Usage: rdma statistic [show] [link DEVICE/PORT]
       rdma statistic qp show|mode [link DEVICE/PORT]
Counters cannot be bound to queue pairs here: what changes that is refused by name.
`;

export const SYSTEM_HELP = `Usage: rdma system [show]
       rdma system set netns shared|exclusive
`;
