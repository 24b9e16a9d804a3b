// SPDX-License-Identifier: Apache-2.0
// Walk: the state of reading a text with an automaton. A text is read in two ways at once:
//
//   plain    unchanged; a run of white space is a gap of a form.
//   broken   without the line breaks that may occur within a form (secret_forms.hpp); only where
//   the
//            text before such a break is the start of a form. It ends as soon as no partial match
//            spans the last break.
//
// A possible break is read as symbols until it is complete; `resumed` continues then. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "secrets/automaton.hpp"
#include "secrets/secret_forms.hpp"

namespace trace::detail::secrets {

// Context before a text that is read in pieces.
struct TextBefore {
  std::size_t line = 0;  // characters of a wrapped line, up to a limit
  char last = 0;
};

// A text that is read: text[at], text.size(), text.before().
template <class Text>
char byte_before(const Text& text, std::size_t at) noexcept {
  return at > 0 ? text[at - 1] : text.before().last;
}

template <class Text>
std::size_t wrapped_line_before(const Text& text, std::size_t at) noexcept {
  std::size_t length = 0;
  for (; length < shortest_wrapped_line && length < at; ++length) {
    if (!is_in_wrapped_line(text[at - 1 - length])) return length;
  }
  return std::min(shortest_wrapped_line, length == at ? length + text.before().line : length);
}

class Walk {
 public:
  bool is_idle() const noexcept { return plain_ == Automaton::start && is_in_step(); }
  // Only the plain reading is active.
  bool is_in_step() const noexcept { return mode_ == Mode::none && !has_broken_; }
  FormLength under_way(const Automaton& automaton) const noexcept {
    return automaton.under_way(plain_);
  }

  template <class Text>
  void read(const Automaton& automaton, const Text& text, std::size_t at) noexcept {
    const char c = text[at];
    const Automaton::State before = plain_;
    read_plain(automaton, c);
    if (mode_ == Mode::none && !has_broken_) {
      if (before == Automaton::start || !may_begin_break(c)) return;
    }
    read_broken(automaton, text, at, before);
  }

  // Calls `found` with the beginning of each form that ends with the byte read last, which is
  // before `end`.
  template <class Text, class Found>
  void for_each_match(const Automaton& automaton, const Text& text, std::size_t end,
                      Found&& found) const {
    const FormLength match = automaton.match(plain_);
    if (match.symbols > 0) found(begin_of(text, end, match));
    if (!has_broken_ || mode_ == Mode::in_break) return;
    const FormLength broken = automaton.match(broken_);
    if (broken.symbols > since_break_) found(begin_of_broken(text, end, broken.symbols));
  }
  bool has_match(const Automaton& automaton) const noexcept {
    return automaton.match(plain_).symbols > 0 || (has_broken_ && mode_ != Mode::in_break &&
                                                   automaton.match(broken_).symbols > since_break_);
  }

  // The beginning of the longest partial match.
  template <class Text>
  std::size_t begin_of_under_way(const Automaton& automaton, const Text& text,
                                 std::size_t end) const noexcept {
    std::size_t begin = begin_of(text, end, automaton.under_way(plain_));
    if (is_in_step()) return begin;
    if (has_broken_) {
      const std::uint32_t symbols = automaton.under_way(broken_).symbols;
      begin = std::min(begin, begin_of_broken(text, end, symbols));
    }
    if (mode_ == Mode::line_end || mode_ == Mode::escape) {
      const std::uint32_t symbols = automaton.under_way(resumed_).symbols;
      const std::size_t break_begin = end - std::min<std::size_t>(end, token_bytes_);
      if (symbols >= fewest_before_break) {
        begin = std::min(begin, begin_of_broken(text, break_begin, symbols));
      }
    }
    return begin;
  }

 private:
  enum class Mode : std::uint8_t {
    none,
    line_end,  // after '=' or '\r', which belong to a break if '\n' follows
    escape,    // after backslashes, which do if 'n' or 'r' follows
    in_break,
  };

  static bool may_begin_break(char c) noexcept {
    return c == '\n' || c == '\r' || c == '=' || c == '\\';
  }

  void read_plain(const Automaton& automaton, char c) noexcept {
    if (!is_white_space(c)) {
      white_space_ = 0;
      plain_ = automaton.after(plain_, symbol_of(c));
    } else if (plain_ == Automaton::start) {
      return;  // no form begins with a gap
    } else if (white_space_ == 0) {
      white_space_ = 1;
      plain_ = automaton.after(plain_, gap);
    } else if (++white_space_ > longest_gap) {
      white_space_ = 0;
      plain_ = Automaton::start;
    }
  }

  template <class Text>
  void read_broken(const Automaton& automaton, const Text& text, std::size_t at,
                   Automaton::State plain_before) noexcept {
    const char c = text[at];
    switch (mode_) {
      case Mode::none:
        break;
      case Mode::line_end:
        if (c == '\n') return begin_break(automaton, resumed_, token_bytes_ + break_bytes_ + 1U);
        if (c == '\r' && token_bytes_ == 1 && is_soft_) {
          ++token_bytes_;
          return read_symbol(automaton, c);
        }
        break;
      case Mode::escape:
        ++token_bytes_;
        if (is_line_end_letter(c))
          return begin_break(automaton, resumed_, token_bytes_ + break_bytes_);
        if (c == '\\' && token_bytes_ < longest_break) return read_symbol(automaton, c);
        break;
      case Mode::in_break:
        if (c != '\\') break;
        resumed_ = broken_;
        token_bytes_ = 1;
        mode_ = Mode::escape;
        return read_symbol(automaton, c);
    }
    if (mode_ == Mode::in_break && is_white_space(c)) {
      if (++break_bytes_ > longest_break) *this = without_broken();
      return;
    }
    // The '=' of another line end continues the break that it follows.
    const std::uint32_t break_bytes = mode_ == Mode::in_break ? break_bytes_ : 0;
    mode_ = Mode::none;
    if (may_begin_break(c) && (c == '=' || is_behind_wrapped_line(text, at))) {
      const Automaton::State state = has_broken_ ? broken_ : plain_before;
      if (c == '\n') return begin_break(automaton, state, 1);
      resumed_ = automaton.regular(state);
      if (resumed_ != Automaton::start) {
        mode_ = c == '\\' ? Mode::escape : Mode::line_end;
        token_bytes_ = 1;
        break_bytes_ = break_bytes;
        is_soft_ = c == '=';
      }
    }
    read_symbol(automaton, c);
  }

  // A '=' at its end was not part of a form.
  template <class Text>
  static bool is_behind_wrapped_line(const Text& text, std::size_t at) noexcept {
    return byte_before(text, at) != '=' && wrapped_line_before(text, at) >= shortest_wrapped_line;
  }

  // Reads a symbol in the broken reading.
  void read_symbol(const Automaton& automaton, char c) noexcept {
    if (!has_broken_) return;
    broken_ = is_white_space(c) ? Automaton::start
                                : automaton.regular(automaton.after(broken_, symbol_of(c)));
    ++since_break_;
    has_broken_ = automaton.length(broken_).symbols > since_break_;
  }

  // Of which `bytes` bytes were read.
  void begin_break(const Automaton& automaton, Automaton::State state,
                   std::uint32_t bytes) noexcept {
    broken_ = automaton.regular(state);
    has_broken_ = broken_ != Automaton::start && bytes <= longest_break;
    mode_ = has_broken_ ? Mode::in_break : Mode::none;
    since_break_ = 0;
    break_bytes_ = bytes;
  }

  Walk without_broken() const noexcept {
    Walk walk;
    walk.plain_ = plain_;
    walk.white_space_ = white_space_;
    return walk;
  }

  template <class Text>
  static std::size_t begin_of(const Text& text, std::size_t end,
                              const FormLength& length) noexcept {
    if (!length.is_irregular) return end - length.symbols;
    std::size_t at = end;
    for (std::uint32_t left = length.symbols; left > 0 && at > 0; --left) {
      if (!is_white_space(text[--at])) continue;
      while (at > 0 && is_white_space(text[at - 1])) --at;
    }
    return at;
  }

  // Skips the breaks in between.
  template <class Text>
  static std::size_t begin_of_broken(const Text& text, std::size_t end,
                                     std::uint32_t symbols) noexcept {
    std::size_t at = end;
    while (symbols > 0 && at > 0) {
      const std::size_t before = begin_of_break(text, at);
      if (before == at) {
        --at;
        --symbols;
        continue;
      }
      if (symbols < fewest_before_break) return at;
      at = before;
    }
    return at;
  }

  // The beginning of the break that ends at `at`, if there is one.
  template <class Text>
  static std::size_t begin_of_break(const Text& text, std::size_t at) noexcept {
    bool has_line_end = false;
    while (at > 0) {
      const char c = text[at - 1];
      if (is_white_space(c)) {
        has_line_end = c == '\n';
        --at;
      } else if (is_line_end_letter(c) && byte_before(text, at - 1) == '\\') {
        has_line_end = false;
        for (--at; at > 0 && text[at - 1] == '\\';) --at;
      } else if (c == '=' && has_line_end) {
        has_line_end = false;
        --at;
      } else {
        return at;
      }
      if (at > 0 && has_line_end && text[at - 1] == '\r') --at;  // a '=' may precede it
    }
    return at;
  }

  Automaton::State plain_ = Automaton::start;
  std::uint32_t white_space_ = 0;  // bytes of the run that was read last
  Automaton::State broken_ = Automaton::start;
  std::uint32_t since_break_ = 0;  // symbols
  Automaton::State resumed_ = Automaton::start;
  std::uint32_t break_bytes_ = 0;
  std::uint8_t token_bytes_ = 0;  // of a possible start of a break
  Mode mode_ = Mode::none;
  bool has_broken_ = false;
  bool is_soft_ = false;  // the token is a '='
};

}  // namespace trace::detail::secrets
