// SPDX-License-Identifier: Apache-2.0
// Clock: the time source of the keeper and the shipper. Injected, so that every timing rule is
// tested without waiting.
#pragma once

#include <chrono>
#include <cstdint>

#include <trace/detail/stamp.hpp>
#include "time/tsc_check.hpp"

namespace trace::detail::time {

using Steady = std::chrono::steady_clock;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Steady::time_point now() = 0;
  virtual std::int64_t wall_ns() = 0;  // since the epoch, UTC
  virtual std::uint64_t stamp() = 0;   // as record() takes them
  virtual std::uint64_t monotonic_ns() { return detail::monotonic_ns(); }
  // The stamps were disproved: sessions that start later take theirs from another source.
  virtual void distrust_stamps() {}
};

class SystemClock final : public Clock {
 public:
  explicit SystemClock(StampSource source) : source_(source) {}
  Steady::time_point now() override { return Steady::now(); }
  std::int64_t wall_ns() override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::uint64_t stamp() override { return stamp_now_fenced(source_); }
  void distrust_stamps() override { withdraw_tsc(); }

 private:
  StampSource source_;
};

}  // namespace trace::detail::time
