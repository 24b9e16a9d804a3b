// SPDX-License-Identifier: Apache-2.0
// LevelDetector: determines the level of a captured line, and for a JSON log line also its message
// and its other members. It recognises the forms that tools print
// (docs/decisions/0016-levels-of-lines.md); without any of them, stdout is info and stderr is warn.
// It never takes a level from the middle of a sentence. The chain of a captured stream calls it for
// each line. One thread at a time.
#pragma once

#include <string>
#include <string_view>

#include <trace/event.hpp>

#include "levels/json_log.hpp"

namespace trace::detail::levels {

// Level and message of a line.
struct Finding {
  Level level;
  std::string_view message;  // in the line, or in the detector until its next detect()
  std::string fields;        // text of a JSON object, or empty
};

class LevelDetector {
 public:
  // `line`: no ANSI sequences, valid UTF-8, without its end. Only the message of a JSON log line
  // differs from the line. Allocates only for lines with fields.
  Finding detect(std::string_view line, Stream stream);

 private:
  JsonLog json_log_;
};

}  // namespace trace::detail::levels
