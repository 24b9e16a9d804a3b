// SPDX-License-Identifier: Apache-2.0
// The events that the chain of a captured node passes to record(): lines, and reports about omitted
// lines; and their JSON texts. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <trace/event.hpp>

#include "lines/line.hpp"
#include "time/clock.hpp"

namespace trace::detail::capture {

// How far lines were searched for secrets before they came here.
struct Searched {
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  // Secrets::version() of the search, which found nothing in any line,
  std::uint64_t version = never;
  // nor across the boundary to the stream's previous line.
  bool with_previous = false;
};

struct CapturedEvent {
  Stream stream = Stream::out;
  Level level = Level::info;
  std::string_view message;  // of several lines with \n between them; valid during the call
  std::string_view fields;   // text of a JSON object, or empty
  std::uint64_t lines = 1;
  bool continued = false;  // the line goes on in the next event of the stream
  bool progress = false;   // a frame of a progress display, no line
  // Secrets::version() of the search that found nothing in the message; there are no fields then.
  std::uint64_t searched = Searched::never;
  bool is_late = false;  // it happened at `at`, not now
  time::Steady::time_point at{};
};

// Lines that belong neither to the head nor to the tail.
struct Omission {
  lines::LineVolume all;
  std::array<lines::LineVolume, lines::max_streams> by_stream{};
  std::string sha256;  // hexadecimal, of the omitted bytes; empty when it is not known
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void event(const CapturedEvent& event) = 0;
  // While lines are being left out, now and then: how many so far.
  virtual void omitting(const lines::LineVolume& so_far) = 0;
  // Between the first and the last lines.
  virtual void omitted(const Omission& omission) = 0;
};

// Texts of events that are recorded whole, also by recovery.
// {"stream":…,"origin":…} and the members that apply.
std::string data_of(const CapturedEvent& event, std::string_view origin);
// {"omitted":{"lines":…,"bytes":…,"sha256":…,"stdout":{…}}}
std::string data_of(const Omission& omission);
// "12 lines (3456 bytes) were left out".
std::string text_of(const lines::LineVolume& omitted);

}  // namespace trace::detail::capture
