// SPDX-License-Identifier: Apache-2.0
// What a session does about refused events: Losses counts and reports them to the operator,
// LossEvents reports them in the run's stream.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <trace/session.hpp>

#include "journal/format.hpp"
#include "record/lane.hpp"
#include "session/node_state.hpp"
#include "ship/diagnostics.hpp"
#include "time/clock.hpp"

namespace trace::detail::session {

// Counts by reason. Counting is lock-free and safe in a signal handler; the keeper reports, because
// a diagnostic allocates and takes locks.
class Losses {
 public:
  // The header keeps a copy of the counts for readers of the journal.
  Losses(journal::FileHeader& header, ship::Diagnostics& diagnostics)
      : header_(header), diagnostics_(diagnostics) {}

  // Any thread. `detail` has static storage (a field's name, a format string) or is empty.
  void count(DropReason reason, std::string_view detail) noexcept;
  // Not in the header, which belongs to another process.
  void count_in_memory(DropReason reason) noexcept;
  std::array<std::uint64_t, drop_reasons> counts() const noexcept;

  // Reports the reasons whose count has risen since the last call. One thread.
  void report();
  // Counts by reason: "budget 1226, too_large 4"; empty if nothing was refused.
  std::string summary() const;

 private:
  enum class Slot : std::uint8_t { empty, written, full };
  struct Lost {
    std::atomic<std::uint64_t> count{0};
    std::uint64_t reported = 0;
    // An example of a refused event.
    std::atomic<Slot> slot{Slot::empty};
    std::string_view detail;
  };

  journal::FileHeader& header_;
  ship::Diagnostics& diagnostics_;
  std::array<Lost, drop_reasons> lost_;
};

// Reports dropped events in the run's stream, by ordinary events: PROGRESS, warn, on the node that
// lost them, with
//   data.dropped = {"reason", "count", "after", "before"}
// where `after` and `before` are the ids of the surviving neighbours. Sent when the node records
// again, when there is room again, or at the end.
//
// enlist() may be called from any thread, also in a signal handler; the rest from one thread.
class LossEvents {
 public:
  // `session_id` outlives it.
  LossEvents(journal::SlabPool& pool, StampSource source, std::string_view session_id)
      : lane_(pool, nullptr, journal::loss_lane, source, record::Lane::WhenEmpty::exceed_budget),
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
