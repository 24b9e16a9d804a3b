// SPDX-License-Identifier: Apache-2.0
#include "unit/secrets/oracle.hpp"

#include <algorithm>

namespace trace::testing {
namespace {

bool is_white_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}

char symbol_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  if (c == '-') return '+';
  if (c == '_') return '/';
  return c;
}

// The end of the form's occurrence that begins at `at`; 0: none.
std::size_t end_of(std::string_view form, std::string_view text, std::size_t at) {
  for (const char symbol : form) {
    if (symbol == ' ') {
      std::size_t run = 0;
      while (at + run < text.size() && is_white_space(text[at + run])) ++run;
      if (run == 0 || run > 128) return 0;
      at += run;
    } else {
      if (at >= text.size() || symbol_of(text[at]) != symbol) return 0;
      ++at;
    }
  }
  return at;
}

// Length of backslashes and a letter that encode a line end; 0: none.
std::size_t escaped_line_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] == '\\') ++end;
  if (end == at || end == text.size() || (text[end] != 'n' && text[end] != 'r')) return 0;
  return end + 1 - at;
}

bool is_behind_line(std::string_view text, std::size_t at) {
  if (at < 16 || text[at - 1] == '=') return false;
  const std::string_view line = text.substr(at - 16, 16);
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return c > ' ' && c != '\\' && c != '\x7F'; });
}

// Length of a line break at `at` as it may occur in encoded text; 0: none.
std::size_t break_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  const bool is_soft = text[end] == '=';
  if (is_soft) ++end;
  const std::string_view rest = text.substr(end);
  if (rest.starts_with("\n") || rest.starts_with("\r\n")) {
    if (!is_soft && !is_behind_line(text, at)) return 0;
    end = text.find('\n', end) + 1;
  } else if (!is_soft && escaped_line_end(text, at) > 0 && is_behind_line(text, at)) {
    end += escaped_line_end(text, at);
  } else {
    return 0;
  }
  for (;;) {
    if (end < text.size() && is_white_space(text[end])) {
      ++end;
    } else if (const std::size_t more = escaped_line_end(text, end); more > 0) {
      end += more;
    } else {
      return end - at;
    }
  }
}

// The same with line breaks in between. An occurrence with a break after less than four of its
// symbols begins after that break: `begin`.
std::size_t end_of_broken(std::string_view form, std::string_view text, std::size_t at,
                          std::size_t& begin) {
  if (form.find(' ') != std::string_view::npos || form.find("\\n") != std::string_view::npos ||
      form.find("\\r") != std::string_view::npos)
    return 0;
  begin = at;
  for (std::size_t i = 0; i < form.size(); ++i) {
    std::size_t whole = 0;
    for (std::size_t size; i > 0 && at < text.size() && (size = break_at(text, at)) > 0;) {
      whole += size;
      if (whole > 32) return 0;
      at += size;
      if (i < 4) begin = at;
    }
    if (at >= text.size() || symbol_of(text[at]) != form[i]) return 0;
    ++at;
  }
  return at;
}

}  // namespace

bool occurs(std::string_view form, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (end_of(form, text, at) != 0 || end_of_broken(form, text, at, begin) != 0) return true;
  }
  return false;
}

std::string redacted_by_oracle(const std::vector<std::string>& forms, std::string_view text) {
  std::vector<bool> marked(text.size());
  const auto mark = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) marked[i] = true;
  };
  // Whether a part ends and another begins at a place makes no difference: they touch.
  for (const std::string& form : forms) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      mark(at, end_of(form, text, at));
      std::size_t begin = at;
      const std::size_t end = end_of_broken(form, text, at, begin);
      mark(begin, end);
    }
  }
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!marked[at]) {
      out += text[at];
    } else if (at == 0 || !marked[at - 1]) {
      out += "[REDACTED]";
    }
  }
  return out;
}

}  // namespace trace::testing
