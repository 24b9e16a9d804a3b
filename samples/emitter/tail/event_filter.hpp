// SPDX-License-Identifier: Apache-2.0
// Which events `shiptrace tail` shows. Main thread.
#pragma once

#include <regex.h>
#include <trace/event.hpp>
#include <trace/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emitter/output/times.hpp"

namespace trace::cli::tail {

// An extended regular expression of POSIX, as grep -E takes it. POSIX's matcher needs no stack for
// long texts, which std::regex does.
class Pattern {
 public:
  // The Error has the reason why the text is not an expression.
  static Result<Pattern> compile(const std::string& text);
  bool matches(const std::string& text) const;

 private:
  struct Free {
    void operator()(regex_t* compiled) const noexcept {
      regfree(compiled);
      delete compiled;
    }
  };
  explicit Pattern(std::unique_ptr<regex_t, Free> compiled) : compiled_(std::move(compiled)) {}

  std::unique_ptr<regex_t, Free> compiled_;
};

// An event is shown when each rule that is set accepts it.
struct EventFilter {
  std::vector<std::string> nodes = {};         // one of them
  std::string stream = {};                     // output of this stream
  Level level = Level::debug;                  // at least
  std::optional<Pattern> pattern = {};         // in the message or the error's
  std::optional<output::WallTime> since = {};  // at or after

  bool accepts(const EventPayload& event) const;
};

}  // namespace trace::cli::tail
