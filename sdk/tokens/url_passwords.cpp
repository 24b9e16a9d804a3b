// SPDX-License-Identifier: Apache-2.0
// Passwords and tokens before the @ of URLs and of Oracle's connections.

#include "tokens/token_readers.hpp"

namespace trace::detail::tokens {
namespace {

constexpr std::size_t longest_authority = 4096;

bool ends_authority(char c) noexcept {
  return is_space(c) || is_in(c, "/?#\"'<>\\`") || c == '\x1b';
}

// A token without a password beside it: more than a user's name.
bool is_token(std::string_view user) noexcept {
  constexpr std::size_t shortest = 16;
  const auto digits = std::count_if(user.begin(), user.end(), is_digit);
  const bool has_letter = std::any_of(user.begin(), user.end(), is_letter);
  return user.size() >= shortest && digits >= 2 && has_letter && !is_placeholder(user);
}

}  // namespace

FoundPart url_password(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  constexpr std::size_t shortest = 3;
  const std::size_t begin = at + elements_of(row.text);
  const std::size_t end = text.end_before(
      begin, longest_authority, [&](std::size_t each) { return ends_authority(text[each]); });
  const std::string_view authority = text.from(begin, end);
  const std::size_t host = authority.rfind('@');
  if (host == std::string_view::npos) return std::nullopt;
  const std::size_t colon = authority.find(':');
  const std::string_view user = authority.substr(0, std::min(colon, host));
  const std::string_view password =
      colon < host ? authority.substr(colon + 1, host - colon - 1) : std::string_view();
  if (password.empty() || password == "x-oauth-basic") {
    return is_token(user) ? FoundPart(TextPart{begin, begin + user.size()}) : std::nullopt;
  }
  if (password.size() < shortest || is_placeholder(password)) return std::nullopt;
  return TextPart{begin + colon + 1, begin + host};
}

FoundPart oracle_password(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  constexpr std::size_t shortest = 3;
  constexpr std::size_t longest = 64;
  const std::size_t user = at + row.text.size();
  const std::size_t slash = text.end_of(user, Alphabet::word, longest);
  if (slash == user || text[slash] != '/') return std::nullopt;
  const std::size_t end = text.end_before(slash + 1, longest - 1, [&](std::size_t each) {
    return text[each] == '@' || ends_authority(text[each]);
  });
  const std::string_view password = text.from(slash + 1, end);
  if (text[end] != '@' || password.size() < shortest || is_placeholder(password))
    return std::nullopt;
  return TextPart{slash + 1, end};
}

}  // namespace trace::detail::tokens
