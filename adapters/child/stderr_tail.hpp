// StderrTail: the last lines that a program wrote to stderr, so that its failure can be told with
// its own words. Bounded in lines and bytes; a character is never cut. One thread.
#pragma once

#include <trace/redacted_text.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace trace::child {

class StderrTail {
 public:
  static constexpr std::size_t most_lines = 10;
  static constexpr std::size_t most_bytes = 4096;

  void add(const RedactedText& line);
  bool empty() const noexcept { return lines_.empty(); }
  // A JSON array of the lines, oldest first. Of a line that alone is too long, its end. The rest of
  // a private key whose first line is not among them any more is "[REDACTED]": nobody would
  // recognise it.
  std::string json() const;

 private:
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  bool is_in_key_ = false;  // the first line follows one of a private key
};

}  // namespace trace::child
