// SPDX-License-Identifier: Apache-2.0
// PendingBatch: encoded events in delivery, with everything needed to send them again, in parts, or
// not at all: the position of each event in its run's line and the slab that contains it until it
// is resolved. BatchBuilder makes them. Shipper's thread only.
#pragma once

#include <fmt/format.h>
#include <trace/transport.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/slab.hpp"
#include "ship/encoder.hpp"
#include "ship/merger.hpp"
#include "ship/run_registry.hpp"
#include "time/clock.hpp"

namespace trace::detail::ship {

struct EventRef {
  journal::Slab* slab;
  std::uint64_t sequence;
  std::uint64_t stamp;
  std::uint32_t lane;
  std::uint32_t begin;  // of the event's JSON in its run's line
  std::uint32_t end;
};

// Memory of a batch, for reuse.
struct BatchMemory {
  JsonBuffer line;
  std::vector<EventRef> events;
  std::string head;  // scratch, see RunBatch

  std::size_t bytes() const noexcept {
    return line.capacity() + events.capacity() * sizeof(EventRef) + head.capacity();
  }
};

// The events of one run, in order, as the line of one envelope.
class RunBatch {
 public:
  // `finished_at`: time stamp of Run::finish(), if the envelope says that the run is finished.
  explicit RunBatch(RunInfo& run, BatchMemory memory = BatchMemory(), std::string finished_at = {});

  RunInfo& run() const noexcept { return *run_; }
  const std::string& finished_at() const noexcept { return finished_at_; }
  const std::vector<EventRef>& events() const noexcept { return memory_.events; }
  std::string_view line() const noexcept { return {memory_.line.data(), memory_.line.size()}; }
  std::string_view json(const EventRef& event) const noexcept {
    return line().substr(event.begin, event.end - event.begin);
  }
  std::uint64_t first_stamp() const noexcept { return memory_.events.front().stamp; }

  // Append one event's JSON to the returned buffer, then call added() or cancelled().
  JsonBuffer& begin_event() {
    if (!memory_.events.empty()) memory_.line.push_back(',');
    event_start_ = memory_.line.size();
    return memory_.line;
  }
  void added(journal::Slab& slab, std::uint32_t lane, std::uint64_t sequence, std::uint64_t stamp) {
    memory_.events.push_back({&slab, sequence, stamp, lane,
                              static_cast<std::uint32_t>(event_start_),
                              static_cast<std::uint32_t>(memory_.line.size())});
  }
  void cancelled();
  // Ends the line; nothing may be added afterwards. `session`: the sending session, which is alive,
  // or empty; it outlives the batch.
  void seal(std::string_view session);

  // Releases its memory.
  BatchMemory release() && noexcept { return std::move(memory_); }

  // The sealed batch of the events [from, to) of this one.
  RunBatch part(std::size_t from, std::size_t to) const;
  // The sealed batch of the events for which `keep` holds.
  template <class Keep>
  RunBatch filtered(Keep keep) const {
    RunBatch rest(*run_);
    for (const EventRef& event : events()) {
      if (keep(event)) rest.copy(*this, event);
    }
    rest.seal(session_);
    return rest;
  }

 private:
  void copy(const RunBatch& from, const EventRef& event);

  RunInfo* run_;
  std::string_view session_;  // once sealed
  BatchMemory memory_;
  std::string finished_at_;
  std::size_t event_start_ = 0;
};

struct PendingBatch {
  std::vector<RunBatch> runs;
  // Number of events that the backend had accepted when this batch, or the larger one that it is
  // part of, was first refused.
  std::optional<std::uint64_t> refused_at = {};
  // The same, for its first refusal as a batch of one event.
  std::optional<std::uint64_t> refused_alone_at = {};

  std::size_t events() const noexcept;
  std::size_t bytes() const noexcept;
  std::uint64_t first_stamp() const noexcept;
  bool empty() const noexcept { return runs.empty(); }
  // Only envelopes without events, of finished runs.
  bool is_of_finishes() const noexcept {
    return !runs.empty() && !runs.front().finished_at().empty();
  }
  // Two batches of about half the events each; needs at least two events.
  std::pair<PendingBatch, PendingBatch> halves() const;
};

// A batch as a transport sees it; views into the PendingBatch.
class TransportView {
 public:
  TransportView(const PendingBatch& batch, std::string_view session_id);
  const Batch& batch() const noexcept { return batch_; }

 private:
  std::vector<OutgoingEvent> events_;
  std::vector<OutgoingRun> runs_;
  Batch batch_;
};

struct BatchLimits {
  std::size_t bytes;
  std::size_t events;
};

// Collects encoded events into one batch, grouped by run, until it is full or old enough. Within a
// run the order of arrival is kept.
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
  // UINT64_MAX if the batch contains no event of the run.
  std::uint64_t first_stamp(const RunInfo& run) const noexcept;

  // `session`: see RunBatch::seal().
  PendingBatch take(std::string_view session = {});
  // Reuses the memory of a finished batch.
  void reuse(RunBatch batch);

 private:
  // The run's batch; valid until the next call.
  RunBatch& batch_of(RunInfo& run);
  bool has_batch_of(const RunInfo& run) const noexcept {
    return run.place < runs_.size() && &runs_[run.place].run() == &run;
  }
  BatchMemory take_spare();

  // In total. A batch of a single run needs about as much as its limit, a batch of many runs some
  // kilobytes for each of them.
  static constexpr std::size_t most_spare_bytes = std::size_t{4} << 20;

  std::vector<RunBatch> runs_;
  std::vector<BatchMemory> spares_;
  std::size_t spare_bytes_ = 0;
  RunBatch* last_ = nullptr;  // the batch of the last event's run
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  time::Steady::time_point since_{};
  std::uint64_t first_stamp_ = 0;
};

}  // namespace trace::detail::ship
