// SPDX-License-Identifier: Apache-2.0
#include "levels/stack_trace.hpp"

namespace trace::detail::levels {
namespace {

constexpr unsigned most_lines_in_between = 8;

bool has_exception_frames(StackTracePlace place) noexcept {
  return place == StackTracePlace::thread_head || place == StackTracePlace::exception_head ||
         place == StackTracePlace::exception_paths || place == StackTracePlace::exception_frames;
}

}  // namespace

StackTrace::Place StackTrace::place(std::string_view line) {
  if (at_ != StackTracePlace::none) {
    const StackTracePlace next = goes_on(at_, line);
    if (next != StackTracePlace::none) {
      const bool is_full = lines_ == max_lines || bytes_ + line.size() + 1 > max_bytes;
      if (is_full) return open(next, line.size());
      ++lines_;
      bytes_ += line.size() + 1;
      at_ = next == StackTracePlace::ended ? StackTracePlace::none : next;
      return Place::inside;
    }
    frames_may_open_ = has_exception_frames(at_) ? most_lines_in_between : 0;
    at_ = StackTracePlace::none;
  }
  if (line.empty()) return Place::outside;
  const StackTracePlace opened = opens_stack_trace(line);
  if (opened != StackTracePlace::none) return open(opened, line.size());
  if (frames_may_open_ > 0) {
    if (is_exception_frame(line)) return open(StackTracePlace::exception_frames, line.size());
    --frames_may_open_;
  }
  return Place::outside;
}

void StackTrace::reset() noexcept { *this = {}; }

StackTrace::Place StackTrace::open(StackTracePlace at, std::size_t bytes) noexcept {
  at_ = at == StackTracePlace::ended ? StackTracePlace::none : at;
  lines_ = 1;
  bytes_ = bytes + 1;
  frames_may_open_ = 0;
  return Place::first;
}

}  // namespace trace::detail::levels
