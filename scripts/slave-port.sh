#!/usr/bin/env bash
# The call graph of the original report: a multiport slave whose devlink instance is in the dying namespace.
# Run with: --multiport 0000:00:08.0,0000:00:09.0

ip netns add foo
devlink dev reload pci/0000:00:09.0 netns foo
ip netns del foo
sleep 1
