// SPDX-License-Identifier: Apache-2.0
// A secret in whatever can be recorded, and where to look for it. For the tests of secrets.
#pragma once

#include <filesystem>
#include <string>

#include "support/file_contents.hpp"
#include "unit/session/recorded_session.hpp"

namespace trace::testing {

inline const std::string secret = "c0rrect/horse \"battery\"+staple";

// Everything in the journal's directory.
inline std::string journal_of(const RecordedSession& session) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(session.journal_dir())) {
    if (entry.is_regular_file()) all += contents(entry.path());
  }
  return all;
}

inline Config without_environment() {
  Config config;
  config.redact_environment = false;
  return config;
}

inline void record_everywhere(const Node& node, const std::string& text, const std::string& json) {
  record(node, Type::progress, Level::info, "{}", text);
  record(node, Type::progress, Level::info, field("text", text), "{} and {}", text, 1);
  record(node, Type::progress, Level::info, field("json", Json{json}), "a {:>300} wide one", text);
  record(node, {.type = Type::failed,
                .level = Level::error,
                .message = text,
                .error_message = text,
                .error_code = text,
                .error_stack = text,
                .output_summary = json,
                .data = json});
}

}  // namespace trace::testing
