/*
 * The scenario of scenario.ts for SPIN: cleanup_net, `devlink dev reload`, a registration, SHOWS x `devlink dev show` and
 * ADDS x `ip netns add`, with the per-net notifier. One transition for each lock operation, as on our side; nothing of the
 * state that the verdict does not need. Mutexes go to any waiter, the semaphore strictly to the first in its queue.
 */
#ifndef SHOWS
#define SHOWS 1
#endif
#ifndef ADDS
#define ADDS 1
#endif
#define TASKS (SHOWS + ADDS + 3)

bool rtnl, devlink, intf;

/* pernet_ops_rwsem: holders, and those who wait: who, and whether for write. */
byte reading;
bool writing;
chan waiting = [TASKS] of { byte, byte };
byte queued;
bool handed[TASKS];
hidden byte who;
hidden byte exclusive;

#define lock(mutex)   d_step { !mutex -> mutex = true }
#define unlock(mutex) d_step { assert(mutex); mutex = false }

inline hand_on() {
  do
  :: queued > 0 ->
     waiting?<who, exclusive>;
     if
     :: exclusive == 1 && !writing && reading == 0 -> waiting?who, exclusive; queued--; writing = true; handed[who] = true
     :: exclusive == 0 && !writing -> waiting?who, exclusive; queued--; reading++; handed[who] = true
     :: else -> break
     fi
  :: else -> break
  od;
  who = 0;
  exclusive = 0
}

inline down_read() {
  atomic {
    if
    :: !writing && queued == 0 -> reading++
    :: else -> queued++; waiting!_pid, 0; handed[_pid]; handed[_pid] = false
    fi
  }
}

inline down_write() {
  atomic {
    if
    :: !writing && reading == 0 && queued == 0 -> writing = true
    :: else -> queued++; waiting!_pid, 1; handed[_pid]; handed[_pid] = false
    fi
  }
}

inline up_read()  { d_step { assert(reading > 0); reading--; hand_on() } }
inline up_write() { d_step { assert(writing); writing = false; hand_on() } }

inline notifier() { lock(rtnl); unlock(rtnl) }
inline half()     { lock(intf); notifier(); unlock(intf) }
inline reload()   { lock(devlink); half(); half(); unlock(devlink) }

active proctype cleanup_net()   { down_read(); reload(); up_read() }
active proctype devlink_reload() { reload() }
active proctype registration()  { down_write(); notifier(); up_write() }
#if SHOWS > 0
active [SHOWS] proctype dl_show()  { lock(devlink); unlock(devlink) }
#endif
#if ADDS > 0
active [ADDS] proctype netns_add()    { down_read(); notifier(); up_read() }
#endif
