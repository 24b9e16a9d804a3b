// SPDX-License-Identifier: Apache-2.0
// Headers: Authorization with any scheme or none, Cookie and Set-Cookie; Bearer and Basic alone.
#include <array>

#include "tokens/token_readers.hpp"

namespace trace::detail::tokens {
namespace {

constexpr std::size_t judged = 256;

// Schemes that are followed by credentials, in lower case.
constexpr std::array schemes =
    std::to_array<std::string_view>({"api-key", "apikey", "aws4-hmac-sha256",
                                     "basic",   "bearer", "bot",
                                     "digest",  "dpop",   "geniekey",
                                     "hawk",    "hmac",   "jwt",
                                     "key",     "mac",    "negotiate",
                                     "ntlm",    "oauth",  "signature",
                                     "splunk",  "ssws",   "token"});

bool is_scheme(std::string_view word) noexcept {
  return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
    return std::equal(word.begin(), word.end(), scheme.begin(), scheme.end(),
                      [](char a, char b) { return folded(a) == b; });
  });
}

bool ends_word(char c) noexcept {
  return c == '\0' || is_blank(c) || c == '\n' || c == '\r' || is_quote(c) || c == '\\' ||
         c == '\x1b' || c == ',' || c == ';' || c == '<';
}

std::size_t end_of_word(const TokenText& text, std::size_t at, std::size_t most) noexcept {
  return text.end_before(at, most, [&](std::size_t each) { return ends_word(text[each]); });
}

// The beginning of the value of a header whose name ends at `at`: Name: x, "Name": "x", Name=x,
// 'Name', 'x'. The size of the text if there is none.
std::size_t value_of_header(const TokenText& text, std::size_t at) noexcept {
  const std::size_t name = text.after_colours(at);
  at = text.after_colours(text.after_quote(name));
  const bool quoted = at != name;
  at = text.after_blanks(at);
  if (text[at] == '%' && text[at + 1] == '3' && is_in(folded(text[at + 2]), "ad")) {
    at += 3;
    while (text.has("%20", at)) at += 3;
    return at;
  }
  if (text[at] != ':' && text[at] != '=' && !(quoted && text[at] == ',')) return text.size();
  at = text.after_colours(text.after_blanks(at + 1));
  return text.after_colours(text.after_quote(at));
}

// After a parameter or a token that begins at `at`: name="x y" as well.
std::size_t end_of_item(const TokenText& text, std::size_t at) noexcept {
  std::size_t end = end_of_word(text, at, text.size());
  if (end == at || text[end - 1] != '=') return end;
  const std::size_t value = text.after_quote(end);
  if (value == end) return end;
  const char quote = text[value - 1];
  end = value;
  while (end < text.size() && text[end] != quote && text[end] != '\n') ++end;
  return text[end] == quote ? end + 1 : end;
}

FoundPart credentials_at(const TokenText& text, std::size_t value) noexcept {
  if (value >= text.size()) return std::nullopt;
  std::size_t begin = value;
  const std::size_t first = end_of_word(text, value, judged);
  const std::size_t second = text[first] == ' ' ? text.after_blanks(first) : first;
  const std::string_view word = text.from(value, first);
  const std::string_view next = text.from(second, end_of_word(text, second, judged));
  const bool has_scheme = second != first && is_scheme(word);
  if (has_scheme) {
    constexpr std::size_t shortest = 3;
    if (next.size() < shortest || is_placeholder(next)) return std::nullopt;
    begin = second;
  } else if (second != first && is_generated(next) &&
             std::all_of(word.begin(), word.end(), is_letter)) {
    begin = second;
  } else if (!is_generated(word)) {
    return std::nullopt;
  }
  // Parameters are separated by commas: Digest username="x", response="y".
  std::size_t end = end_of_item(text, begin);
  while (text[end] == ',') {
    const std::size_t item = text.after_blanks(end + 1);
    const std::size_t name = text.end_of(item, Alphabet::word, judged);
    if (name == item || text[name] != '=') break;
    end = end_of_item(text, item);
  }
  return TextPart{begin, end};
}

// A comma does not end a cookie's value; what follows it in a form does.
bool ends_cookie(const TokenText& text, std::size_t at) noexcept {
  constexpr std::size_t longest_name = 32;
  const char c = text[at];
  if (c != '&') return c != ',' && ends_word(c);
  return text[text.end_of(at + 1, Alphabet::word, longest_name)] == '=';
}

std::size_t end_of_cookie(const TokenText& text, std::size_t at, std::size_t most) noexcept {
  return text.end_before(at, most, [&](std::size_t each) { return ends_cookie(text, each); });
}

// name=value; name=value: from the first secret value to the last one. What follows the first ';'
// of Set-Cookie is about the cookie.
FoundPart cookies_at(const TokenText& text, std::size_t pair, bool sets) noexcept {
  constexpr std::size_t longest_name = 64;
  // Limit of the search for the first secret value.
  constexpr std::size_t longest_start = 1024;
  const std::size_t most = pair + longest_start;
  FoundPart found;
  while (pair < text.size() && (found || pair < most)) {
    std::size_t value = pair;
    while (value < pair + longest_name && text[value] != '=' && !ends_cookie(text, value)) ++value;
    if (text[value] != '=' || value == pair) break;
    ++value;
    std::size_t end = end_of_cookie(text, value, judged);
    if (is_generated(text.from(value, end))) {
      end = end_of_cookie(text, end, text.size());
      found = TextPart{found ? found->begin : value, end};
    }
    if (sets || text[end] != ';') break;
    pair = text.after_blanks(end + 1);
  }
  return found;
}

}  // namespace

FoundPart credentials(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  return credentials_at(text, value_of_header(text, at + row.text.size()));
}

FoundPart credentials_in(std::string_view value) noexcept {
  return credentials_at(TokenText(value), 0);
}

FoundPart scheme_and_token(const TokenText& text, std::size_t begin, const TokenRow& row) noexcept {
  if (!text.begins(begin)) return std::nullopt;
  std::size_t value = begin + row.text.size();
  if (text[value] == ' ') {
    ++value;
  } else if (text.has("%20", value)) {
    value += 3;
  } else {
    return std::nullopt;
  }
  const auto is_token = [&](char c) {  // RFC 6750, RFC 7617
    return is_of(c, Alphabet::base64) || (row.alphabet == Alphabet::dotted && is_in(c, "-._~"));
  };
  std::size_t end = value;
  while (end < text.size() && is_token(text[end])) ++end;
  while (end > value && text[end - 1] == '.') --end;
  const std::string_view token = text.from(value, end);
  if (token.size() < row.least || is_placeholder(token) || !is_evident(token, row.evidence)) {
    return std::nullopt;
  }
  return TextPart{value, end};
}

FoundPart cookies(const TokenText& text, std::size_t name, const TokenRow& row) noexcept {
  const bool sets = name >= 4 && text.has_folded("set-", name - 4);
  if (!sets && !text.begins(name)) return std::nullopt;
  return cookies_at(text, value_of_header(text, name + row.text.size()), sets);
}

FoundPart cookies_in(std::string_view value, bool sets) noexcept {
  return cookies_at(TokenText(value), 0, sets);
}

}  // namespace trace::detail::tokens
