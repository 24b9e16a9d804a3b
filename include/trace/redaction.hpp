// SPDX-License-Identifier: Apache-2.0
// Redaction: the results of Session::add_secret(), which variable names denote secrets, and text
// that may be cut because its secrets were removed.
//
// A secret that was added is replaced by "[REDACTED]" in everything that is recorded: as it is, and
// as base64, hexadecimal, URL-encoded, JSON-escaped or quoted text. docs/redaction.md lists where,
// in which forms, and what is not promised. For component authors. Pure functions and values; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <trace/export.hpp>

namespace trace {

namespace detail::secrets {
class RedactedTexts;  // sdk/secrets/matcher.hpp
}

// The result of adding a secret. Surrounding white space is ignored.
enum class AddSecretResult : std::uint8_t {
  added,
  known,        // already added
  common_word,  // added, but it is a word that occurs in unrelated text
  none,         // refused: empty
  too_short,    // refused: less than 6 bytes, would match by accident
  too_long,     // refused: more than 32 KiB
  reserved,     // refused: part of "[REDACTED]"
  no_memory,    // refused
};

// Whether the value is redacted from now on.
constexpr bool is_redacted(AddSecretResult result) noexcept {
  return result < AddSecretResult::none;
}

// A human-readable explanation that says what to do; static storage.
SHIPTRACE_API std::string_view text(AddSecretResult result) noexcept;

// Whether a variable of this name usually holds a secret: API_TOKEN, DB_PASSWORDS, SECRET, … in any
// case. Config::redact_environment adds the values of such variables.
SHIPTRACE_API bool is_secret_name(std::string_view name) noexcept;

// Truncating in the middle of a secret leaves a part of it that redaction no longer recognises, so
// secrets are removed first. These types enforce the order: only redaction creates a RedactedText,
// only a RedactedText creates a CutText, and captures accept only a CutText where text may be long.
// Component authors do not need them; adapters get them from Node::cut() and LineStream::on_line().

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
