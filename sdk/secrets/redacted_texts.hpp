// SPDX-License-Identifier: Apache-2.0
// RedactedTexts: creates RedactedText; only for code that has just redacted the text. Any thread.
#pragma once

#include <trace/redaction.hpp>

#include <string_view>

namespace trace::detail::secrets {

class RedactedTexts {
 public:
  // `clean`: output of a redactor. Valid as long as that.
  static RedactedText of(std::string_view clean) noexcept { return RedactedText(clean); }
};

}  // namespace trace::detail::secrets
