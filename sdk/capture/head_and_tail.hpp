// SPDX-License-Identifier: Apache-2.0
// HeadAndTail: limits how much of a node's output becomes events. The first lines are passed on as
// they come; later ones are kept in the tail, from which the oldest are dropped when new ones come.
// At the end the chain reports the omission and records the tail. Head, omission and tail together
// are exactly the output, whatever the limits are.
//
// Head and tail contain whole lines; of a line that is longer than a message, whole parts, and the
// line counts where its end is. Frames of progress displays are shown until the head is full. The
// result does not depend on how the bytes were split. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include <trace/capture_limits.hpp>

#include "capture/line_events.hpp"
#include "journal/tail_ring.hpp"
#include "text/sha256.hpp"

namespace trace::detail::capture {

class HeadAndTail {
 public:
  // Creates the ring when the first line does not fit the head; null on failure.
  using MakeRing = std::function<std::unique_ptr<journal::TailRing>(std::uint64_t text_bytes)>;
  static constexpr std::chrono::seconds report_interval{5};

  // `wall`: wall clock minus steady clock.
  HeadAndTail(const CaptureLimits& limits, MakeRing make_ring, std::chrono::nanoseconds wall,
              LineEvents& events);

  // See LineSink. Returns the number of line ends.
  std::uint64_t take(Stream stream, lines::LineKind kind, std::string_view text,
                     time::Steady::time_point now, Searched searched = {}) {
    if (text.size() <= head_left_) [[likely]] {
      head_left_ -= text.size();
      return events_.take(stream, kind, text, now, searched);
    }
    take_more(stream, kind, text, now, searched);
    return volume_of(kind, text).lines;
  }
  void tick(time::Steady::time_point now);
  time::Steady::time_point next_due() const noexcept { return next_report_; }
  // End of the output: reports the omission and passes on the tail.
  void finish();

 private:
  static lines::LineVolume volume_of(lines::LineKind kind, std::string_view text) noexcept;
  void take_more(Stream stream, lines::LineKind kind, std::string_view text,
                 time::Steady::time_point now, Searched searched);
  void push(Stream stream, lines::LineKind kind, std::string_view text,
            time::Steady::time_point now);
  // Drops the oldest lines until the tail has at most `bytes` bytes.
  void shrink_to(std::uint64_t bytes);
  void drop_front(std::uint64_t least_bytes);
  void give_up_tail();
  void omit(Stream stream, lines::LineKind kind, std::string_view text);
  void count(Omission& omission, Stream stream, const lines::LineVolume& volume) const noexcept;
  bool tail_is_whole() const noexcept;
  void show_tail();
  std::uint64_t release(std::uint64_t most_bytes) noexcept;
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
  std::uint64_t reported_ = 0;  // bytes
  time::Steady::time_point next_report_ = time::Steady::time_point::max();
};

}  // namespace trace::detail::capture
