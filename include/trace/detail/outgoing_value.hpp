// SPDX-License-Identifier: Apache-2.0
// OutgoingValue: a value of an event that is about to be copied into the journal. Texts are
// searched for secrets before. On the thread that records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <trace/field.hpp>

namespace trace::detail {

// How redaction has to treat a text.
enum class TextSort : std::uint8_t {
  whole,
  cut,   // truncated: a prefix of a secret at its end is removed as well
  json,  // a JSON value
};

// Whether the texts of an event still have to be searched for secrets.
enum class Texts : std::uint8_t { raw, redacted };

struct OutgoingValue {
  std::string_view text = {};
  TextSort sort = TextSort::whole;
  bool is_text = true;
  bool has_secret = false;
  std::size_t bytes = 8;   // in the journal; of a text without its length
  std::uint64_t word = 0;  // a value that is not a text
};

inline OutgoingValue outgoing(std::string_view text, bool cut) noexcept {
  return {.text = text, .sort = cut ? TextSort::cut : TextSort::whole, .bytes = text.size()};
}

inline OutgoingValue outgoing(const Json& json, bool) noexcept {
  return {.text = json.text, .sort = TextSort::json, .bytes = json.text.size()};
}

template <class S>
inline OutgoingValue outgoing(const S& value, bool) noexcept {
  OutgoingValue out{.is_text = false};
  std::memcpy(&out.word, &value, sizeof value);
  return out;
}

}  // namespace trace::detail
