// SPDX-License-Identifier: Apache-2.0
#include "ship/batch_builder.hpp"

namespace trace::detail::ship {

void BatchBuilder::turn_to(RunInfo& run) {
  const auto [place, created] = places_.try_emplace(&run, runs_.size());
  if (created) {
    runs_.emplace_back(run, std::move(spare_));
    spare_ = BatchMemory();
  }
  last_run_ = &run;
  last_place_ = place->second;
}

bool BatchBuilder::add(const Merger& merger, const Merger::Item& item, RunInfo& run,
                       Encoder& encoder, time::Steady::time_point now) {
  if (&run != last_run_) turn_to(run);
  RunBatch& batch = runs_[last_place_];
  fmt::memory_buffer& line = batch.begin_event();
  const std::size_t before = line.size();
  if (!encoder.append(*item.event, item.lane, line) || !merger.is_whole(item)) {
    batch.cancelled();
    return false;
  }
  if (events_ == 0) {
    since_ = now;
    first_stamp_ = item.event->stamp;
  }
  ++events_;
  bytes_ += line.size() - before + 1;
  batch.added(*item.slab, item.lane, item.event->sequence, item.event->stamp);
  return true;
}

void BatchBuilder::reuse(RunBatch batch) {
  BatchMemory memory = std::move(batch).release();
  if (memory.line.capacity() > spare_.line.capacity()) spare_ = std::move(memory);
}

PendingBatch BatchBuilder::take() {
  PendingBatch batch;
  for (RunBatch& run : runs_) {
    if (run.events().empty()) continue;
    run.seal();
    batch.runs.push_back(std::move(run));
  }
  runs_.clear();
  places_.clear();
  last_run_ = nullptr;
  events_ = 0;
  bytes_ = 0;
  return batch;
}

}  // namespace trace::detail::ship
