// Parking: runs that the backend does not take while it takes others. Their events wait in a
// backlog, in order, each run with its own backoff, so that one run's trouble neither holds up nor
// crowds out the rest. Shipper's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "ship/backlog.hpp"
#include "ship/backoff.hpp"
#include "ship/batch_builder.hpp"

namespace trace::detail::ship {

class Parking {
 public:
  // `merger` is told of the events that were moved out of their slabs.
  Parking(journal::SlabSource& source, Merger& merger, BatchLimits limits, std::uint64_t seed)
      : source_(source), merger_(merger), limits_(limits), seed_(seed) {}

  bool holds(const RunInfo& run) const { return !runs_.empty() && runs_.contains(&run); }
  // Adds a new event of a run that is held, behind those that wait; false when its bytes make no
  // sense.
  bool add(const Merger::Item& item, RunInfo& run, Encoder& encoder);
  // An event could not be moved aside for want of room: take no more until it is.
  bool is_full() { return full_ != nullptr && !make_room(); }
  // Holds what a send left of a run, in front of what waits. `progress`: a part of it was taken,
  // so the rest is tried at once.
  void hold(std::deque<RunBatch> left, time::Steady::time_point now, bool progress);
  // The run's last send was taken; it is free again when nothing of it waits.
  void taken(const RunInfo& run);

  // One envelope of each run whose time has come (of all, when `urgent`).
  PendingBatch take_due(time::Steady::time_point now, bool urgent);
  std::optional<time::Steady::time_point> next_due() const;

  bool empty() const noexcept { return runs_.empty(); }
  // Somebody waits from now on: each run is worth some tries.
  void begin_tries() noexcept;
  // The next try of a run that was not refused several times since then; the end of time when there
  // is none.
  time::Steady::time_point next_hopeful_try() const noexcept;

  std::uint64_t first_stamp();

 private:
  struct Held {
    Held(journal::SlabSource& source, RunInfo& run, std::uint64_t seed)
        : backlog(source, run), backoff(seed) {}
    std::deque<RunBatch> front;  // sent and not taken; before the backlog
    Backlog backlog;
    std::optional<RunBatch> behind;  // the event that found no room
    Backoff backoff;
    time::Steady::time_point next_try{};
    bool moving = false;  // the backend takes it again
    unsigned refused_tries = 0;
  };

  bool nothing_waits(Held& held) {
    return held.front.empty() && held.backlog.empty() && !held.behind;
  }
  bool make_room();
  bool move_aside(Held& held, const std::deque<RunBatch>& batches);

  journal::SlabSource& source_;
  Merger& merger_;
  BatchLimits limits_;
  std::uint64_t seed_;
  std::map<const RunInfo*, std::unique_ptr<Held>> runs_;
  Held* full_ = nullptr;
};

}  // namespace trace::detail::ship
