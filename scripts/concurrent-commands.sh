#!/usr/bin/env bash
# The three commands, and before the last of them three others at the same time: two list the devices, one adds a namespace.
# explore --notifier global: every schedule deadlocks. explore --notifier net: none does.

ip netns add foo
devlink dev reload pci/0000:00:08.0 netns foo
devlink dev show &
devlink dev show &
ip netns add bar &
wait
ip netns del foo
