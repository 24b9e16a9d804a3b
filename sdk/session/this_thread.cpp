// SPDX-License-Identifier: Apache-2.0
#include "session/this_thread.hpp"

#include <algorithm>
#include <vector>

#include "session/core.hpp"

constinit thread_local trace::detail::ThisThread trace::detail::this_thread;

namespace trace::detail::session {
namespace {

class ThreadLanes {
 public:
  ~ThreadLanes() {
    this_thread.is_recording = true;
    this_thread.is_ending = true;
    this_thread.lane = nullptr;
    for (Held& held : held_) {
      if (held.core->in_own_process()) held.core->lanes().release(*held.lane);
    }
    this_thread.is_recording = false;
  }

  record::Lane* of(const std::shared_ptr<SessionCore>& core) {
    this_thread.lane = nullptr;  // its session may end here
    // A closed session's journal stays mapped only as long as it is referenced.
    std::erase_if(held_, [](const Held& held) {
      return held.core->closed() || !held.core->in_own_process();
    });
    auto known = std::find_if(held_.begin(), held_.end(),
                              [&](const Held& held) { return held.core == core; });
    if (known == held_.end()) {
      held_.reserve(held_.size() + 1);
      held_.push_back({core, &core->lanes().acquire()});
      known = held_.end() - 1;
    }
    this_thread.lane = known->lane;
    return known->lane;
  }

 private:
  struct Held {
    std::shared_ptr<SessionCore> core;
    record::Lane* lane;
  };
  std::vector<Held> held_;
};

}  // namespace

record::Lane* find_lane_of_this_thread(const std::shared_ptr<SessionCore>& core) {
  if (this_thread.is_ending) return nullptr;
  thread_local ThreadLanes lanes;
  return lanes.of(core);
}

}  // namespace trace::detail::session
