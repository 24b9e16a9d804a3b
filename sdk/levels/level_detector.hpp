// LevelDetector: the level of a captured line as its author meant it, and of a JSON log line also
// its message and its other members. What it knows are the shapes that tools print (docs/decisions/
// 0016-levels-of-lines.md); where a line has none of them, stdout is info and stderr is warn. It
// never takes a level from the middle of a sentence. The chain of a captured stream calls it for
// each line. One thread at a time.
#pragma once

#include <string>
#include <string_view>

#include <trace/event.hpp>

#include "levels/json_log.hpp"

namespace trace::detail::levels {

// What a line says.
struct Finding {
  Level level;
  std::string_view message;  // in the line, or in the detector until its next detect()
  std::string fields;        // text of a JSON object, or empty
};

class LevelDetector {
 public:
  // `line`: no ANSI sequences, valid UTF-8, without its end. Only a JSON log line's message is
  // another text than the line. Allocates only for lines with fields.
  Finding detect(std::string_view line, Stream stream);

 private:
  JsonLog json_log_;
};

}  // namespace trace::detail::levels
