// SPDX-License-Identifier: Apache-2.0
// OutgoingText: a text that is about to be copied into the journal and must be searched for secrets
// first. On the thread that records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <trace/field.hpp>

namespace trace::detail {

// How redaction has to treat a text.
enum class TextSort : std::uint8_t {
  whole,
  cut,   // truncated: a prefix of a secret at its end is removed as well
  json,  // a JSON value
};

struct OutgoingText {
  std::string_view text = {};
  TextSort sort = TextSort::whole;
  bool has_secret = false;
  std::size_t bytes = 0;  // in the journal
};

inline OutgoingText outgoing(std::string_view text, bool cut) noexcept {
  return {text, cut ? TextSort::cut : TextSort::whole, false, text.size()};
}

inline OutgoingText outgoing(const Json& json, bool) noexcept {
  return {json.text, TextSort::json, false, json.text.size()};
}

}  // namespace trace::detail
