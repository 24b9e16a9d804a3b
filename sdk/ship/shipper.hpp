// SPDX-License-Identifier: Apache-2.0
// Shipper: delivery. Takes events from the lanes in order, encodes and batches them, sends them,
// and handles the response as docs/ingestion-api.md says: acknowledge, retry, halve, park, or dead
// letter. A watermark advances only on a response, and before slabs are freed.
//
// All behaviour is in step(); the thread around it (session/step_thread.hpp) only waits in between,
// so tests drive it with a fake clock. step() may block in Transport::send; producers never wait
// for it. The other members may be called from any thread.
#pragma once

#include <trace/transport.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "journal/slab.hpp"
#include "ship/backoff.hpp"
#include "ship/batch.hpp"
#include "ship/dead_letters.hpp"
#include "ship/diagnostics.hpp"
#include "ship/finishes.hpp"
#include "ship/live_session.hpp"
#include "ship/merger.hpp"
#include "ship/parking.hpp"
#include "ship/refusals.hpp"
#include "time/wall_time.hpp"

namespace trace::detail::ship {

struct ShipperParts {
  journal::SlabSource& source;
  const journal::NodeNames& nodes;
  const journal::SiteDefinitions& sites;
  journal::WatermarkStore& watermarks;
  RunRegistry& runs;
  time::WallTime& wall_time;
  Transport& transport;
  time::Clock& clock;
  DeadLetters& dead_letters;
  Diagnostics& diagnostics;
  TakenEvents& taken;
  secrets::RedactionRules redaction = {};
  LiveSession* session = nullptr;  // null: the journal is adopted
};

struct ShipperLimits {
  BatchLimits batch;
  std::chrono::milliseconds delay;
  std::chrono::milliseconds request_timeout;
  std::uint64_t seed;  // of the jitter
};

struct ShipperCounters {
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<std::uint64_t> own_acknowledged{0};  // events that the SDK added
  std::atomic<std::uint64_t> finished{0};          // runs whose finish is acknowledged
  std::atomic<std::uint64_t> refused_finishes{0};  // given up
  std::atomic<std::uint64_t> rejected{0};          // given up and kept as dead letters
  std::atomic<std::uint64_t> discarded{0};         // given up and not kept
  std::atomic<std::uint64_t> unreadable{0};        // events with invalid bytes
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> retries{0};
};

class Shipper {
 public:
  Shipper(ShipperParts parts, ShipperLimits limits, std::string session_id);

  // Does the work that is due; returns when to call it again.
  time::Steady::time_point step(time::Steady::time_point now);

  // Requests that everything stamped before `stamp` is sent immediately, by `deadline`.
  void request_flush(std::uint64_t stamp, time::Steady::time_point deadline);
  // Whether somebody waits for a flush. Any thread.
  bool has_flush(time::Steady::time_point now) const;
  // Sends that the run is finished, once. Any thread.
  void add_finish(RunInfo& run, std::uint64_t stamp, bool is_noted) {
    finishes_.add({.run = &run, .stamp = stamp, .is_noted = is_noted});
  }
  Finishes::Count unacknowledged_finishes() const { return finishes_.unacknowledged(); }

  // The stamp before which every event is acknowledged or a dead letter, and every finish of a run
  // acknowledged or given up.
  std::uint64_t resolved_before() const noexcept {
    return resolved_before_.load(std::memory_order_acquire);
  }

  // The next attempt for unresolved events, if known; max() if only runs and events are left that
  // the backend has refused several times.
  time::Steady::time_point next_attempt() const noexcept {
    return time::Steady::time_point(
        time::Steady::duration(next_attempt_.load(std::memory_order_acquire)));
  }
  // Shipper's thread: only runs and events are left that the backend refuses.
  bool only_refused_is_left() const noexcept { return only_refused_is_left_; }
  // Shipper's thread: every event stamped before is acknowledged or a dead letter.
  std::uint64_t events_resolved_before() { return events_unresolved_since(); }

  // Refused events and finishes may be given up, or accepted, once the backend has accepted another
  // event. Shipper's thread.
  bool holds_refused() const noexcept {
    return !refusals_.empty() || refuses_all_ || !finishes_.empty();
  }

  const ShipperCounters& counters() const noexcept { return counters_; }

 private:
  bool is_urgent(time::Steady::time_point now) const;  // with flush_mutex_
  // shipper.cpp: from lanes to batches
  void fill(time::Steady::time_point now);
  RunInfo& run_of(const journal::NodeView& node);
  bool due(time::Steady::time_point now) const;
  void ask_for_states(time::Steady::time_point now);
  // For RunBatch::seal().
  std::string_view leased_session() const noexcept;

  // responses.cpp: from responses to watermarks
  void send_front(time::Steady::time_point now);
  void settle(const SendResult& result, time::Steady::time_point now);
  void acknowledge(const SendResult& result, time::Steady::time_point now);
  struct Judged {
    std::uint64_t taken = 0;
    std::uint64_t rejected = 0;
    std::string_view reason = {};  // of the first rejected event
  };
  void judge(const RunBatch& batch, const RunAcknowledgement& acknowledgement,
             Judged& judged) const;
  bool acknowledge_run(RunBatch batch, const RunAcknowledgement& acknowledgement,
                       time::Steady::time_point now);
  std::string id_of(const EventRef& event) const;
  void park(RunBatch left, time::Steady::time_point now, bool progress);

  // refusals.cpp: what is refused
  void refuse(PendingBatch batch, std::string_view reason, bool too_large,
              time::Steady::time_point now);
  void retry_refused();
  void note_taken(std::uint64_t events);
  void give_up(const PendingBatch& lone, std::string_view reason);
  void bury(const RunBatch& batch, const EventRef& event, std::string_view reason);
  std::string key_of(const PendingBatch& lone) const;

  // finishes.cpp: from Run::finish() to its acknowledgement
  void take_finishes(time::Steady::time_point now);
  bool waits_for_events(const Finish& finish);
  time::Steady::time_point next_finish_try(bool only_hopeful);
  std::string key_of_finish(const RunInfo& run) const;
  void settle_finishes(const Finishes::Runs& named, const Finishes::Runs& omitted,
                       time::Steady::time_point now);
  void refuse_finishes(const PendingBatch& batch, std::string_view reason,
                       time::Steady::time_point now);

  // The stamp before which every event was read.
  std::uint64_t read_before();
  std::uint64_t events_unresolved_since();
  // See next_attempt(); with flush_mutex_.
  time::Steady::time_point attempt_after(time::Steady::time_point now);
  time::Steady::time_point next_wake(time::Steady::time_point now);
  // How long to wait for more events, if the last pass has raised the fill level by `brought`.
  time::Steady::duration pause_after(double brought,
                                     time::Steady::duration since_pass_before) const;

  ShipperParts parts_;
  ShipperLimits limits_;
  const std::string session_id_;
  const bool may_be_resolved_;
  // Until a pass has read everything that is stamped before it; else 0. See WallTime.
  std::uint64_t abandoned_stamp_ = 0;
  Merger merger_;
  Encoder encoder_;
  BatchBuilder builder_;
  Parking parking_;
  Backoff backoff_;
  std::deque<PendingBatch> outbox_;
  std::vector<RunInfo*> run_cache_;
  time::Steady::time_point next_try_{};
  time::Steady::time_point last_pass_;
  time::Steady::duration pause_{};
  time::Steady::time_point last_send_{};
  time::Steady::time_point last_response_;  // that acknowledged something
  Refusals refusals_;
  Finishes finishes_;
  time::Steady::time_point next_refused_try_{};
  bool refuses_all_ = false;  // probably: the next attempt of anything is next_try_
  const std::size_t largest_batch_bytes_;
  bool only_refused_is_left_ = false;
  std::uint64_t pass_stamp_ = 0;  // of the last pass
  bool more_waits_ = false;       // the last pass ended because the batch was full
  ShipperCounters counters_;

  mutable std::mutex flush_mutex_;
  std::uint64_t flush_stamp_ = 0;
  time::Steady::time_point flush_deadline_{};
  bool flush_new_ = false;
  bool urgent_ = false;
  std::atomic<std::uint64_t> resolved_before_{0};
  std::atomic<time::Steady::rep> next_attempt_{0};
};

}  // namespace trace::detail::ship
