// SPDX-License-Identifier: Apache-2.0
#include "volume/numbered_lines.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>

namespace trace::testing {
namespace {

constexpr std::string_view before = "line ";
constexpr std::string_view behind = "end\n";
constexpr std::size_t digits = 12;
constexpr std::size_t times = 7;  // the number, each with a space after it
static_assert(before.size() + times * (digits + 1) + behind.size() == line_bytes);

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

NumberedLine::NumberedLine(std::uint64_t number) {
  bytes_.fill(' ');
  before.copy(bytes_.data(), before.size());
  behind.copy(bytes_.data() + line_bytes - behind.size(), behind.size());
  set(number);
}

void NumberedLine::set(std::uint64_t number) {
  number_ = number;
  std::array<char, digits> text{};
  for (std::size_t i = digits; i-- > 0; number /= 10)
    text[i] = static_cast<char>('0' + number % 10);
  for (std::size_t i = 0; i < times; ++i) {
    std::copy(text.begin(), text.end(), bytes_.data() + before.size() + i * (digits + 1));
  }
}

bool print_lines(std::uint64_t count) {
  // No multiple of a line and of no buffer of the SDK: lines are split at every place.
  constexpr std::size_t write_bytes = 65'537;
  std::string buffer;
  NumberedLine line(1);
  for (; line.number() <= count; line.next()) {
    buffer += line.with_end();
    if (buffer.size() < write_bytes) continue;
    if (!write_all(std::string_view(buffer).substr(0, write_bytes))) return false;
    buffer.erase(0, write_bytes);
  }
  return write_all(buffer);
}

}  // namespace trace::testing
