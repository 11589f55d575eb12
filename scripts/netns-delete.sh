#!/usr/bin/env bash
# Reload an mlx5 device into a network namespace, then delete the namespace.
# With the global netdev notifier the cleanup of the namespace waits for itself, for ever.

ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
ip netns del foo

# `ip netns del` has returned; a kworker cleans the namespace up by itself. Give it a second, then look at the result.
sleep 1
ip link show eth0
rdma link show

# Who else hangs now? Each in the background, so that the script goes on.
devlink dev show &
sleep 0.1
devlink port show &
sleep 0.1
ip netns add bar &
sleep 1
