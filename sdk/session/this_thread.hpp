// The lane that the calling thread records on. Found through one thread-local pointer; acquired on
// the thread's first record for a session and given back when the thread ends.
#pragma once

#include <memory>

#include "record/lane.hpp"

namespace trace::detail {

class SessionCore;

// Trivially destructible, so that it can be read to the thread's very end. The lane itself is
// lane_of_this_thread, where record() sees it.
struct ThisThread {
  bool is_ending = false;
  // While it looks for its lane or records on the shared one: a record() that finds it so comes
  // from a signal handler and must not wait for these locks.
  bool holds_locks = false;
};
extern constinit thread_local ThisThread this_thread;

// The slow part of the following.
Lane* find_lane_of_this_thread(const std::shared_ptr<SessionCore>& core);

// Null when the thread's storage is gone already (a later thread-local's destructor records): the
// session's shared lane serves then. Throws std::bad_alloc.
inline Lane* lane_for(const std::shared_ptr<SessionCore>& core, const Admission& admission) {
  LaneCursor* const lane = lane_of_this_thread;
  if (lane != nullptr && lane->admission == &admission) return static_cast<Lane*>(lane);
  return find_lane_of_this_thread(core);
}

}  // namespace trace::detail
