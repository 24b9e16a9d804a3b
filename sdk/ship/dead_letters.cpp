#include "ship/dead_letters.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "contract/json_text.hpp"
#include "journal/descriptor.hpp"

namespace trace::detail {

DeadLetters::DeadLetters(std::string directory) {
  if (!directory.empty()) path_ = std::move(directory) + "/rejected.ndjson";
}

DeadLetters::~DeadLetters() {
  if (fd_ >= 0) ::close(fd_);
}

bool DeadLetters::keep(std::string_view event_json, std::string_view reason) {
  if (path_.empty()) return false;
  if (fd_ < 0) fd_ = open_above_standard(path_, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (fd_ < 0) return false;
  std::string line = "{\"reason\":";
  append_quoted(line, reason);
  line.append(",\"event\":").append(event_json).append("}\n");
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t n = write(fd_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace trace::detail
