// LevelDetector: the level of a captured line. Knows the stream only. One thread.
#pragma once

#include <string>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail {

struct Finding {
  Level level;
  std::string_view message;
  std::string fields;
};

class LevelDetector {
 public:
  Finding detect(std::string_view line, Stream stream) {
    return {stream == Stream::err ? Level::warn : Level::info, line, {}};
  }
};

}  // namespace trace::detail
