// Parking: runs that the backend does not take while it takes others. Their events wait here, in
// order, each run with its own backoff, so that one run's trouble does not hold up the rest.
// Shipper's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "ship/backoff.hpp"
#include "ship/batch_builder.hpp"

namespace trace::detail {

class Parking {
 public:
  Parking(BatchLimits limits, std::uint64_t seed) : limits_(limits), seed_(seed) {}

  bool holds(const RunInfo& run) const { return runs_.contains(&run); }
  // Adds a new event of a run that is held, behind those that wait.
  bool add(const Merger::Item& item, RunInfo& run, Encoder& encoder, Steady::time_point now);
  // Holds what a send left of a run, in front of what waits. `progress`: a part of it was taken,
  // so the rest is tried at once.
  void hold(std::deque<RunBatch> left, Steady::time_point now, bool progress);
  // The run's last send was taken; it is free again when nothing of it waits.
  void taken(const RunInfo& run);

  // One envelope of each run whose time has come (of all, when `urgent`).
  PendingBatch take_due(Steady::time_point now, bool urgent);
  std::optional<Steady::time_point> next_due() const;

  std::size_t bytes() const noexcept;
  std::uint64_t first_stamp() const noexcept;

 private:
  struct Held {
    std::deque<RunBatch> sealed;
    BatchBuilder open;
    Backoff backoff;
    Steady::time_point next_try;
  };

  BatchLimits limits_;
  std::uint64_t seed_;
  std::map<const RunInfo*, Held> runs_;
};

}  // namespace trace::detail
