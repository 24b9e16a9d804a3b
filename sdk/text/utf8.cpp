// SPDX-License-Identifier: Apache-2.0
#include "text/utf8.hpp"

#include <simdjson.h>

#include <algorithm>

namespace trace::detail::text {
namespace {

// Length of the sequence that a lead byte announces; 0 if it is not a lead byte.
constexpr std::size_t announced_length(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The second byte decides on overlong forms, surrogates and code points above U+10FFFF.
constexpr bool may_follow(unsigned char lead, unsigned char second) noexcept {
  const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= least && second <= most;
}

}  // namespace

Utf8Sequence first_utf8_sequence(std::string_view text) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  const std::size_t length = announced_length(lead);
  if (length == 1) return {1, true};
  if (length == 0) return {1, false};

  if (lead == 0xED && text.size() >= 3 && byte(1) >= 0xA0 && is_continuation(text[1]) &&
      is_continuation(text[2])) {
    return {3, false};  // a surrogate: one wrong character, not three wrong bytes
  }
  if (text.size() < 2 || !may_follow(lead, byte(1))) return {1, false};
  std::size_t read = 2;
  while (read < length && read < text.size() && is_continuation(text[read])) ++read;
  return {read, read == length};
}

bool is_valid_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t unfinished_utf8_bytes(std::string_view text) noexcept {
  const std::size_t most = std::min<std::size_t>(text.size(), 3);
  for (std::size_t bytes = 1; bytes <= most; ++bytes) {
    const char byte = text[text.size() - bytes];
    if (is_continuation(byte)) continue;
    return announced_length(static_cast<unsigned char>(byte)) > bytes ? bytes : 0;
  }
  return 0;
}

void append_valid_utf8(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) {
    out.append(text);
    return;
  }
  while (!text.empty()) {
    const Utf8Sequence sequence = first_utf8_sequence(text);
    out.append(sequence.valid ? text.substr(0, sequence.bytes) : replacement_character);
    text.remove_prefix(sequence.bytes);
  }
}

std::string_view trimmed_utf8(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  const std::size_t longest_back = std::min<std::size_t>(max_bytes, 3);
  for (std::size_t back = 0; back <= longest_back; ++back) {
    const std::size_t at = max_bytes - back;
    if (is_continuation(text[at])) continue;
    const bool reaches_beyond_the_cut =
        announced_length(static_cast<unsigned char>(text[at])) > back;
    return text.substr(0, reaches_beyond_the_cut ? at : max_bytes);
  }
  return text.substr(0, max_bytes);  // continuation bytes without a lead: no character to keep
}

std::string_view utf8_tail(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  text.remove_prefix(text.size() - max_bytes);
  for (int i = 0; i < 3 && !text.empty() && is_continuation(text.front()); ++i) {
    text.remove_prefix(1);
  }
  return text;
}

}  // namespace trace::detail::text
