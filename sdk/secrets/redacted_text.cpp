// SPDX-License-Identifier: Apache-2.0
#include <trace/redacted_text.hpp>

#include <algorithm>

#include "text/utf8.hpp"

namespace trace {
namespace {

constexpr std::string_view missing = "…";

bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

CutText RedactedText::beginning(std::size_t most_bytes) const {
  if (text_.size() <= most_bytes) return CutText(std::string(text_));
  const std::size_t kept = most_bytes - std::min(most_bytes, missing.size());
  return CutText(std::string(detail::trimmed_utf8(text_, kept)).append(missing));
}

CutText RedactedText::end(std::size_t most_bytes) const {
  if (text_.size() <= most_bytes) return CutText(std::string(text_));
  std::string_view kept = text_;
  kept.remove_prefix(text_.size() - (most_bytes - std::min(most_bytes, missing.size())));
  for (int i = 0; i < 3 && !kept.empty() && continues_character(kept.front()); ++i) {
    kept.remove_prefix(1);
  }
  return CutText(std::string(missing).append(kept));
}

}  // namespace trace
