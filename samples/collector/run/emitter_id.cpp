// SPDX-License-Identifier: Apache-2.0
#include "collector/run/emitter_id.hpp"

#include <algorithm>
#include <charconv>

namespace trace::collector::run {
namespace {

constexpr std::size_t ulid_length = 26;
constexpr std::size_t sequence_length = 12;
constexpr std::size_t longest_lane = 10;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_ulid_letter(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U');
}

bool is_lane(std::string_view text) {
  if (text.empty() || text.size() > longest_lane) return false;
  if (text.size() > 1 && text.front() == '0') return false;  // one spelling per lane
  return std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

std::optional<EmitterId> parse_emitter_id(std::string_view id) noexcept {
  constexpr std::size_t around_the_lane = ulid_length + 1 + 1 + sequence_length;
  if (id.size() <= around_the_lane) return std::nullopt;
  const std::size_t emitter_length = id.size() - sequence_length - 1;
  const std::string_view session = id.substr(0, ulid_length);
  const std::string_view emitter = id.substr(0, emitter_length);
  const std::string_view digits = id.substr(emitter_length + 1);
  if (id[ulid_length] != '-' || id[emitter_length] != '-') return std::nullopt;
  if (!std::all_of(session.begin(), session.end(), is_ulid_letter)) return std::nullopt;
  if (!is_lane(emitter.substr(ulid_length + 1))) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  std::uint64_t sequence = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  if (sequence == 0) return std::nullopt;
  return EmitterId{session, emitter, sequence};
}

}  // namespace trace::collector::run
