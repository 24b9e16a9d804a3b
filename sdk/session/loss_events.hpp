// SPDX-License-Identifier: Apache-2.0
// LossEvents: reports dropped events in the run's stream, by ordinary events: PROGRESS, warn, on
// the node that lost them, with
//   data.dropped = {"reason", "count", "after", "before"}
// where `after` and `before` are the ids of the surviving neighbours. Sent when the node records
// again, when there is room again, or at the end.
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

  // Reports what is due. `room`: an event of this type and level would be admitted.
  void step(time::Steady::time_point now, bool room);
  // Reports everything; nothing is dropped any more.
  void finish();

  // Number of loss events.
  std::uint64_t recorded() const noexcept { return lane_.accepted.load(std::memory_order_relaxed); }

 private:
  struct Lossy {
    std::shared_ptr<NodeState> node;
    time::Steady::time_point since;
  };
  void collect(time::Steady::time_point now);
  // False if there is more to report, and the node was not enlisted again.
  bool report(NodeState& node);
  void record(const NodeState& node, DropReason reason, std::uint64_t count,
              const NodeLosses::Unreported& losses);

  record::Lane lane_;
  std::string_view session_id_;
  std::atomic<NodeState*> enlisted_{nullptr};
  std::vector<Lossy> lossy_;
};

}  // namespace trace::detail::session
