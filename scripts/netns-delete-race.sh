#!/usr/bin/env bash
# The other deadlock of the global netdev notifier: no device is in the namespace that dies. A reload holds devlink_mutex and
# wants pernet_ops_rwsem for write; the cleanup of any namespace holds pernet_ops_rwsem for read and wants devlink_mutex.
# Run with: --notifier global. With --seed 1, 2, ... most orders go well, and lockdep predicts the deadlock from those too.

ip netns add empty
devlink dev reload pci/0000:00:08.0 &
ip netns del empty
wait
devlink dev show
