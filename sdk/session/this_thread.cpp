#include "session/this_thread.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "session/core.hpp"

namespace trace::detail {

constinit thread_local ThisThread this_thread;
constinit thread_local LaneCursor* lane_of_this_thread = nullptr;

namespace {

struct HoldingLocks {
  HoldingLocks() noexcept { this_thread.holds_locks = true; }
  ~HoldingLocks() { this_thread.holds_locks = false; }
};

class ThreadLanes {
 public:
  ~ThreadLanes() {
    this_thread.is_ending = true;
    lane_of_this_thread = nullptr;
    for (Held& held : held_) {
      if (held.core->in_own_process()) held.core->lanes().release(*held.lane);
    }
  }

  Lane* of(const std::shared_ptr<SessionCore>& core) {
    const HoldingLocks holding;
    // What follows may end its session; a signal handler that records must not find it then.
    lane_of_this_thread = nullptr;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    // A closed session's journal stays mapped only as long as somebody refers to it.
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
    lane_of_this_thread = known->lane;
    return known->lane;
  }

 private:
  struct Held {
    std::shared_ptr<SessionCore> core;
    Lane* lane;
  };
  std::vector<Held> held_;
};

}  // namespace

Lane* find_lane_of_this_thread(const std::shared_ptr<SessionCore>& core) {
  if (this_thread.is_ending) return nullptr;
  thread_local ThreadLanes lanes;
  return lanes.of(core);
}

}  // namespace trace::detail
