// SPDX-License-Identifier: Apache-2.0
// TokenText: a text as the readers of tokens see it: where a token may begin, how far a run goes,
// what surrounds a value in the notations of logs. Reading past an end yields NUL. Every function
// looks at a bounded part of the text or at a run that it returns. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "tokens/alphabets.hpp"

namespace trace::detail::tokens {

struct TextPart {
  std::size_t begin;
  std::size_t end;
};

class TokenText {
 public:
  explicit TokenText(std::string_view text) noexcept : text_(text) {}

  std::size_t size() const noexcept { return text_.size(); }
  char operator[](std::size_t at) const noexcept { return at < text_.size() ? text_[at] : '\0'; }
  std::string_view from(std::size_t begin, std::size_t end) const noexcept {
    return text_.substr(begin, end - begin);
  }
  bool has(std::string_view word, std::size_t at) const noexcept {
    return text_.substr(std::min(at, text_.size())).starts_with(word);
  }
  // In any case; `word` is in lower case.
  bool has_folded(std::string_view word, std::size_t at) const noexcept {
    if (at + word.size() > text_.size()) return false;
    return std::equal(word.begin(), word.end(), text_.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char a, char b) { return a == folded(b); });
  }

  // The next `word` within a limit after `at`; otherwise the end of that range.
  std::size_t find(std::string_view word, std::size_t at, std::size_t most) const noexcept {
    const std::string_view rest = text_.substr(std::min(at, text_.size()), most);
    return at + std::min(rest.find(word), rest.size());
  }

  // The end of the run of an alphabet, within a limit.
  std::size_t end_of(std::size_t at, Alphabet alphabet, std::size_t most) const noexcept {
    return end_before(at, most, [&](std::size_t each) { return !is_of(text_[each], alphabet); });
  }
  // The beginning of the run that ends at `at`, within a limit.
  std::size_t begin_of(std::size_t at, Alphabet alphabet, std::size_t most) const noexcept {
    const std::size_t begin = at > most ? at - most : 0;
    while (at > begin && is_of(text_[at - 1], alphabet)) --at;
    return at;
  }

  // The first position from `at` for which `ends` is true, within a limit.
  template <class Ends>
  std::size_t end_before(std::size_t at, std::size_t most, Ends ends) const noexcept {
    const std::size_t end = most < text_.size() - at ? at + most : text_.size();
    while (at < end && !ends(at)) ++at;
    return at;
  }

  std::size_t after_blanks(std::size_t at) const noexcept {
    constexpr std::size_t most_blanks = 16;
    const std::size_t most = at + most_blanks;
    while (at < most && is_blank((*this)[at])) ++at;
    return at;
  }
  // After a quote, however deep it is escaped; `at` where there is none.
  std::size_t after_quote(std::size_t at) const noexcept {
    constexpr std::size_t deepest = 8;
    std::size_t quote = at;
    while (quote < at + deepest && (*this)[quote] == '\\') ++quote;
    return is_quote((*this)[quote]) ? quote + 1 : at;
  }

  // Whether a token may begin here: after no part of a word, unless that ends an escape, an octet
  // of a URL or a terminal's colours.
  bool begins(std::size_t at) const noexcept {
    if (at == 0 || !is_of(text_[at - 1], Alphabet::word)) return true;
    if (at >= 2 && text_[at - 2] == '\\' && is_in(text_[at - 1], "bfnrt")) return true;
    if (at >= 3 && text_[at - 3] == '%' && is_hex(folded(text_[at - 1]))) return true;
    if (at >= 6 && has("\\u00", at - 6)) return true;
    return text_[at - 1] == 'm' && ends_colours(at);
  }

  // Whether a terminal's colours end before `at`: ESC [ 1 ; 31 m, with the ESC itself or
  // written as \u001b, \x1b, \033 or \e.
  bool ends_colours(std::size_t at) const noexcept {
    if (at == 0 || text_[at - 1] != 'm') return false;
    std::size_t begin = at - 1;
    const std::size_t least = at > most_colours ? at - most_colours : 0;
    while (begin > least && (is_digit(text_[begin - 1]) || text_[begin - 1] == ';')) --begin;
    if (begin < 2 || text_[begin - 1] != '[') return false;
    begin -= 2;
    if (text_[begin] == '\x1b') return true;
    return begin > 0 && ((folded(text_[begin]) == 'b' && text_[begin - 1] == '1') ||
                         (text_[begin] == '3' && text_[begin - 1] == '3') ||
                         (text_[begin] == 'e' && text_[begin - 1] == '\\'));
  }

  // After the colours that begin at `at`, or `at`.
  std::size_t after_colours(std::size_t at) const noexcept {
    std::size_t end = at;
    if ((*this)[at] == '\x1b') {
      end = at + 1;
    } else if ((*this)[at] == '\\') {
      for (const std::string_view escape :
           {"\\u001b", "\\u001B", "\\x1b", "\\x1B", "\\033", "\\e"}) {
        if (has(escape, at)) end = at + escape.size();
      }
    }
    if (end == at || (*this)[end] != '[') return at;
    const std::size_t most = end + most_colours;
    for (++end; end < most && (is_digit((*this)[end]) || (*this)[end] == ';'); ++end) {
    }
    return (*this)[end] == 'm' ? end + 1 : at;
  }

 private:
  static constexpr std::size_t most_colours = 20;
  std::string_view text_;
};

}  // namespace trace::detail::tokens
