// The lane that the calling thread records on. Found through one thread-local pointer; acquired on
// the thread's first record for a session and given back when the thread ends.
#pragma once

#include <memory>

#include "record/lane.hpp"

namespace trace::detail::session {

class SessionCore;

// The slow part of the following.
record::Lane* find_lane_of_this_thread(const std::shared_ptr<SessionCore>& core);

// Null when the thread's storage is gone already (a later thread-local's destructor records): the
// session's shared lane serves then. Only while this_thread.is_recording. Throws std::bad_alloc.
inline record::Lane* lane_for(const std::shared_ptr<SessionCore>& core,
                              const Admission& admission) {
  LaneCursor* const lane = this_thread.lane;
  if (lane != nullptr && lane->admission == &admission) return static_cast<record::Lane*>(lane);
  return find_lane_of_this_thread(core);
}

}  // namespace trace::detail::session
