/** The commands that `--blast-radius` tries if it is given none: one of each kind that administrators and their tools use. */

/** @param device a devlink handle of the machine; null if it has none */
export function blastCommands(device: string | null): readonly string[] {
  const ofDevice =
    device === null ? [] : [`devlink dev show ${device}`, `devlink dev param show ${device}`, `devlink dev reload ${device}`];
  return [
    "devlink dev show",
    "devlink port show",
    "devlink health show",
    ...ofDevice,
    "timeout 3 devlink monitor",
    "devlink dev help",
    "ip netns list",
    "ip netns add blast",
    "unshare -n true",
    "ip link show",
    "ip addr show",
    "ip link add blast0 type dummy",
    "ip link add blast1 type bridge",
    "ip route show",
    "ethtool -i lo",
    "rdma dev show",
    "rdma link show",
    "rdma system show",
    "modprobe 8021q",
    "modprobe -r mlx5_ib",
    ...(device?.startsWith("pci/") === true ? [`echo ${device.slice(4)} > /sys/bus/pci/drivers/mlx5_core/unbind`] : []),
    "cat /proc/net/dev",
    "ps",
  ];
}
