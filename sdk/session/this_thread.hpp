// SPDX-License-Identifier: Apache-2.0
// The calling thread's lane. Found through one thread-local pointer; acquired on the thread's first
// record for a session and returned when the thread ends.
#pragma once

#include <memory>

#include "record/lane.hpp"

namespace trace::detail::session {

class SessionCore;

// The slow path of lane_for().
record::Lane* find_lane_of_this_thread(const std::shared_ptr<SessionCore>& core);

// Null if the thread's storage is already destroyed (a later thread-local's destructor records):
// use the session's shared lane then. Only while this_thread.is_recording. Throws std::bad_alloc.
inline record::Lane* lane_for(const std::shared_ptr<SessionCore>& core,
                              const Admission& admission) {
  LaneCursor* const lane = this_thread.lane;
  if (lane != nullptr && lane->admission == &admission) return static_cast<record::Lane*>(lane);
  return find_lane_of_this_thread(core);
}

}  // namespace trace::detail::session
