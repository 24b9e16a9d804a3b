// SPDX-License-Identifier: Apache-2.0
#include "capture/printer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace trace::bench {
namespace {

constexpr std::string_view before = "probe ";
constexpr std::size_t digits = 12;
constexpr std::string_view behind =
    " of host-7.example.net: port 8443 is open, and this is what its banner has to say\n";
static_assert(before.size() + digits + behind.size() == line_bytes);
constexpr std::size_t lines_of_a_write = 2560;  // 250 KiB

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Counting up a line's digits is cheaper than writing them anew.
void advance(char* line, std::uint64_t by) {
  char* const first = line + before.size();
  for (char* digit = first + digits; by > 0 && digit-- != first; by /= 10) {
    const auto sum = static_cast<std::uint64_t>(*digit - '0') + by % 10;
    *digit = static_cast<char>('0' + sum % 10);
    by += sum / 10 * 10;
  }
}

}  // namespace

std::vector<std::string> command_that_prints(std::uint64_t lines) {
  return {"/proc/self/exe", "--print", std::to_string(lines)};
}

bool print_lines(std::uint64_t lines) {
  std::string block(lines_of_a_write * line_bytes, '0');
  for (std::size_t i = 0; i < lines_of_a_write; ++i) {
    char* const line = block.data() + i * line_bytes;
    std::memcpy(line, before.data(), before.size());
    std::memcpy(line + before.size() + digits, behind.data(), behind.size());
    advance(line, i);
  }
  while (lines > 0) {
    const std::uint64_t now = std::min<std::uint64_t>(lines, lines_of_a_write);
    if (!write_all({block.data(), now * line_bytes})) return false;
    lines -= now;
    for (std::size_t i = 0; lines > 0 && i < lines_of_a_write; ++i) {
      advance(block.data() + i * line_bytes, lines_of_a_write);
    }
  }
  return true;
}

}  // namespace trace::bench
