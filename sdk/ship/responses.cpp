// SPDX-License-Identifier: Apache-2.0
// The second part of Shipper: the effect of the backend's response on the batch that was sent.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "contract/event_prefix.hpp"
#include "ship/shipper.hpp"
#include "text/json_text.hpp"

namespace trace::detail::ship {
namespace {

// A response's content about one lane of a run, and what follows from it.
struct AcknowledgedLane {
  std::uint32_t lane;
  std::uint64_t through = 0;    // acknowledged by the backend
  std::uint64_t watermark = 0;  // resolved without a gap; 0: nothing
  bool stuck = false;           // an event was not accepted
};

// What a response says about each run of a batch. Backends usually name the runs in the order in
// which they were sent, and then no table is needed. The last one counts if a run is named twice.
class AcknowledgedRuns {
 public:
  AcknowledgedRuns(const PendingBatch& batch, const std::vector<RunAcknowledgement>& runs)
      : first_sent_(batch.runs.data()), runs_(runs) {
    in_order_ = std::equal(
        batch.runs.begin(), batch.runs.end(), runs.begin(), runs.end(),
        [](const RunBatch& sent, const auto& named) { return sent.run().id == named.run_id; });
    if (in_order_) return;
    for (const RunAcknowledgement& run : runs) by_id_[run.run_id] = &run;
  }

  // Null if the response omits it.
  const RunAcknowledgement* of(const RunBatch& sent) const {
    if (in_order_) return &runs_[static_cast<std::size_t>(&sent - first_sent_)];
    const auto found = by_id_.find(sent.run().id);
    return found == by_id_.end() ? nullptr : found->second;
  }

 private:
  const RunBatch* first_sent_;
  const std::vector<RunAcknowledgement>& runs_;
  bool in_order_ = false;
  std::unordered_map<std::string_view, const RunAcknowledgement*> by_id_;
};

// The finished runs of a batch that a response names, and those that it omits.
struct FinishesOfResponse {
  FinishesOfResponse(const PendingBatch& batch, const AcknowledgedRuns& acknowledged) {
    if (!batch.is_of_finishes()) return;
    for (const RunBatch& run : batch.runs) {
      (acknowledged.of(run) != nullptr ? named : omitted).push_back(&run.run());
    }
  }

  Finishes::Runs named, omitted;
};

class AcknowledgedLanes {
 public:
  AcknowledgedLanes(const RunAcknowledgement& acknowledgement, std::string_view session_id) {
    for (const auto& [emitter, sequence] : acknowledgement.through) {
      if (emitter.size() <= session_id.size() + 1 || !emitter.starts_with(session_id)) continue;
      std::uint32_t lane = 0;
      const char* end = emitter.data() + emitter.size();
      const auto parsed = std::from_chars(emitter.data() + session_id.size() + 1, end, lane);
      if (parsed.ec == std::errc() && parsed.ptr == end) of(lane).through = sequence;
    }
  }

  AcknowledgedLane& of(std::uint32_t lane) {
    // Usually the lane of the previous event.
    if (last_ < all_.size() && all_[last_].lane == lane) return all_[last_];
    auto at = std::lower_bound(
        all_.begin(), all_.end(), lane,
        [](const AcknowledgedLane& each, std::uint32_t wanted) { return each.lane < wanted; });
    if (at == all_.end() || at->lane != lane) at = all_.insert(at, AcknowledgedLane{lane});
    last_ = static_cast<std::size_t>(at - all_.begin());
    return *at;
  }
  const std::vector<AcknowledgedLane>& all() const noexcept { return all_; }

 private:
  std::vector<AcknowledgedLane> all_;  // by lane
  std::size_t last_ = 0;
};

// Why an acknowledgement acknowledged nothing.
std::string unacknowledged_text(const std::vector<RunBatch>& unacknowledged,
                                const SendResult& result) {
  if (unacknowledged.empty() || result.runs.empty()) {
    return "the response acknowledges no event; all are sent again";
  }
  std::string text = "the response does not name the run ";
  text::append_quoted(text, unacknowledged.front().run().id);
  text += " but ";
  text::append_quoted(text, result.runs.front().run_id);
  return text +
         "; its events are kept and sent again. A backend must name a run byte for byte as "
         "it was sent";
}

}  // namespace

void Shipper::send_front(time::Steady::time_point now) {
  time::Steady::time_point deadline = now + limits_.request_timeout;
  if (urgent_) {
    const std::lock_guard lock(flush_mutex_);
    deadline = std::min(deadline, flush_deadline_);
  }
  const TransportView view(outbox_.front(), session_id_);
  last_send_ = now;
  settle(parts_.transport.send(view.batch(), deadline), parts_.clock.now());
}

void Shipper::settle(const SendResult& result, time::Steady::time_point now) {
  const bool of_finishes = outbox_.front().is_of_finishes();
  if (outbox_.front().events() == 0 && !of_finishes &&
      result.kind != SendResult::Kind::acknowledged) {
    outbox_.pop_front();  // a status query; it is repeated
    return;
  }
  switch (result.kind) {
    case SendResult::Kind::interrupted:
      next_try_ = now;  // interrupted by a flush; not a failure
      return;
    case SendResult::Kind::acknowledged:
      last_response_ = now;
      acknowledge(result, now);
      return;
    case SendResult::Kind::rejected:
    case SendResult::Kind::too_large: {
      PendingBatch batch = std::move(outbox_.front());
      outbox_.pop_front();
      if (of_finishes) return refuse_finishes(batch, result.detail, now);
      refuse(std::move(batch), result.detail, result.kind == SendResult::Kind::too_large, now);
      return;
    }
    case SendResult::Kind::retry_later:
      next_try_ = now + backoff_.next(result.retry_after);
      parts_.diagnostics.report("backend",
                                fmt::format("{}; events are kept and retried", result.detail));
      break;
    case SendResult::Kind::refused:
      next_try_ = now + backoff_.slow();
      parts_.diagnostics.report(
          "refused",
          fmt::format("{}; events are kept; check endpoint and credentials", result.detail));
      break;
  }
  counters_.retries.fetch_add(1, std::memory_order_relaxed);
}

void Shipper::acknowledge(const SendResult& result, time::Steady::time_point now) {
  PendingBatch batch = std::move(outbox_.front());
  outbox_.pop_front();
  const AcknowledgedRuns acknowledged_runs(batch, result.runs);
  for (const RunBatch& run : batch.runs) {
    const RunAcknowledgement* of_run = acknowledged_runs.of(run);
    if (of_run != nullptr && of_run->status == RunStatus::cancelled) {
      run.run().cancellation.announce();
    }
  }

  Judged judged;
  const bool rejects = std::any_of(result.runs.begin(), result.runs.end(),
                                   [](const auto& run) { return !run.rejected.empty(); });
  if (rejects) {
    for (const RunBatch& run : batch.runs) {
      if (const RunAcknowledgement* of_run = acknowledged_runs.of(run)) judge(run, *of_run, judged);
    }
    // It accepts none of them: the same as a batch that is refused as a whole.
    if (judged.taken == 0 && judged.rejected > 0) {
      return refuse(std::move(batch), judged.reason, false, now);
    }
  }

  const FinishesOfResponse finishes(batch, acknowledged_runs);
  settle_finishes(finishes.named, finishes.omitted, now);
  const std::uint64_t taken_before = counters_.acknowledged + counters_.own_acknowledged;
  std::vector<RunBatch> unacknowledged;
  bool progress = batch.events() == 0;
  for (RunBatch& run : batch.runs) {
    if (const RunAcknowledgement* of_run = acknowledged_runs.of(run)) {
      progress = acknowledge_run(std::move(run), *of_run, now) || progress;
    } else if (!run.events().empty()) {
      unacknowledged.push_back(std::move(run));
    }
  }
  if (!progress) {
    counters_.retries.fetch_add(1, std::memory_order_relaxed);
    parts_.diagnostics.report("backend", unacknowledged_text(unacknowledged, result));
  }
  // The backend responds, so the problem is specific to the omitted run.
  for (RunBatch& run : unacknowledged) park(std::move(run), now, false);
  note_taken(counters_.acknowledged + counters_.own_acknowledged - taken_before);
  backoff_.succeeded();
  next_try_ = now;
  if (progress) counters_.batches.fetch_add(1, std::memory_order_relaxed);
}

void Shipper::judge(const RunBatch& batch, const RunAcknowledgement& acknowledgement,
                    Judged& judged) const {
  AcknowledgedLanes lanes(acknowledgement, session_id_);
  std::unordered_map<std::string_view, std::string_view> rejected;
  for (const auto& [id, reason] : acknowledgement.rejected) rejected[id] = reason;
  for (const EventRef& event : batch.events()) {
    const auto reason = rejected.empty() ? rejected.end() : rejected.find(id_of(event));
    if (reason != rejected.end()) {
      if (judged.rejected++ == 0) judged.reason = reason->second;
    } else if (event.sequence <= lanes.of(event.lane).through) {
      ++judged.taken;
    }
  }
}

bool Shipper::acknowledge_run(RunBatch batch, const RunAcknowledgement& acknowledgement,
                              time::Steady::time_point now) {
  AcknowledgedLanes lanes(acknowledgement, session_id_);
  // The watermark does not pass a refused event that is retried.
  for (const PendingBatch& refused : refusals_.events()) {
    const RunBatch& lone = refused.runs.front();
    if (&lone.run() == &batch.run()) lanes.of(lone.events().front().lane).stuck = true;
  }
  std::unordered_map<std::string_view, std::string_view> rejected;
  for (const auto& [id, reason] : acknowledgement.rejected) rejected[id] = reason;

  std::unordered_set<const EventRef*> left;
  std::uint64_t acknowledged = 0;
  std::uint64_t own_acknowledged = 0;
  for (const EventRef& event : batch.events()) {
    AcknowledgedLane& lane = lanes.of(event.lane);
    bool done = event.sequence <= lane.through;
    const auto reason = rejected.empty() ? rejected.end() : rejected.find(id_of(event));
    if (reason != rejected.end()) {
      bury(batch, event, reason->second);
      done = true;
    } else if (done) {
      ++(journal::is_own_lane(event.lane) ? own_acknowledged : acknowledged);
    }
    if (!done) {
      left.insert(&event);
      lane.stuck = true;
    } else if (!lane.stuck) {
      lane.watermark = event.sequence;
    }
  }
  counters_.acknowledged.fetch_add(acknowledged, std::memory_order_relaxed);
  counters_.own_acknowledged.fetch_add(own_acknowledged, std::memory_order_relaxed);
  // Before any slab is freed: a restart must not resend acknowledged events.
  for (const AcknowledgedLane& lane : lanes.all()) {
    if (lane.watermark == 0) continue;
    parts_.watermarks.set_watermark(batch.run().number, lane.lane, lane.watermark);
  }
  for (const EventRef& event : batch.events()) {
    if (left.empty() || !left.contains(&event)) merger_.resolved(*event.slab, 1);
  }
  const bool progress = batch.events().empty() || left.size() < batch.events().size();
  if (left.empty()) {
    parking_.taken(batch.run());
    builder_.reuse(std::move(batch));
  } else {
    park(batch.filtered([&](const EventRef& event) { return left.contains(&event); }), now,
         progress);
  }
  return progress;
}

std::string Shipper::id_of(const EventRef& event) const {
  return contract::event_id(session_id_, event.lane, event.sequence);
}

void Shipper::park(RunBatch left, time::Steady::time_point now, bool progress) {
  std::deque<RunBatch> all;
  const RunInfo& run = left.run();
  all.push_back(std::move(left));
  // Other batches of this run must not overtake it. Its envelopes without events are made again.
  for (PendingBatch& batch : outbox_) {
    for (RunBatch& other : batch.runs) {
      if (&other.run() == &run && !other.events().empty()) all.push_back(std::move(other));
    }
    std::erase_if(batch.runs, [](const RunBatch& other) { return other.events().empty(); });
  }
  std::erase_if(outbox_, [](const PendingBatch& batch) { return batch.empty(); });
  parking_.hold(std::move(all), now, progress);
}

}  // namespace trace::detail::ship
