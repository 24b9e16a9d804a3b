// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of capture: text with bars where the writes meet, random splits, and a
// place for what comes out.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "capture/captured_event.hpp"
#include "lines/line_framer.hpp"

namespace trace::testing {

// "a\nb|c": the pieces between the bars.
std::vector<std::string> at_bars(std::string_view text);
// The text cut at random into pieces of 1 to `longest` bytes.
std::vector<std::string> at_random(std::string_view text, std::size_t longest,
                                   std::mt19937& random);
// Bytes as tools print them, and as they do not: lines, progress, sequences, broken characters.
std::string noise(std::size_t bytes, std::mt19937& random);

// Writes what comes as one text per line, part or frame: "line", "part+", "+last", "~frame".
struct FramedText final : detail::lines::LineSink {
  std::vector<std::string> all;
  void take(detail::lines::LineKind kind, std::string_view text) override;
};

// An instant of the tests' time.
inline detail::time::Steady::time_point at(std::int64_t milliseconds) {
  return detail::time::Steady::time_point(std::chrono::hours(1) +
                                          std::chrono::milliseconds(milliseconds));
}

// Keeps events.
struct KeptEvents final : detail::capture::EventSink {
  struct Event {
    detail::capture::CapturedEvent event;
    std::string message;
    std::string fields;
    bool operator==(const Event& other) const;
  };
  std::vector<Event> events;
  std::vector<detail::lines::LineVolume> tellings;
  std::vector<detail::capture::Omission> omissions;
  std::size_t before_omission = 0;  // events

  void event(const detail::capture::CapturedEvent& event) override;
  void omitting(const detail::lines::LineVolume& so_far) override { tellings.push_back(so_far); }
  void omitted(const detail::capture::Omission& omission) override;
  // The lines of all events, each with a \n, in order.
  std::string text() const;
  std::vector<std::string> messages() const;
};

}  // namespace trace::testing
