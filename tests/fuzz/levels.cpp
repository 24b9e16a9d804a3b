// SPDX-License-Identifier: Apache-2.0
// Arbitrary lines. Whatever the bytes are, the detector returns a message that is part of the line,
// or of the detector if the line is a JSON log entry; fields that are
// empty or a JSON object. The recogniser of stack traces ends every trace within its bounds.
//
// An input is a stream: it is cut into lines, and each is shown to both.
#include <simdjson.h>
#include <trace/event.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "levels/level_detector.hpp"
#include "levels/stack_trace.hpp"

namespace {

using namespace trace;

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> not_behind;
  return not_behind(whole.data(), part.data()) &&
         not_behind(part.data() + part.size(), whole.data() + whole.size());
}

bool is_object(const std::string& text) {
  static simdjson::dom::parser parser;
  simdjson::dom::object object;
  return parser.parse(text).get(object) == simdjson::SUCCESS;
}

// Reads the whole message, so that a sanitizer checks its bounds.
std::size_t sum(std::string_view text) {
  std::size_t sum = 0;
  for (const char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}

void judge_level(detail::levels::LevelDetector& detector, std::string_view line) {
  const detail::levels::Finding out = detector.detect(line, Stream::out);
  require(out.fields.empty() || is_object(out.fields));
  require(out.level <= Level::error);
  const bool is_line = lies_in(out.message, line);
  if (is_line) {
    require(out.message == line);
    require(out.fields.empty());
  } else {
    require(line.front() == '{' && !out.message.empty() && !out.fields.empty());
  }
  const std::string message(out.message);
  require(sum(message) == sum(out.message));
  // The stream decides only what the line leaves open.
  const detail::levels::Finding err = detector.detect(line, Stream::err);
  require(err.message == message && err.fields == out.fields);
  require(err.level == out.level || (out.level == Level::info && err.level == Level::warn));
}

// A trace's lines and bytes, to see that they stay within its bounds.
struct Open {
  std::size_t lines = 0;
  std::size_t bytes = 0;
};

void judge_place(detail::levels::StackTrace& trace, Open& open, std::string_view line) {
  switch (trace.place(line)) {
    case detail::levels::StackTrace::Place::outside:
      open = {};
      return;
    case detail::levels::StackTrace::Place::first:
      require(!line.empty() || open.lines > 0);
      open = {1, line.size() + 1};
      return;
    case detail::levels::StackTrace::Place::inside:
      require(open.lines > 0);
      ++open.lines;
      open.bytes += line.size() + 1;
      require(open.lines <= detail::levels::StackTrace::max_lines &&
              open.bytes <= detail::levels::StackTrace::max_bytes);
      return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static detail::levels::LevelDetector detector;
  detail::levels::StackTrace trace;
  Open open;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    // A copy of its own, so that reading beyond the line is found.
    const std::string line(rest.substr(0, end));
    judge_level(detector, line);
    judge_place(trace, open, line);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return 0;
}
