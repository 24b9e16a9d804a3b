// LossEvents: tells viewers of a run that events of it were dropped, by ordinary events in its
// stream: PROGRESS, warn, on the node that lost them, with
//   data.dropped = {"reason", "count", "after", "before"}
// where `after` and `before` are the ids of the neighbours that survived. Told when the node
// records again, or when there is room again, or at the end.
//
// enlist() may be called from any thread, also in a signal handler; the rest from one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "record/lane.hpp"
#include "session/node_state.hpp"
#include "time/clock.hpp"

namespace trace::detail::session {

class LossEvents {
 public:
  // `session_id` outlives it.
  LossEvents(journal::SlabPool& pool, StampSource source, std::string_view session_id)
      : lane_(pool, journal::loss_lane, source, record::Lane::WhenEmpty::exceed_budget),
        session_id_(session_id) {}
  ~LossEvents();

  void enlist(NodeState& node) noexcept;

  // Tells what is due. `room`: an event of this weight would be admitted.
  void step(time::Steady::time_point now, bool room);
  // Tells everything; nothing is dropped any more.
  void finish();

  // Events that were recorded for this.
  std::uint64_t told() const noexcept { return lane_.accepted.load(std::memory_order_relaxed); }

 private:
  struct Lossy {
    std::shared_ptr<NodeState> node;
    time::Steady::time_point since;
  };
  void collect(time::Steady::time_point now);
  // False when there is more to tell, and nobody else has enlisted the node for it.
  bool tell(NodeState& node);
  void record(const NodeState& node, DropReason reason, std::uint64_t count,
              const NodeLosses::Taken& taken);

  record::Lane lane_;
  std::string_view session_id_;
  std::atomic<NodeState*> enlisted_{nullptr};
  std::vector<Lossy> lossy_;
};

}  // namespace trace::detail::session
