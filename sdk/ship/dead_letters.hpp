// DeadLetters: events that the backend refused for good, kept in "rejected.ndjson" in the journal
// directory, one JSON object per line: {"reason":…,"event":{…}}. Shipper's thread only.
#pragma once

#include <string>
#include <string_view>

namespace trace::detail {

class DeadLetters {
 public:
  // An empty directory: nothing is kept (the journal lies in memory).
  explicit DeadLetters(std::string directory);
  ~DeadLetters();
  DeadLetters(const DeadLetters&) = delete;
  DeadLetters& operator=(const DeadLetters&) = delete;

  // False when the line could not be written.
  bool keep(std::string_view event_json, std::string_view reason);
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace trace::detail
