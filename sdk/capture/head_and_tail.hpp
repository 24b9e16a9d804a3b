// HeadAndTail: bounds what of a node's output becomes events. The first lines go on as they come;
// what does not fit behind them waits in the tail, from which the oldest lines fall out when new
// ones come. At the end the chain tells what fell out and shows the tail. Head, omission and tail
// together are exactly what was printed, whatever the limits are.
//
// Head and tail hold whole lines; of a line that is longer than a message, whole parts, and the
// line counts where its end is. Frames of progress displays are shown until the head is full. What
// is kept does not depend on how the bytes were split. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <trace/capture_limits.hpp>

#include "capture/line_events.hpp"
#include "journal/tail_ring.hpp"
#include "text/sha256.hpp"

namespace trace::detail::capture {

class HeadAndTail {
 public:
  // Makes the ring when the first line does not fit the head; null when it cannot.
  using MakeRing = std::function<std::unique_ptr<journal::TailRing>(std::uint64_t text_bytes)>;
  static constexpr std::chrono::seconds telling_interval{5};

  // `wall`: what the wall clock is ahead of the steady one.
  HeadAndTail(const CaptureLimits& limits, MakeRing make_ring, std::chrono::nanoseconds wall,
              LineEvents& events);

  // As a LineSink takes it.
  void take(Stream stream, lines::LineKind kind, std::string_view text,
            time::Steady::time_point now) {
    if (text.size() <= head_left_) [[likely]] {
      head_left_ -= text.size();
      events_.take(stream, kind, text, now);
    } else {
      take_more(stream, kind, text, now);
    }
  }
  void tick(time::Steady::time_point now);
  time::Steady::time_point next_due() const noexcept { return next_telling_; }
  // Nothing more comes: tells of what was left out and shows the tail.
  void finish();

 private:
  void take_more(Stream stream, lines::LineKind kind, std::string_view text,
                 time::Steady::time_point now);
  void push(Stream stream, lines::LineKind kind, std::string_view text,
            time::Steady::time_point now);
  // Lets the oldest lines go until the tail has at most so many bytes.
  void shrink_to(std::uint64_t bytes);
  void drop_front(std::uint64_t least_bytes);
  void give_up_tail();
  void omit(Stream stream, lines::LineKind kind, std::string_view text);
  void count(Omission& omission, Stream stream, const lines::LineVolume& volume) const noexcept;
  bool tail_is_whole() const noexcept;
  void show_tail();
  std::uint64_t let_go(std::uint64_t most_bytes) noexcept;
  void forget() noexcept;

  const MakeRing make_ring_;
  const std::chrono::nanoseconds wall_;
  LineEvents& events_;
  std::uint64_t head_left_;
  const std::uint64_t tail_limit_;
  bool head_is_full_ = false;

  std::unique_ptr<journal::TailRing> ring_;
  Omission in_tail_;
  Omission omitted_;
  bool hash_is_known_ = true;
  std::unique_ptr<text::Sha256> hash_;
  std::uint64_t told_ = 0;  // bytes
  time::Steady::time_point next_telling_ = time::Steady::time_point::max();
};

}  // namespace trace::detail::capture
