// SPDX-License-Identifier: Apache-2.0
// Values of names: password=x, "token": "x", --secret x, ?key=x, mysql -px.
#include "tokens/token_readers.hpp"

namespace trace::detail::tokens {
namespace {

constexpr std::size_t longest_name = 64;
// A value is judged by its start, so that other text costs a bounded time.
constexpr std::size_t judged = 128;

// The beginning of the name around `at`: not within a preceding colour sequence or escape.
std::size_t begin_of_name(const TokenText& text, std::size_t at) noexcept {
  const std::size_t least = text.begin_of(at, Alphabet::dotted, longest_name);
  for (std::size_t begin = at; begin > least; --begin) {
    if (text[begin - 1] == 'm' && text.ends_colours(begin)) return begin;
  }
  const bool escaped = least > 0 && text[least - 1] == '\\' && is_in(text[least], "bfnrt");
  return escaped && least < at ? least + 1 : least;
}

// The beginning of a value and its notation.
struct Value {
  std::size_t begin = 0;
  char quote = '\0';
  bool in_url = false;
  bool in_element = false;
  bool after_colon = false;  // of a name that is not quoted
  Notation notation;
};

// Finds the value after a name.
std::optional<Value> value_after(const TokenText& text, std::size_t name,
                                 std::size_t end) noexcept {
  Value value;
  const char before = name > 0 ? text[name - 1] : '\0';
  const bool is_option = text[name] == '-';
  value.in_url = is_in(before, "?&#") && before != '\0';
  std::size_t at = text.after_colours(end);
  const std::size_t after_name = at;
  at = text.after_quote(at);
  const bool name_quoted = at != after_name;
  at = text.after_colours(at);
  const std::size_t blanks = at;
  at = text.after_blanks(at);
  const bool spaced = at != blanks;
  bool is_member = false;
  if (text[at] == '=') {
    ++at;
    if (text[at] == '=') return std::nullopt;  // a comparison
    if (text[at] == '>') ++at;
    value.notation.data = !spaced && !is_blank(text[at]);
  } else if (text[at] == ':') {
    ++at;
    if (text[at] == ':') return std::nullopt;
    if (text[at] == '=') ++at;
    is_member = name_quoted;
    value.notation.data = value.after_colon = !name_quoted;
  } else if (text[at] == '>' && before == '<') {
    ++at;
    value.in_element = true;
    value.notation.data = true;
  } else if (text[at] == '%' && text[at + 1] == '3' && is_in(folded(text[at + 2]), "da")) {
    at += 3;
    value.in_url = true;
    value.notation.data = true;
  } else if (is_option && name_quoted && text[at] == ',') {
    ++at;  // ["--password","x"]
    is_member = true;
  } else if (!(is_option && spaced)) {
    return std::nullopt;
  }
  if (is_option) value.notation.data = true;
  // An argument of a call in a program: f(x, password=y).
  std::size_t previous = name;
  while (previous > 0 && name - previous < longest_name && is_blank(text[previous - 1])) --previous;
  if (previous > 0 && is_in(text[previous - 1], "(,")) value.notation.data = false;
  at = text.after_colours(text.after_blanks(at));
  const std::size_t start = at;
  at = text.after_quote(at);
  if (at != start) {
    value.quote = text[at - 1];
    value.notation.quoted = true;
    // 'Password: ' is a string that ends there.
    if (value.quote == before && !name_quoted) return std::nullopt;
    value.notation.data = value.notation.data || is_member;
  }
  value.begin = text.after_colours(at);
  return value;
}

// Whether a delimiter is followed by something else: a blank, the end, name=.
bool ends_value(const TokenText& text, std::size_t after) noexcept {
  if (after >= text.size() || is_space(text[after]) || is_quote(text[after]) ||
      text[after] == '\\') {
    return true;
  }
  std::size_t end = text.end_of(after, Alphabet::dotted, longest_name);
  while (end < after + longest_name && text[end] == ' ') {
    end = text.end_of(end + 1, Alphabet::dotted, longest_name);
  }
  return end > after && (text[end] == '=' || text[end] == ':');
}

// Whether the value ends at `at`.
bool is_end(const TokenText& text, std::size_t at, const Value& value) noexcept {
  const char c = text[at];
  if (value.quote != '\0') return c == value.quote || c == '\n';
  if (is_space(c) || is_quote(c) || c == '\\' || c == '\x1b') return true;
  if (value.in_element) return c == '<';
  if (c == '&' || c == '#') return value.in_url || (c == '&' && ends_value(text, at + 1));
  if (c == ')' || c == ']' || c == '}')
    return ends_value(text, at + 1) || is_in(text[at + 1], ",;)]}");
  return (c == ';' || c == ',') && ends_value(text, at + 1);
}

// The end of the value, within a limit.
std::size_t end_of_value(const TokenText& text, const Value& value, std::size_t most) noexcept {
  return text.end_before(value.begin, most,
                         [&](std::size_t each) { return is_end(text, each, value); });
}

FoundPart secret_at(const TokenText& text, const Value& value, const TokenRow& row) noexcept {
  if (value.begin >= text.size()) return std::nullopt;
  // Tests print PASS:.
  if (value.after_colon && row.names.size() <= 4) return std::nullopt;
  const auto trimmed = [&](std::size_t end) {
    if (value.quote != '\0') {
      // The backslashes of an escaped quote.
      while (end > value.begin && text[end - 1] == '\\') --end;
    } else {
      while (end > value.begin && is_in(text[end - 1], ".,:;!?")) --end;
    }
    return end;
  };
  std::size_t end = end_of_value(text, value, judged);
  const std::string_view start = text.from(value.begin, trimmed(end));
  if (!is_secret_value(start, row, value.notation)) return std::nullopt;
  if (value.in_element && !text.has("</", end)) return std::nullopt;
  if (value.after_colon && value.quote == '\0' && start.find_first_of("([{") != start.npos) {
    return std::nullopt;
  }
  if (end - value.begin == judged) end = end_of_value(text, value, text.size());
  return TextPart{value.begin, trimmed(end)};
}

// Whether a name ends with a word, whatever separates the parts of both: API-Key, apiKey. Returns
// where the word begins, or npos.
std::size_t begin_of_word(std::string_view name, std::string_view word) noexcept {
  std::size_t at = name.size();
  for (std::size_t i = word.size(); i > 0; --i) {
    while (at > 0 && is_in(name[at - 1], "_-.")) --at;
    if (at == 0 || folded(name[at - 1]) != word[i - 1]) return std::string_view::npos;
    --at;
  }
  return at;
}

// Short words that also occur within other words: they must be a separate word of the name.
bool begins_word(std::string_view name, std::size_t at, std::string_view word) noexcept {
  if (word == "auth") return at == 0 || name.substr(0, at).find_first_not_of("_-.") == name.npos;
  if (word.size() > 4 || at == 0) return true;
  return !is_letter(name[at - 1]) || (is_capital(name[at]) && is_small(name[at - 1]));
}

}  // namespace

bool is_named(std::string_view name, const TokenRow& row) noexcept {
  for (std::string_view names = row.names; !names.empty();) {
    const std::size_t end = std::min(names.find('|'), names.size());
    const std::string_view word = names.substr(0, end);
    const std::size_t at = begin_of_word(name, word);
    if (at != std::string_view::npos && begins_word(name, at, word)) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

FoundPart assigned_value(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  const std::size_t begin = begin_of_name(text, at);
  std::size_t end = text.end_of(at, Alphabet::dotted, longest_name);
  if (!is_named(text.from(begin, end), row)) return std::nullopt;
  const std::optional<Value> value = value_after(text, begin, end);
  return value ? secret_at(text, *value, row) : std::nullopt;
}

FoundPart parameter(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  const std::size_t begin = begin_of_name(text, at);
  const std::size_t end = text.end_of(at, Alphabet::dotted, longest_name);
  if (begin == 0 || !is_in(text[begin - 1], "?&#;") || text[end] != '=') return std::nullopt;
  if (text[begin - 1] == ';' && !(begin >= 5 && text.has("&amp;", begin - 5))) return std::nullopt;
  if (!is_named(text.from(begin, end), row)) return std::nullopt;
  Value value;
  value.begin = end + 1;
  value.in_url = true;
  value.notation.data = true;
  return secret_at(text, value, row);
}

// -px somewhere after the program's name, on its line.
FoundPart attached_password(const TokenText& text, std::size_t begin,
                            const TokenRow& row) noexcept {
  constexpr std::size_t longest_command = 256;
  if (!text.begins(begin)) return std::nullopt;
  const bool takes_next = row.text == "sshpass";
  for (std::size_t i = begin + row.text.size(); i < begin + longest_command; ++i) {
    if (text[i] == '\n' || text[i] == '\0') break;
    if (!(text[i] == ' ' || is_quote(text[i])) || !text.has(row.names, i + 1)) continue;
    Value value;
    value.begin = i + 1 + row.names.size();
    if (takes_next) value.begin = text.after_blanks(value.begin);
    const std::size_t start = value.begin;
    value.begin = text.after_quote(start);
    if (value.begin != start) value.quote = text[value.begin - 1];
    value.notation = {value.quote != '\0', true};
    if (const FoundPart part = secret_at(text, value, row)) return part;
  }
  return std::nullopt;
}

}  // namespace trace::detail::tokens
