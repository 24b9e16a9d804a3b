// SPDX-License-Identifier: Apache-2.0
#include "child/stderr_tail.hpp"

#include "child/json_object.hpp"

namespace trace::child {
namespace {

bool has(std::string_view line, std::string_view part) { return line.find(part) != line.npos; }

bool begins_key(std::string_view line) {
  return has(line, "-----BEGIN ") && has(line, "PRIVATE KEY");
}

bool ends_key(std::string_view line) { return has(line, "-----END "); }

// A line of base64, or a header such as "Proc-Type: 4,ENCRYPTED".
bool is_within_key(std::string_view line) {
  const std::size_t blank = line.find(' ');
  return blank == line.npos || (blank > 0 && line[blank - 1] == ':');
}

}  // namespace

void StderrTail::add(const RedactedText& line) {
  bytes_ += lines_.emplace_back(line.end(most_bytes).text()).size();
  while (lines_.size() > most_lines || bytes_ > most_bytes) {
    const std::string& first = lines_.front();
    is_in_key_ = begins_key(first) || (is_in_key_ && !ends_key(first) && is_within_key(first));
    bytes_ -= first.size();
    lines_.pop_front();
  }
}

std::string StderrTail::json() const {
  auto line = lines_.begin();
  bool is_in_key = is_in_key_;
  for (; is_in_key && line != lines_.end() && (ends_key(*line) || is_within_key(*line)); ++line) {
    is_in_key = !ends_key(*line);
  }
  std::string out = "[";
  if (line != lines_.begin()) out += json_text("[REDACTED]");
  for (; line != lines_.end(); ++line) {
    if (out.size() > 1) out += ',';
    out += json_text(*line);
  }
  return out + "]";
}

}  // namespace trace::child
