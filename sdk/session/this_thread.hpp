// The lane that the calling thread records on. Found through one thread-local pointer; acquired on
// the thread's first record for a session and given back when the thread ends.
#pragma once

#include <memory>

#include "record/lane.hpp"

namespace trace::detail {

class SessionCore;

// Null when the thread's storage is gone already (a later thread-local's destructor records): the
// session's shared lane serves then. Throws std::bad_alloc.
Lane* lane_of_this_thread(const std::shared_ptr<SessionCore>& core);

// True while this thread looks for its lane or records on the shared one: a record() that finds it
// so comes from a signal handler and must not wait for these locks.
bool this_thread_holds_locks() noexcept;
void this_thread_holds_locks(bool holds) noexcept;

}  // namespace trace::detail
