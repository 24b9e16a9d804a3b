// SPDX-License-Identifier: Apache-2.0
#include <trace/redaction.hpp>

#include <algorithm>

#include "text/utf8.hpp"

namespace trace {

constexpr std::string_view missing = "…";

CutText RedactedText::beginning(std::size_t most_bytes) const {
  if (text_.size() <= most_bytes) return CutText(std::string(text_));
  const std::size_t kept = most_bytes - std::min(most_bytes, missing.size());
  return CutText(std::string(detail::text::trimmed_utf8(text_, kept)).append(missing));
}

CutText RedactedText::end(std::size_t most_bytes) const {
  if (text_.size() <= most_bytes) return CutText(std::string(text_));
  const std::size_t kept = most_bytes - std::min(most_bytes, missing.size());
  return CutText(std::string(missing).append(detail::text::utf8_tail(text_, kept)));
}

}  // namespace trace
