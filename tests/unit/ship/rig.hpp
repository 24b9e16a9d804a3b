// SPDX-License-Identifier: Apache-2.0
// The rig of the shipping tests: a journal in memory, lanes to record on, and a shipper that is
// stepped by hand with a clock and a transport of the test's own.
#pragma once

#include <trace/transport.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/file.hpp"
#include "journal/tables.hpp"
#include "record/lane.hpp"
#include "ship/shipper.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

inline constexpr std::string_view rig_session = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

// A clock that the test advances; stamps are the machine's, as the lanes take them.
class SteppedClock final : public detail::time::Clock {
 public:
  detail::time::Steady::time_point now() override { return now_; }
  std::int64_t wall_ns() override { return 1'760'356'800'123'456'000; }
  std::uint64_t stamp() override {
    return detail::stamp_now_fenced(detail::StampSource::monotonic) - went_back_by;
  }
  void advance(std::chrono::milliseconds by) { now_ += by; }

  std::uint64_t went_back_by = 0;  // the counter of the stamps, not that of the lanes

 private:
  detail::time::Steady::time_point now_{std::chrono::hours(1)};
};

// Returns what the test queued, otherwise acknowledges everything.
class ScriptedTransport final : public Transport {
 public:
  struct Sent {
    std::vector<std::string> lines;
    std::vector<std::string> ids;
    std::chrono::steady_clock::time_point deadline;
  };
  using Response = std::function<SendResult(const Batch&)>;

  SendResult send(const Batch& batch,
                  std::chrono::steady_clock::time_point deadline) noexcept override;

  void then(Response response) { responses_.push_back(std::move(response)); }
  void then(SendResult::Kind kind, std::string detail = "scripted");

  std::vector<Sent> sent;                                  // every send
  std::map<std::string, std::vector<std::string>> stored;  // run -> ids, as acknowledged
  Response always;                                         // instead of acknowledging

 private:
  std::deque<Response> responses_;
};

// The response of a backend that accepts everything; at most `limit` events of each run.
SendResult acknowledge_all(const Batch& batch, std::size_t limit = SIZE_MAX);
std::string event_id(const Batch& batch, const OutgoingEvent& event);

// A session of which the test says whether a node was started, and is open.
class SessionOfTest final : public detail::ship::LiveSession {
 public:
  bool has_started_node() const noexcept override { return started; }
  detail::ship::RunInfo* run_with_open_node() override { return open; }
  bool started = true;
  detail::ship::RunInfo* open = nullptr;
};

class Rig {
 public:
  // Without a file the journal is in memory, without a session it is an adopted one.
  explicit Rig(detail::ship::BatchLimits limits = {1 << 20, 2000},
               std::unique_ptr<detail::journal::JournalFile> journal = nullptr,
               SessionOfTest* session = nullptr,
               std::chrono::milliseconds delay = std::chrono::milliseconds(50));

  detail::ship::RunInfo& run(std::string_view id, const RunSpec& spec = {});
  detail::record::Lane& lane(std::size_t index);
  // Finishes the run, as a session does.
  void finish(detail::ship::RunInfo& run);
  // Records "<text>" on the lane; returns the sequence.
  std::uint64_t record(std::size_t lane, detail::ship::RunInfo& run, std::string_view text);

  void step() { next_ = shipper->step(clock.now()); }
  // Steps until nothing is due any more, moving the clock to each next wake-up at most `times`.
  void run_steps(int times = 50);
  void flush() { shipper->request_flush(clock.stamp(), clock.now() + std::chrono::hours(1)); }
  detail::time::Steady::time_point next() const { return next_; }

  TempDir directory;
  SteppedClock clock;
  ScriptedTransport transport;
  std::vector<std::string> diagnostics_reported;
  detail::ship::Diagnostics diagnostics;
  std::unique_ptr<detail::journal::JournalFile> file;
  detail::journal::SlabPool pool;
  detail::journal::Nodes nodes;
  detail::journal::Tables tables;
  detail::ship::RunRegistry runs;
  detail::time::WallTime wall_time;
  detail::ship::DeadLetters dead_letters;
  detail::ship::TakenEvents taken;
  std::unique_ptr<detail::ship::Shipper> shipper;

 private:
  std::map<std::size_t, std::unique_ptr<detail::record::Lane>> lanes_;
  detail::time::Steady::time_point next_{};
};

}  // namespace trace::testing
