// RedactedTexts: makes RedactedText, for those who have just redacted a text and for no one else.
// Any thread.
#pragma once

#include <trace/redacted_text.hpp>

#include <string_view>

namespace trace::detail::secrets {

class RedactedTexts {
 public:
  // `clean`: what a redactor passed on. Valid as long as that.
  static RedactedText of(std::string_view clean) noexcept { return RedactedText(clean); }
};

}  // namespace trace::detail::secrets
