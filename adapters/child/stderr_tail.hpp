// SPDX-License-Identifier: Apache-2.0
// StderrTail: the last lines that a program wrote to stderr, for its failure. Bounded in lines and
// bytes; characters are never cut. Not thread-safe.
#pragma once

#include <trace/redacted_text.hpp>

#include <cstddef>
#include <deque>
#include <string>

namespace trace::child {

class StderrTail {
 public:
  static constexpr std::size_t most_lines = 10;
  static constexpr std::size_t most_bytes = 4096;

  void add(const RedactedText& line);
  bool empty() const noexcept { return lines_.empty(); }
  // A JSON array of the lines, oldest first. Of a single line that is too long, its end. If the
  // first line of a private key has been dropped, the rest of the key is "[REDACTED]": nothing
  // would recognise it.
  std::string json() const;

 private:
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  bool is_in_key_ = false;  // the first line follows one of a private key
};

}  // namespace trace::child
