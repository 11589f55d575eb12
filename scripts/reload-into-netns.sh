#!/usr/bin/env bash
# Stop after the reload: does the RoCE port still know its netdev?
# The netdev stays in init_net while the devlink instance, and with it the per-net notifier, goes to foo.

ip netns add foo
rdma link show
devlink dev reload pci/0000:00:08.0 netns foo
rdma link show
cat /sys/class/infiniband/mlx5_0/ports/1/gids/0
