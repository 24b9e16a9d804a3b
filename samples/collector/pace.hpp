// How well a peer keeps up with what is expected of it: a connection that falls behind is closed
// when its patience is over, and gives way before others when there are too many. I/O thread only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace trace::collector {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  // Bytes that move more slowly count as none: a byte now and then keeps nothing open.
  static constexpr std::size_t least_bytes_per_second = 16 * 1024;

  // Something new is expected of the peer: it may fall `patience` behind.
  void expect(Clock::time_point now, Clock::duration patience) {
    began_ = on_time_until_ = now;
    patience_ = patience;
  }
  // Bytes went through: they earn the time that they may take. Nobody can save time up.
  void moved(std::size_t bytes, Clock::time_point now) {
    using Seconds = std::chrono::duration<double>;
    const Seconds earned(static_cast<double>(bytes) / double{least_bytes_per_second});
    on_time_until_ =
        std::min(now, on_time_until_ + std::chrono::duration_cast<Clock::duration>(earned));
  }

  Clock::time_point began() const noexcept { return began_; }
  Clock::time_point on_time_until() const noexcept { return on_time_until_; }
  Clock::time_point deadline() const noexcept { return on_time_until_ + patience_; }

 private:
  Clock::time_point began_ = {};
  Clock::time_point on_time_until_ = {};
  Clock::duration patience_ = {};
};

}  // namespace trace::collector
