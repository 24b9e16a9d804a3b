// SPDX-License-Identifier: Apache-2.0
// Finishes: the finished runs of a journal (Run::finish()) until the backend has acknowledged that
// they are. The shipper sends a finish in an envelope without events, once every event of the run
// that was recorded before it is resolved, and repeats it until a response names the run.
//
// add() and unacknowledged() may be called from any thread, the rest from the shipper's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "ship/backoff.hpp"
#include "ship/run_registry.hpp"
#include "time/clock.hpp"

namespace trace::detail::ship {

struct Finish {
  RunInfo* run;
  std::uint64_t stamp;
  bool is_noted;  // in the journal's tables
  // Responses that omitted the run or refused the envelope since a caller began to wait.
  unsigned refused_tries = 0;
  time::Steady::time_point next_try = {};

  // A run that was refused more often is not expected to be accepted soon.
  bool is_hopeful() const noexcept { return refused_tries < hopeful_tries; }
  static constexpr unsigned hopeful_tries = 3;
};

class Finishes {
 public:
  // Some of all(), in their order.
  using Runs = std::vector<const RunInfo*>;

  explicit Finishes(std::uint64_t seed) : backoff_(seed) {}

  // Once per run.
  void add(const Finish& finish);
  // Takes over what was added. To be called between a pass of the merger and the use of its stamp:
  // then a flush, whose stamp is taken after the finish was added, waits for it.
  void collect();

  bool empty() const noexcept { return finishes_.empty(); }
  // By stamp.
  const std::vector<Finish>& all() const noexcept { return finishes_; }
  std::uint64_t first_stamp() const noexcept {
    return finishes_.empty() ? UINT64_MAX : finishes_.front().stamp;
  }
  // The number of envelopes that the next batch may have.
  std::size_t most_at_once() const noexcept { return most_at_once_; }

  // A caller waits from now on: all are tried immediately.
  void begin_tries() noexcept;
  // A response names these runs.
  void acknowledged(const Runs& runs);
  // A response omits these.
  void omitted(const Runs& runs, time::Steady::time_point now);
  // The backend refuses a batch of so many envelopes, because of one of them or of their number.
  void refused_together(std::size_t envelopes) noexcept { most_at_once_ = envelopes / 2; }
  // It refuses the run's envelope alone.
  void refused(const RunInfo& run, time::Steady::time_point now);
  void give_up(const RunInfo& run) { remove({&run}); }

  struct Count {
    std::uint64_t all = 0;
    std::uint64_t noted = 0;  // of these in the journal's tables
  };
  Count unacknowledged() const;

 private:
  static constexpr std::size_t most_envelopes = 1024;
  // If so many are refused alone one after the other, the backend probably refuses all.
  static constexpr unsigned most_refused_in_row = 8;

  template <class Change>
  void for_each_of(const Runs& runs, Change change);
  void remove(const Runs& runs);

  mutable std::mutex mutex_;
  std::vector<Finish> added_;
  Count unacknowledged_;

  std::vector<Finish> finishes_;
  Backoff backoff_;
  std::size_t most_at_once_ = most_envelopes;
  unsigned refused_in_row_ = 0;
};

}  // namespace trace::detail::ship
