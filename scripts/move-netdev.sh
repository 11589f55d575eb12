#!/usr/bin/env bash
# No reload at all: the netdev alone moves to another namespace, and back.
# A per-net notifier sees it leave and never sees it arrive.

ip netns add foo
rdma link show
ip link set eth0 netns foo
ip netns exec foo rdma link show
