// SPDX-License-Identifier: Apache-2.0
// Pace: how far a client is behind the minimum transfer rate. A connection is closed when it is
// further behind than it may be, and is the first to be evicted when there are too many. I/O thread
// only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace trace::collector::server {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  // The minimum rate: a byte now and then does not keep a connection open.
  static constexpr std::size_t min_bytes_per_second = 16 * 1024;

  // A new transfer begins, in which the client may fall `tolerance` behind.
  void begin(Clock::time_point now, Clock::duration tolerance) {
    began_ = on_time_until_ = now;
    tolerance_ = tolerance;
  }
  // Bytes were transferred. They extend the deadline by the time that the minimum rate allows for
  // them, but never beyond `now` plus the tolerance.
  void moved(std::size_t bytes, Clock::time_point now) {
    using Seconds = std::chrono::duration<double>;
    const Seconds earned(static_cast<double>(bytes) / double{min_bytes_per_second});
    on_time_until_ =
        std::min(now, on_time_until_ + std::chrono::duration_cast<Clock::duration>(earned));
  }

  Clock::time_point began() const noexcept { return began_; }
  Clock::time_point on_time_until() const noexcept { return on_time_until_; }
  Clock::time_point deadline() const noexcept { return on_time_until_ + tolerance_; }

 private:
  Clock::time_point began_ = {};
  Clock::time_point on_time_until_ = {};
  Clock::duration tolerance_ = {};
};

}  // namespace trace::collector::server
