// SPDX-License-Identifier: Apache-2.0
// RedactedText and CutText: text that has to be truncated. Truncating in the middle of a secret
// leaves a part of it that redaction no longer recognises, so secrets are removed first. The types
// enforce the order: only redaction creates a RedactedText, only a RedactedText creates a CutText,
// and captures accept only a CutText where text may be long. Component authors do not need them;
// adapters get them from Node::cut() and LineStream::on_line(). Values; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <trace/export.hpp>

namespace trace {

namespace detail::secrets {
class RedactedTexts;  // sdk/secrets/matcher.hpp
}

// Truncated between characters; "…" marks what is missing.
class CutText {
 public:
  const std::string& text() const noexcept { return text_; }

 private:
  friend class RedactedText;
  explicit CutText(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A view of text without secrets.
class SHIPTRACE_API RedactedText {
 public:
  std::string_view text() const noexcept { return text_; }
  CutText beginning(std::size_t most_bytes) const;
  CutText end(std::size_t most_bytes) const;

 private:
  friend class detail::secrets::RedactedTexts;
  explicit RedactedText(std::string_view text) noexcept : text_(text) {}
  std::string_view text_;
};

}  // namespace trace
