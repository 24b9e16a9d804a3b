#include "capture/level_detector.hpp"

#include "capture/level_words.hpp"

namespace trace::detail {

Finding LevelDetector::detect(std::string_view line, Stream stream) {
  const Level otherwise = stream == Stream::out ? Level::info : Level::warn;
  if (JsonLog::may_be_one(line)) {
    if (auto entry = json_log_.read(line)) {
      return {entry->level, entry->message, std::move(entry->fields)};
    }
  }
  return {otherwise, line, {}};
}

}  // namespace trace::detail
