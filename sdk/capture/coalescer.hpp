// SPDX-License-Identifier: Apache-2.0
// Coalescer: one event per line at a low rate, one event for many lines at a high rate. The last
// stage before record(). A line is recorded immediately as long as its node sends fewer than 20
// events a second, with a reserve of 32; beyond that, lines of the same stream and level are joined
// by \n until they fill a message, 50 ms have passed, or another kind of line arrives. The lines of
// a stack trace are one event of the highest level among them, even at a low rate: programs write
// them one by one, so a trace waits for its next line until none has arrived for 250 ms, at most a
// second, and lines of other streams do not end it.
//
// The order of a stream is kept, and the order between streams except for lines that arrived while
// a trace of another stream waited. What is joined does not depend on how the lines were split into
// writes, only on time. Joined lines that are adjacent in the caller's buffer are not copied. Time
// is passed by the owner. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "capture/captured_event.hpp"
#include "levels/stack_trace.hpp"

namespace trace::detail::capture {

class Coalescer {
 public:
  static constexpr std::size_t max_text_bytes = 16 * 1024;
  static constexpr std::chrono::milliseconds longest_wait{50};
  static constexpr std::chrono::milliseconds trace_silence{250};
  static constexpr std::chrono::milliseconds longest_trace{1000};
  static constexpr std::chrono::milliseconds event_interval{50};
  static constexpr int reserve = 32;

  using Place = levels::StackTrace::Place;

  explicit Coalescer(EventSink& sink) : sink_(sink) {}

  // A line without fields. `message` is kept as a view until keep() or until it is sent; a message
  // that contains \n or is not part of the caller's buffer goes to alone().
  void line(Stream stream, Level level, std::string_view message, Place place,
            time::Steady::time_point now) {
    Joined& joined = joined_[lines::index_of(stream)];
    if (joins(joined, level, message, place, now)) [[likely]] {
      join(joined, level, message, now);
    } else {
      begin(stream, level, message, place, now);
    }
  }
  // Of the lines that follow.
  void set_searched(Searched searched) noexcept { searched_ = searched; }
  std::uint64_t searched_version() const noexcept { return searched_.version; }
  // An event that is not joined.
  void alone(CapturedEvent event, time::Steady::time_point now);

  // If true, the following lines happened at their `now`, in the past; see CapturedEvent.
  void set_late(bool is_late) noexcept { is_late_ = is_late; }

  // The caller's buffer becomes invalid: copies waiting lines.
  void keep();
  // Sends what waits.
  void flush();
  void tick(time::Steady::time_point now);
  time::Steady::time_point next_due() const noexcept;
  // Of what waits: its lines with their ends.
  std::size_t waiting_bytes() const noexcept;

 private:
  // Lines of one stream that will be one event. Of several streams at most one waits with anything
  // but a trace.
  struct Joined {
    bool waits = false;
    bool is_kept = false;  // the text is in own
    bool is_trace = false;
    Level level = Level::info;
    std::string_view text;
    std::uint64_t lines = 0;
    std::uint64_t searched = Searched::never;
    std::uint64_t begun = 0;  // in the order of all that were begun
    time::Steady::time_point since{};
    time::Steady::time_point due{};
    std::string own;
  };

  static bool joins(const Joined& joined, Level level, std::string_view message, Place place,
                    time::Steady::time_point now) noexcept {
    if (!joined.waits || now >= joined.due ||
        joined.text.size() + 1 + message.size() > max_text_bytes)
      return false;
    if (joined.is_trace) return place == Place::inside;
    return place == Place::outside && level == joined.level;
  }
  void join(Joined& joined, Level level, std::string_view message, time::Steady::time_point now) {
    if (joined.text.data() + joined.text.size() + 1 == message.data() && !joined.is_kept)
        [[likely]] {
      joined.text = {joined.text.data(), joined.text.size() + 1 + message.size()};
    } else {
      append(joined, message);
    }
    ++joined.lines;
    if (level > joined.level) joined.level = level;
    if (joined.is_trace) joined.due = std::min(now + trace_silence, joined.since + longest_trace);
  }
  void append(Joined& joined, std::string_view message);
  static void keep(Joined& joined);
  void begin(Stream stream, Level level, std::string_view message, Place place,
             time::Steady::time_point now);
  // Sends the events that must precede something new of this stream.
  void send_before(Stream stream);
  // In the order in which they were begun; returns their number.
  template <typename Predicate>
  int send_all(Predicate is_meant);
  void send(Joined& joined);
  bool takes_from_reserve(time::Steady::time_point now) noexcept;

  EventSink& sink_;
  bool is_late_ = false;
  Searched searched_;
  std::array<Joined, lines::max_streams> joined_;  // by stream
  std::uint64_t begun_ = 0;
  // When the reserve will be whole again.
  time::Steady::time_point reserve_whole_ = time::Steady::time_point::min();
};

}  // namespace trace::detail::capture
