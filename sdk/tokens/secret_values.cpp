// SPDX-License-Identifier: Apache-2.0
#include "tokens/token_readers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace trace::detail::tokens {
namespace {

// Number of bytes of a long value that are examined.
constexpr std::size_t looked_at = 128;

// Placeholder words, in lower case, without separators, sorted.
constexpr std::array words = std::to_array<std::string_view>(
    {"abc123",      "abcdefg",     "anonymous",  "apikey",      "auth",      "authtoken",
     "bar",         "basic",       "bearer",     "changeit",    "changeme",  "clientsecret",
     "credentials", "default",     "disabled",   "dummy",       "empty",     "enabled",
     "example",     "false",       "foo",        "foobar",      "hidden",    "key",
     "masked",      "mypass",      "mypassword", "mysecret",    "mytoken",   "newpassword",
     "nil",         "none",        "null",       "oldpassword", "omitted",   "optional",
     "pass",        "passphrase",  "passwd",     "password",    "password1", "password123",
     "placeholder", "prompt",      "pw",         "pwd",         "redacted",  "removed",
     "replaceme",   "required",    "sample",     "secret",      "secret123", "somepassword",
     "sometoken",   "string",      "test",       "test123",     "testing",   "testpassword",
     "text",        "thepassword", "token",      "token123",    "true",      "undefined",
     "unknown",     "user",        "username",   "userpass",    "value",     "wachtwoord"});
static_assert(std::is_sorted(words.begin(), words.end()));

// Parts of placeholders, in lower case.
constexpr std::array parts = std::to_array<std::string_view>(
    {"...", "\xE2\x80\xA6", "your-", "your_", "yourp", "changeme", "change-me", "change_me",
     "placeholder", "redacted", "${", "{{", "<%", "$(", "%("});

struct Counts {
  unsigned lower = 0;
  unsigned upper = 0;
  unsigned digits = 0;
  unsigned others = 0;     // neither letters nor digits
  unsigned specials = 0;   // of the former, those that no name has
  unsigned different = 0;  // characters
  unsigned changes = 0;    // between letters and digits
};

Counts counts_of(std::string_view value) noexcept {
  Counts counts;
  std::array<std::uint64_t, 4> seen{};
  bool was_digit = false;
  bool first = true;
  for (const char c : value.substr(0, looked_at)) {
    const auto byte = static_cast<unsigned char>(c);
    seen[byte >> 6U] |= std::uint64_t{1} << (byte & 63U);
    counts.lower += is_small(c);
    counts.upper += is_capital(c);
    counts.digits += is_digit(c);
    const bool other = !is_letter(c) && !is_digit(c);
    counts.others += other;
    counts.specials += other && !is_in(c, "_-./:,");
    if (!first) counts.changes += was_digit != is_digit(c);
    was_digit = is_digit(c);
    first = false;
  }
  for (const std::uint64_t word : seen)
    counts.different += static_cast<unsigned>(std::popcount(word));
  return counts;
}

// Number of equal characters, at least 4 in a row: ****, xxxx.
std::size_t hidden_characters(std::string_view value) noexcept {
  std::size_t sum = 0;
  const std::string_view start = value.substr(0, looked_at);
  for (std::size_t at = 0; at < start.size();) {
    const std::size_t end = std::min(start.find_first_not_of(start[at], at), start.size());
    if (end - at >= 4) sum += end - at;
    at = end;
  }
  return sum;
}

bool is_word(std::string_view value) noexcept {
  constexpr std::size_t longest = 16;
  std::array<char, longest> plain{};
  std::size_t size = 0;
  for (const char c : value) {
    if (is_in(c, "-_. []<>{}")) continue;
    if (size == longest) return false;
    plain[size++] = folded(c);
  }
  return std::binary_search(words.begin(), words.end(), std::string_view(plain.data(), size));
}

// Not for long values: random text of hundreds of characters contains any part somewhere.
bool has_placeholders_part(std::string_view value) noexcept {
  constexpr std::size_t longest = 32;
  std::array<char, longest> buffer{};
  const std::size_t size = std::min(value.size(), longest);
  std::transform(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size), buffer.begin(),
                 folded);
  const std::string_view lower(buffer.data(), size);
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return lower.find(part) != std::string_view::npos;
  });
}

// Distinguishes a path from base64 that begins with a slash.
bool is_path(std::string_view value) noexcept {
  if (!value.starts_with("/") && !value.starts_with("./") && !value.starts_with("~/")) return false;
  const Counts counts = counts_of(value);
  if (counts.upper < 4 || counts.lower < 4) return true;
  return counts.digits < 2 && (value.size() < 32 || 3 * counts.upper < counts.lower);
}

// x.y, x(y), x[y], x::y, x->y and names with a number: pieces of programs.
bool is_code(std::string_view value, const Counts& counts) noexcept {
  if (value.find_first_of("()[]{}<>|`") != std::string_view::npos) return true;
  if (value.find("::") != std::string_view::npos || value.find("->") != std::string_view::npos) {
    return true;
  }
  // utf8, token2, sha256sum: a name with a number in it.
  return counts.specials == 0 && counts.digits <= 4 && counts.changes <= 2 && !is_digit(value[0]);
}

bool is_password(std::string_view value, Notation notation, const Counts& counts) noexcept {
  if (counts.lower + counts.upper == 0 && counts.specials == 0) {
    return notation.data && counts.digits >= 8;  // a number
  }
  if (!notation.data && is_code(value, counts)) return false;
  if (counts.digits > 0 || counts.specials > 0) return true;
  return notation.data && (counts.upper > 0) && counts.lower > 0 && counts.others == 0 &&
         counts.upper >= 2;
}

// Letters alone are random if their case changes irregularly.
bool is_irregular(std::string_view value, const Counts& counts, unsigned least = 4) noexcept {
  return value.size() >= 4 * least && counts.upper >= least && counts.lower >= least &&
         (least <= 4 ? 5 : 3) * counts.upper >= counts.lower && 4 * counts.others <= value.size();
}

bool is_random(std::string_view value, Notation notation, const Counts& counts) noexcept {
  if (is_irregular(value, counts, notation.data ? 3 : 5)) return true;
  if (counts.digits == 0 || counts.lower + counts.upper == 0) return false;
  if (counts.specials > counts.digits + counts.lower + counts.upper) return false;
  if (notation.data) return counts.digits >= 2 || value.size() >= 12;
  return !is_code(value, counts) && value.size() >= 12 && counts.digits >= 2;
}

}  // namespace

bool is_placeholder(std::string_view value) noexcept {
  if (value.empty()) return true;
  if (is_in(value.front(), "<$%{(*@&:") || value.starts_with("\\$") || is_path(value)) return true;
  if (value.front() == '[' && value.back() == ']') return true;
  if (is_word(value) || has_placeholders_part(value)) return true;
  const std::size_t hidden = hidden_characters(value);
  return hidden >= 4 && 2 * hidden >= std::min(value.size(), looked_at);
}

bool is_generated(std::string_view value) noexcept {
  constexpr std::size_t shortest = 8;
  const std::string_view start = value.substr(0, looked_at);
  const Counts counts = counts_of(start);
  return value.size() >= shortest && !is_placeholder(value) &&
         ((counts.digits > 0 && !is_code(value, counts)) || is_irregular(start, counts));
}

bool is_user_and_password(std::string_view base64) noexcept {
  if (base64.size() < 8 || base64.size() % 4 != 0) return false;
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  bool has_colon = false;
  std::uint32_t bits = 0;
  int pending = 0;
  for (const char c : base64.substr(0, base64.find('='))) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((pending += 6) < 8) continue;
    pending -= 8;
    const auto byte = static_cast<unsigned char>(bits >> pending);
    if (byte < 0x20 || byte == 0x7F) return false;
    has_colon = has_colon || byte == ':';
  }
  return has_colon;
}

bool is_evident(std::string_view body, Evidence evidence) noexcept {
  const Counts counts = counts_of(body);
  // Of 16 random hexadecimal digits, fewer than 5 different ones are one case in 10 million.
  if (counts.different < 5) return false;
  if (evidence == Evidence::basic) return is_user_and_password(body);
  if (evidence == Evidence::digit) return counts.digits > 0;
  return evidence != Evidence::mixed || (counts.digits > 0 && counts.upper > 0 && counts.lower > 0);
}

bool is_secret_value(std::string_view value, const TokenRow& row, Notation notation) noexcept {
  if (value.size() < row.least) return false;
  if (row.evidence == Evidence::basic) return is_user_and_password(value);
  const std::string_view start = value.substr(0, looked_at);
  const Counts counts = counts_of(start);
  const bool is_secret = row.evidence == Evidence::password ? is_password(start, notation, counts)
                                                            : is_random(start, notation, counts);
  return is_secret && !is_placeholder(value);
}

}  // namespace trace::detail::tokens
