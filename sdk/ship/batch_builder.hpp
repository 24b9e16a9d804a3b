// SPDX-License-Identifier: Apache-2.0
// BatchBuilder: collects encoded events into one batch, grouped by run, until it is full or old
// enough. Within a run the order of arrival is kept. Shipper's thread only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "ship/encoder.hpp"
#include "ship/merger.hpp"
#include "ship/pending_batch.hpp"
#include "time/clock.hpp"

namespace trace::detail::ship {

struct BatchLimits {
  std::size_t bytes;
  std::size_t events;
};

class BatchBuilder {
 public:
  // Encodes the merger's item into the batch; false if the event's bytes are invalid.
  bool add(const Merger& merger, const Merger::Item& item, RunInfo& run, Encoder& encoder,
           time::Steady::time_point now);

  bool empty() const noexcept { return events_ == 0; }
  std::size_t bytes() const noexcept { return bytes_; }
  bool full(const BatchLimits& limits) const noexcept {
    return events_ >= limits.events || bytes_ >= limits.bytes;
  }
  // 0 if empty, at least 1 if full.
  double fill_level(const BatchLimits& limits) const noexcept {
    return std::max(static_cast<double>(events_) / static_cast<double>(limits.events),
                    static_cast<double>(bytes_) / static_cast<double>(limits.bytes));
  }
  // When its first event was added; not if empty.
  time::Steady::time_point since() const noexcept { return since_; }
  std::uint64_t first_stamp() const noexcept { return first_stamp_; }

  PendingBatch take();
  // Reuses the memory of a finished batch.
  void reuse(RunBatch batch);

 private:
  // Selects the run's batch for the next event.
  void turn_to(RunInfo& run);

  std::vector<RunBatch> runs_;
  BatchMemory spare_;
  std::unordered_map<const RunInfo*, std::size_t> places_;
  const RunInfo* last_run_ = nullptr;
  std::size_t last_place_ = 0;
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  time::Steady::time_point since_{};
  std::uint64_t first_stamp_ = 0;
};

}  // namespace trace::detail::ship
