#include "session/this_thread.hpp"

#include <algorithm>
#include <vector>

#include "session/core.hpp"

namespace trace::detail {
namespace {

// Trivially destructible, so that they can be read to the thread's very end.
constinit thread_local Lane* last_lane = nullptr;
constinit thread_local bool thread_is_ending = false;
constinit thread_local bool holds_locks = false;

struct HoldingLocks {
  HoldingLocks() noexcept { holds_locks = true; }
  ~HoldingLocks() { holds_locks = false; }
};

class ThreadLanes {
 public:
  ~ThreadLanes() {
    thread_is_ending = true;
    last_lane = nullptr;
    for (Held& held : held_) {
      if (held.core->in_own_process()) held.core->lanes().release(*held.lane);
    }
  }

  Lane* of(const std::shared_ptr<SessionCore>& core) {
    const HoldingLocks holding;
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
    last_lane = known->lane;
    return last_lane;
  }

 private:
  struct Held {
    std::shared_ptr<SessionCore> core;
    Lane* lane;
  };
  std::vector<Held> held_;
};

}  // namespace

bool this_thread_holds_locks() noexcept { return holds_locks; }
void this_thread_holds_locks(bool holds) noexcept { holds_locks = holds; }

Lane* lane_of_this_thread(const std::shared_ptr<SessionCore>& core) {
  if (last_lane != nullptr && last_lane->owner == core.get()) [[likely]]
    return last_lane;
  if (thread_is_ending) return nullptr;
  thread_local ThreadLanes lanes;
  return lanes.of(core);
}

}  // namespace trace::detail
