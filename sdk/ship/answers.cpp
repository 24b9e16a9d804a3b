// The second half of Shipper: what an answer of the backend means for the batch that was sent.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "contract/event_id.hpp"
#include "ship/shipper.hpp"
#include "text/json_text.hpp"

namespace trace::detail::ship {
namespace {

// What an answer says about one lane of a run, and what follows from it.
struct LaneAnswer {
  std::uint32_t lane;
  std::uint64_t through = 0;    // what the backend has
  std::uint64_t watermark = 0;  // what is done, without a gap; 0: nothing
  bool stuck = false;           // an event was not taken
};

class LaneAnswers {
 public:
  LaneAnswers(const RunAcknowledgement& answer, std::string_view session_id) {
    for (const auto& [emitter, sequence] : answer.through) {
      if (emitter.size() <= session_id.size() + 1 || !emitter.starts_with(session_id)) continue;
      std::uint32_t lane = 0;
      const char* end = emitter.data() + emitter.size();
      const auto parsed = std::from_chars(emitter.data() + session_id.size() + 1, end, lane);
      if (parsed.ec == std::errc() && parsed.ptr == end) of(lane).through = sequence;
    }
  }

  LaneAnswer& of(std::uint32_t lane) {
    // A thread's events mostly follow each other.
    if (last_ < all_.size() && all_[last_].lane == lane) return all_[last_];
    auto at = std::lower_bound(
        all_.begin(), all_.end(), lane,
        [](const LaneAnswer& each, std::uint32_t wanted) { return each.lane < wanted; });
    if (at == all_.end() || at->lane != lane) at = all_.insert(at, LaneAnswer{lane});
    last_ = static_cast<std::size_t>(at - all_.begin());
    return *at;
  }
  const std::vector<LaneAnswer>& all() const noexcept { return all_; }

 private:
  std::vector<LaneAnswer> all_;  // by lane
  std::size_t last_ = 0;
};

// Why nothing came of a send that was answered with an acknowledgement.
std::string unacknowledged_text(const std::vector<RunBatch>& unanswered, const SendResult& result) {
  if (unanswered.empty() || result.runs.empty()) {
    return "the answer acknowledges no event; they are sent again";
  }
  std::string text = "the answer does not name the run ";
  text::append_quoted(text, unanswered.front().run().id);
  text += " but ";
  text::append_quoted(text, result.runs.front().run_id);
  return text +
         "; its events are kept and sent again. A backend has to name a run byte for byte as "
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
  if (outbox_.front().events() == 0 && result.kind != SendResult::Kind::acknowledged) {
    outbox_.pop_front();  // a question; it is asked again
    return;
  }
  switch (result.kind) {
    case SendResult::Kind::interrupted:
      next_try_ = now;  // somebody was in a hurry; nobody is to blame
      return;
    case SendResult::Kind::acknowledged:
      acknowledge(result, now);
      return;
    case SendResult::Kind::rejected:
    case SendResult::Kind::too_large: {
      PendingBatch batch = std::move(outbox_.front());
      outbox_.pop_front();
      refuse(std::move(batch), result.detail, result.kind == SendResult::Kind::too_large, now);
      return;
    }
    case SendResult::Kind::retry_later:
      next_try_ = now + backoff_.next(result.retry_after);
      parts_.diagnostics.report("backend",
                                fmt::format("{}; events are kept and sent later", result.detail));
      break;
    case SendResult::Kind::refused:
      next_try_ = now + backoff_.slow();
      parts_.diagnostics.report(
          "refused",
          fmt::format("{}; events are kept, check endpoint and credentials", result.detail));
      break;
  }
  counters_.retries.fetch_add(1, std::memory_order_relaxed);
}

void Shipper::acknowledge(const SendResult& result, time::Steady::time_point now) {
  PendingBatch batch = std::move(outbox_.front());
  outbox_.pop_front();
  std::unordered_map<std::string_view, const RunAcknowledgement*> answers;
  for (const RunAcknowledgement& answer : result.runs) answers[answer.run_id] = &answer;

  Judged judged;
  const bool rejects = std::any_of(result.runs.begin(), result.runs.end(),
                                   [](const auto& run) { return !run.rejected.empty(); });
  if (rejects) {
    for (const RunBatch& run : batch.runs) {
      const auto answer = answers.find(run.run().id);
      if (answer != answers.end()) judge(run, *answer->second, judged);
    }
    if (judged.taken == 0 && judged.rejected > 0) {
      // It takes none of them: the same as a batch that is refused as a whole.
      for (const RunBatch& run : batch.runs) {
        const auto answer = answers.find(run.run().id);
        if (answer == answers.end()) continue;
        if (answer->second->status == RunStatus::cancelled) run.run().cancellation.announce();
      }
      return refuse(std::move(batch), judged.reason, false, now);
    }
  }

  const std::uint64_t taken_before = counters_.acknowledged + counters_.own_acknowledged;
  std::vector<RunBatch> unanswered;
  bool progress = batch.events() == 0;
  for (RunBatch& run : batch.runs) {
    const auto answer = answers.find(run.run().id);
    if (answer == answers.end()) {
      if (!run.events().empty()) unanswered.push_back(std::move(run));
    } else {
      progress = acknowledge_run(std::move(run), *answer->second, now) || progress;
    }
  }
  if (!progress) {
    counters_.retries.fetch_add(1, std::memory_order_relaxed);
    parts_.diagnostics.report("backend", unacknowledged_text(unanswered, result));
  }
  // The backend answers, so a run that it leaves out has a trouble of its own.
  for (RunBatch& run : unanswered) park(std::move(run), now, false);
  note_taken(counters_.acknowledged + counters_.own_acknowledged - taken_before);
  backoff_.succeeded();
  next_try_ = now;
  if (progress) counters_.batches.fetch_add(1, std::memory_order_relaxed);
}

void Shipper::judge(const RunBatch& batch, const RunAcknowledgement& answer, Judged& judged) const {
  LaneAnswers lanes(answer, session_id_);
  std::unordered_map<std::string_view, std::string_view> rejected;
  for (const auto& [id, reason] : answer.rejected) rejected[id] = reason;
  for (const EventRef& event : batch.events()) {
    const auto reason = rejected.empty() ? rejected.end() : rejected.find(id_of(event));
    if (reason != rejected.end()) {
      if (judged.rejected++ == 0) judged.reason = reason->second;
    } else if (event.sequence <= lanes.of(event.lane).through) {
      ++judged.taken;
    }
  }
}

bool Shipper::acknowledge_run(RunBatch batch, const RunAcknowledgement& answer,
                              time::Steady::time_point now) {
  if (answer.status == RunStatus::cancelled) batch.run().cancellation.announce();
  LaneAnswers lanes(answer, session_id_);
  // The watermark passes no event that was refused and is tried once more.
  for (const PendingBatch& refused : refusals_.events()) {
    const RunBatch& lone = refused.runs.front();
    if (&lone.run() == &batch.run()) lanes.of(lone.events().front().lane).stuck = true;
  }
  std::unordered_map<std::string_view, std::string_view> rejected;
  for (const auto& [id, reason] : answer.rejected) rejected[id] = reason;

  std::unordered_set<const EventRef*> left;
  std::uint64_t acknowledged = 0;
  std::uint64_t own_acknowledged = 0;
  for (const EventRef& event : batch.events()) {
    LaneAnswer& lane = lanes.of(event.lane);
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
  // Before any slab is freed: a restart must not send what the backend has.
  for (const LaneAnswer& lane : lanes.all()) {
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
  // What else of this run is on its way must not overtake it.
  for (PendingBatch& batch : outbox_) {
    for (RunBatch& other : batch.runs) {
      if (&other.run() == &run) all.push_back(std::move(other));
    }
    std::erase_if(batch.runs, [](const RunBatch& other) { return other.events().empty(); });
  }
  std::erase_if(outbox_, [](const PendingBatch& batch) { return batch.empty(); });
  parking_.hold(std::move(all), now, progress);
}

}  // namespace trace::detail::ship
