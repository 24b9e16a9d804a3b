// SPDX-License-Identifier: Apache-2.0
// JsonLog: parses a line of a structured logger (pino, bunyan, zap, logrus, Serilog, GELF, …). Such
// a line is a JSON object with a level; its message is shown, its other members stay data.
// LevelDetector uses it, on its thread.
//
// Numbers of any size and lone surrogates are accepted, as everywhere (contract/json_repair.hpp).
//
// Anything else, or an object without a level, is not a log entry: results of scanners are JSON,
// too, and have a severity of their own.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

class JsonLog {
 public:
  struct Entry {
    Level level;
    std::string_view message;  // valid until the next read()
    std::string fields;        // the object without its message, otherwise as it was; may be empty
  };

  static constexpr std::size_t max_line_bytes = 16 * 1024;

  JsonLog();
  ~JsonLog();

  // A cheap test before read().
  static bool may_be_one(std::string_view line) noexcept {
    return line.size() > 2 && line.size() <= max_line_bytes && line.front() == '{' &&
           line.back() == '}';
  }

  // The entry in `line`; nullopt if it is not one. An entry without a message keeps its whole line
  // as the message and has no fields.
  std::optional<Entry> read(std::string_view line);

 private:
  struct State;
  std::optional<Entry> read_valid(std::string_view line);
  std::unique_ptr<State> state_;  // created at the first JSON line
};

}  // namespace trace::detail::levels
