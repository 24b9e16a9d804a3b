// Coalescer: one event per line while lines are few, one event for many lines while they are many.
// The last stage before record(). A line goes out at once as long as its node sends fewer than 20
// events a second, with a reserve of 32; beyond that, lines of the same stream and level are joined
// by \n until they fill a message, 50 ms have passed, or another kind of line comes. The lines of a
// stack trace are one event of the highest level among them, even when lines are few.
//
// Order is kept. What is joined does not depend on how the lines were written, only on when.
// Joined lines that lie one behind the other in the caller's buffer are not copied. Time is given
// by the owner. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/captured_event.hpp"
#include "capture/stack_trace.hpp"

namespace trace::detail {

class Coalescer {
 public:
  static constexpr std::size_t max_text_bytes = 16 * 1024;
  static constexpr std::chrono::milliseconds longest_wait{50};
  static constexpr std::chrono::milliseconds event_interval{50};
  static constexpr int reserve = 32;

  using Place = StackTrace::Place;

  explicit Coalescer(EventSink& sink) : sink_(sink) {}

  // A line without fields of its own. `message` is kept as a view until keep() or until it is sent;
  // one with a \n in it, and one that is no part of the caller's buffer, goes to alone().
  void line(Stream stream, Level level, std::string_view message, Place place,
            Steady::time_point now) {
    if (joins(stream, level, message, place, now)) [[likely]] {
      join(level, message);
    } else {
      begin(stream, level, message, place, now);
    }
  }
  // An event that stands by itself.
  void alone(CapturedEvent event, Steady::time_point now);

  // What is passed on from here on happened when `now` says; see CapturedEvent.
  void set_late(bool is_late) noexcept { is_late_ = is_late; }

  // The caller's buffer goes: what waits is copied.
  void keep();
  // Sends what waits.
  void flush();
  void tick(Steady::time_point now);
  Steady::time_point next_due() const noexcept;
  // Of what waits: its lines with their ends.
  std::size_t waiting_bytes() const noexcept { return waits_ ? text_.size() + 1 : 0; }

 private:
  bool joins(Stream stream, Level level, std::string_view message, Place place,
             Steady::time_point now) const noexcept {
    if (!waits_ || stream != stream_ || now >= due_ ||
        text_.size() + 1 + message.size() > max_text_bytes)
      return false;
    if (is_trace_) return place == Place::inside;
    return place == Place::outside && level == level_;
  }
  void join(Level level, std::string_view message) {
    if (text_.data() + text_.size() + 1 == message.data() && !is_kept_) [[likely]] {
      text_ = {text_.data(), text_.size() + 1 + message.size()};
    } else {
      append(message);
    }
    ++lines_;
    if (level > level_) level_ = level;
  }
  void begin(Stream stream, Level level, std::string_view message, Place place,
             Steady::time_point now);
  void append(std::string_view message);
  bool takes_from_reserve(Steady::time_point now) noexcept;

  EventSink& sink_;
  bool waits_ = false;
  bool is_kept_ = false;  // text_ lies in own_
  bool is_trace_ = false;
  bool is_late_ = false;
  Stream stream_ = Stream::out;
  Level level_ = Level::info;
  std::string_view text_;
  std::uint64_t lines_ = 0;
  Steady::time_point since_{};
  Steady::time_point due_{};
  std::string own_;
  // When the reserve will be whole again.
  Steady::time_point reserve_whole_ = Steady::time_point::min();
};

}  // namespace trace::detail
