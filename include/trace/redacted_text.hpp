// RedactedText and CutText: texts that have to be cut. A cut through a secret leaves a part of it
// that nothing recognises any more, so secrets are removed before a text is cut. The types enforce
// that: only redaction makes a RedactedText, and only a RedactedText makes a CutText, which is what
// captures take for texts that may be long. Component authors do not need them; adapters get
// them from Node::cut() and LineStream::on_line(). Values; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace trace {

namespace detail::secrets {
class RedactedTexts;  // sdk/secrets/redacted_texts.hpp
}

// At most as long as it was cut to, between characters; "…" stands for what is missing.
class CutText {
 public:
  const std::string& text() const noexcept { return text_; }

 private:
  friend class RedactedText;
  explicit CutText(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A view of a text without secrets.
class RedactedText {
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
