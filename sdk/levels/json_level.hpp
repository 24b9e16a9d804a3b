// SPDX-License-Identifier: Apache-2.0
// JsonLevel: decides by the outermost members of a JSON object whether it is a log entry, and its
// level. JsonLog passes it each member. Plain values, safe on any thread of its owner.
//
// A word counts wherever loggers write the level. Findings have a `severity` as well, so that
// counts only beside a message, and a number only beside a message or a time: 10 to 60 are pino's
// and bunyan's; syslog's 0 to 7 only in GELF or if the key names syslog.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

class JsonLevel {
 public:
  // `key` without its quotes, `value` as it is written, perhaps with white space after it.
  void look_at(std::string_view key, std::string_view value) noexcept;

  // The level, when all members have been seen.
  std::optional<Level> found() const noexcept;

  // Keys whose text is an entry's message.
  static bool is_message_key(std::string_view key) noexcept;

 private:
  void look_at_level(std::string_view key, std::string_view value) noexcept;

  std::optional<Level> word_;         // of a key that only loggers use
  std::optional<Level> severity_;     // of `severity`
  std::optional<Level> number_;       // of pino and bunyan
  std::optional<Level> syslog_;       // of a key that says syslog
  std::optional<Level> gelf_number_;  // of `level`, if the entry is GELF
  bool has_message_ = false;
  bool has_time_ = false;
  bool is_gelf_ = false;
};

}  // namespace trace::detail::levels
