#include "child/stderr_tail.hpp"

#include "child/json_object.hpp"

namespace trace::child {

void StderrTail::add(const RedactedText& line) {
  bytes_ += lines_.emplace_back(line.end(most_bytes).text()).size();
  while (lines_.size() > most_lines || bytes_ > most_bytes) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
  }
}

std::string StderrTail::json() const {
  std::string out = "[";
  for (const std::string& line : lines_) {
    if (out.size() > 1) out += ',';
    out += json_text(line);
  }
  return out + "]";
}

}  // namespace trace::child
