// SPDX-License-Identifier: Apache-2.0
// Runs lines through the real redaction and prints those that it changes, before and after.
//   shiptrace_scan_tokens < LINES          the last line is "lines redacted"
#include <fmt/format.h>

#include <cstdint>
#include <iostream>
#include <string>

#include "secrets/event_redactor.hpp"

int main() {
  trace::detail::secrets::EventRedactor redactor({nullptr, true});
  std::uint64_t lines = 0;
  std::uint64_t redacted = 0;
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line); ++lines) {
    const std::string_view cleaned = redactor.cleaned(line);
    if (cleaned == line) continue;
    ++redacted;
    fmt::print("- {}\n+ {}\n", line, cleaned);
  }
  fmt::print("{} {}\n", lines, redacted);
}
