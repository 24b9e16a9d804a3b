// Shipper: delivery. Takes events from the lanes in order, encodes and batches them, sends, and
// does with the answer what docs/ingestion-api.md says: acknowledge, retry, halve, park, or put an
// event among the dead letters. A watermark moves only on an answer, and before slabs are freed.
//
// All behaviour sits in step(); the thread around it (session/threads.hpp) only waits in between,
// so tests drive it with a clock of their own. step() may block in Transport::send; producers
// never wait for it. The remaining members may be called from any thread.
#pragma once

#include <trace/transport.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "journal/slab_source.hpp"
#include "record/wall_time.hpp"
#include "ship/backoff.hpp"
#include "ship/batch_builder.hpp"
#include "ship/dead_letters.hpp"
#include "ship/diagnostics.hpp"
#include "ship/merger.hpp"
#include "ship/parking.hpp"

namespace trace::detail {

struct ShipperParts {
  SlabSource& source;
  WatermarkStore& watermarks;
  RunRegistry& runs;
  WallTime& wall_time;
  Transport& transport;
  Clock& clock;
  DeadLetters& dead_letters;
  Diagnostics& diagnostics;
  RedactionRules redaction = {};
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
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> unreadable{0};  // events whose bytes made no sense
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> retries{0};
};

class Shipper {
 public:
  Shipper(ShipperParts parts, ShipperLimits limits, std::string session_id);

  // Does what can be done now; answers when there will be something to do again.
  Steady::time_point step(Steady::time_point now);

  // Asks for everything stamped before `stamp` to be sent at once, sends ending by `deadline`.
  void request_flush(std::uint64_t stamp, Steady::time_point deadline);
  // The stamp before which every event is acknowledged or among the dead letters.
  std::uint64_t resolved_before() const noexcept {
    return resolved_before_.load(std::memory_order_acquire);
  }

  const ShipperCounters& counters() const noexcept { return counters_; }

 private:
  // shipper.cpp: from lanes to batches
  void fill(Steady::time_point now);
  RunInfo& run_of(const NodeView& node);
  bool due(Steady::time_point now) const;
  void ask_for_states(Steady::time_point now);

  // answers.cpp: from answers to watermarks
  void send_front(Steady::time_point now);
  void settle(const SendResult& result, Steady::time_point now);
  void acknowledge(const SendResult& result, Steady::time_point now);
  bool acknowledge_run(RunBatch batch, const RunAcknowledgement& answer, Steady::time_point now);
  std::string id_of(const EventRef& event) const;
  void park(RunBatch left, Steady::time_point now, bool progress);
  void split_or_bury(const SendResult& result, bool too_large, Steady::time_point now);
  void bury(const RunBatch& batch, const EventRef& event, std::string_view reason);

  std::uint64_t unresolved_since();
  Steady::time_point next_wake(Steady::time_point now);
  // How long to wait for more of a batch whose fill level the last pass has raised by `brought`.
  Steady::duration pause_after(double brought, Steady::duration since_pass_before) const;

  ShipperParts parts_;
  ShipperLimits limits_;
  const std::string session_id_;
  Merger merger_;
  Encoder encoder_;
  BatchBuilder builder_;
  Parking parking_;
  Backoff backoff_;
  std::deque<PendingBatch> outbox_;
  std::vector<RunInfo*> run_cache_;
  Steady::time_point next_try_{};
  Steady::time_point last_pass_;
  Steady::duration pause_{};
  Steady::time_point last_send_{};
  unsigned lone_rejections_ = 0;
  bool more_waits_ = false;  // the last pass ended because the batch was full
  ShipperCounters counters_;

  std::mutex flush_mutex_;
  std::uint64_t flush_stamp_ = 0;
  Steady::time_point flush_deadline_{};
  bool flush_new_ = false;
  bool urgent_ = false;
  std::atomic<std::uint64_t> resolved_before_{0};
};

}  // namespace trace::detail
