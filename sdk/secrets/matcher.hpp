// Matcher: finds and replaces secrets in text that is there as a whole, with no allocation where it
// matters: record() asks it for each text argument. StreamRedactor does the same for text that
// arrives in pieces. Immutable once made, so safe on any thread.
//
// Whatever part of a text belongs to any form of any secret is replaced; parts that overlap or
// touch are replaced together, by one "[REDACTED]".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <trace/detail/outgoing_text.hpp>
#include "secrets/automaton.hpp"
#include "secrets/candidates.hpp"

namespace trace::detail::secrets {

// An array of its own has one address in the whole program: stages know a replacement by it. Equal
// literals have one only where a linker merges them.
inline constexpr char replacement_text[] = "[REDACTED]";
inline constexpr std::string_view replacement = replacement_text;

class Matcher {
 public:
  // Forms as secret_forms() makes them, of any number of secrets, sorted, each once.
  // `values`: the secrets, for whoever makes the next matcher.
  explicit Matcher(std::span<const std::string> forms, std::vector<std::string> values = {});

  const std::vector<std::string>& values() const noexcept { return values_; }

  const Automaton& automaton() const noexcept { return automaton_; }
  const Candidates& candidates() const noexcept { return candidates_; }
  std::size_t bytes() const noexcept;
  // The most bytes that a stream keeps back.
  std::size_t longest_kept() const noexcept { return longest_; }

  // Whether redaction would change the text.
  bool contains(std::string_view text, TextSort sort = TextSort::whole) const noexcept;

  // In the text of a JSON value a number becomes a string. What is left is JSON unless a secret
  // takes part of the JSON's own characters.
  //
  // The size of the redacted text; the text, which takes so many bytes, written to `to`; answers
  // where it ends.
  std::size_t redacted_size(std::string_view text, TextSort sort = TextSort::whole) const noexcept;
  char* write_redacted(char* to, std::string_view text,
                       TextSort sort = TextSort::whole) const noexcept;

  std::string redacted(std::string_view text, TextSort sort = TextSort::whole) const;

 private:
  Automaton automaton_;
  Candidates candidates_;
  std::size_t longest_ = 0;
  std::vector<std::string> values_;
};

}  // namespace trace::detail::secrets
