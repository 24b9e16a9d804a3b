// OutgoingText: a text on its way into the journal, which has to be looked through for secrets
// first. On the thread that records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <trace/field.hpp>

namespace trace::detail {

// What redaction has to know of a text.
enum class TextSort : std::uint8_t {
  whole,
  cut,   // there was more, so that a start of a secret at the end is one: it is left out
  json,  // the text of a JSON value
};

struct OutgoingText {
  std::string_view text = {};
  TextSort sort = TextSort::whole;
  bool has_secret = false;
  std::size_t bytes = 0;  // of the text in the journal
};

inline OutgoingText outgoing(std::string_view text, bool cut) noexcept {
  return {text, cut ? TextSort::cut : TextSort::whole, false, text.size()};
}

inline OutgoingText outgoing(const Json& json, bool) noexcept {
  return {json.text, TextSort::json, false, json.text.size()};
}

}  // namespace trace::detail
