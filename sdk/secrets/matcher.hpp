// SPDX-License-Identifier: Apache-2.0
// Matcher: finds and replaces secrets in a complete text, without allocating on the hot path:
// record() calls it for each text argument. StreamRedactor does the same for text that arrives in
// pieces. Immutable, so safe on any thread.
//
// Every part of a text that belongs to any form of any secret is replaced; parts that overlap or
// touch are replaced together, by one "[REDACTED]". RedactedTexts creates RedactedText,
// the type of text that has been redacted.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <trace/detail/values.hpp>
#include <trace/redaction.hpp>
#include "secrets/automaton.hpp"
#include "secrets/candidates.hpp"

namespace trace::detail::secrets {

// An array has one address in the whole program, by which stages recognise a replacement. Equal
// literals share an address only if the linker merges them.
inline constexpr char replacement_text[] = "[REDACTED]";
inline constexpr std::string_view replacement = replacement_text;

// Creates RedactedText; only for code that has just redacted the text.
class RedactedTexts {
 public:
  // `clean`: output of a redactor. Valid as long as that.
  static RedactedText of(std::string_view clean) noexcept { return RedactedText(clean); }
};

class Matcher {
 public:
  // Forms of secret_forms(), of any number of secrets, sorted, unique. `values`: the secrets, for
  // the construction of the next matcher.
  explicit Matcher(std::span<const std::string> forms, std::vector<std::string> values = {});

  const std::vector<std::string>& values() const noexcept { return values_; }

  const Automaton& automaton() const noexcept { return automaton_; }
  const Candidates& candidates() const noexcept { return candidates_; }
  std::size_t bytes() const noexcept;
  // The maximum number of bytes that a stream holds back.
  std::size_t longest_kept() const noexcept { return longest_; }

  // Whether redaction would change the text. `to`: where a long text will be copied to, which is
  // fetched into the cache meanwhile; null: nowhere.
  bool contains(std::string_view text, TextSort sort = TextSort::whole,
                const std::byte* to = nullptr) const noexcept {
    return (sort == TextSort::cut || candidates_.may_contain(text, to)) && has_match(text, sort);
  }

  // Within JSON a number becomes a string. The result is valid JSON unless a secret covers JSON's
  // own characters.
  //
  // redacted_size() returns the size of the redacted text; write_redacted() writes it to `to` and
  // returns its end.
  std::size_t redacted_size(std::string_view text, TextSort sort = TextSort::whole) const noexcept;
  char* write_redacted(char* to, std::string_view text,
                       TextSort sort = TextSort::whole) const noexcept;

  std::string redacted(std::string_view text, TextSort sort = TextSort::whole) const;

 private:
  bool has_match(std::string_view text, TextSort sort) const noexcept;

  Automaton automaton_;
  Candidates candidates_;
  std::size_t longest_ = 0;
  std::vector<std::string> values_;
};

}  // namespace trace::detail::secrets
