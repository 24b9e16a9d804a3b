// SPDX-License-Identifier: Apache-2.0
// Tokens with a prefix, web tokens, and private keys that are blocks of lines.
#include "tokens/token_readers.hpp"

namespace trace::detail::tokens {
namespace {

bool continues_word(char c) noexcept { return is_of(c, Alphabet::word); }

// After white space and escapes of line ends, of whatever depth: \n, \\r\\n.
std::size_t after_gap(const TokenText& text, std::size_t at) noexcept {
  for (;;) {
    const std::size_t start = at;
    while (text[at] != '\0' && is_space(text[at])) ++at;
    std::size_t escape = at;
    while (text[escape] == '\\') ++escape;
    if (escape > at && is_in(text[escape], "nrt") && text[escape] != '\0') at = escape + 1;
    if (at == start) return at;
  }
}

std::size_t end_of_line(const TokenText& text, std::size_t at) noexcept {
  constexpr std::size_t longest_line = 512;
  const std::size_t most = std::min(text.size(), at + longest_line);
  while (at < most && text[at] != '\n' && !text.has("\\n", at)) ++at;
  return at;
}

}  // namespace

FoundPart shaped_token(const TokenText& text, std::size_t prefix, const TokenRow& row) noexcept {
  std::size_t begin = prefix;
  if (row.lead.most > 0) {
    begin = text.begin_of(prefix, row.lead.alphabet, row.lead.most);
    while (prefix - begin > row.lead.least && !text.begins(begin)) ++begin;
    if (prefix - begin < row.lead.least) return std::nullopt;
  }
  if (continues_word(text[begin]) && !text.begins(begin)) return std::nullopt;
  const std::size_t body = prefix + elements_of(row.text);
  std::size_t end = text.end_of(body, row.alphabet, std::size_t{row.most} + 1);
  while (end > body && text[end - 1] == '.') --end;  // a sentence's
  if (end - body < row.least || end - body > row.most || continues_word(text[end])) {
    return std::nullopt;
  }
  if (!is_evident(text.from(body, end), row.evidence)) return std::nullopt;
  return TextPart{begin, end};
}

// {"… in base64 begins with eyJ: header.payload.signature, or header.key.iv.text.tag; a signature
// and a key may be empty.
FoundPart web_token(const TokenText& text, std::size_t at, const TokenRow&) noexcept {
  constexpr std::size_t shortest_header = 12;
  constexpr std::size_t shortest_payload = 8;
  constexpr std::size_t longest = 64 * 1024;
  constexpr int most_segments = 5;
  if (!text.begins(at)) return std::nullopt;
  std::size_t end = text.end_of(at, Alphabet::word, longest);
  if (end - at < shortest_header || text[end] != '.') return std::nullopt;
  const bool has_key = text[end + 1] != '.';
  std::size_t longest_segment = 0;
  int segments = 1;
  while (segments < most_segments && text[end] == '.') {
    const std::size_t next = text.end_of(end + 1, Alphabet::word, longest);
    // A sentence's dot follows a signature.
    if (next == end + 1 && segments >= 3) break;
    longest_segment = std::max(longest_segment, next - end - 1);
    if (segments == 1 && has_key && next - end - 1 < shortest_payload) return std::nullopt;
    end = next;
    ++segments;
  }
  if (segments < 3 || longest_segment < shortest_payload) return std::nullopt;
  return TextPart{at, end};
}

// The block with its banners; without an end banner, the part of its body that is there.
FoundPart key_block(const TokenText& text, std::size_t begin, const TokenRow& row) noexcept {
  constexpr std::string_view kind = "PRIVATE KEY";
  constexpr std::string_view dashes = "-----";
  constexpr std::size_t longest_banner = 64;
  constexpr std::size_t shortest_body = 16;
  constexpr std::size_t longest_key = 64 * 1024;
  std::size_t body = begin + row.text.size();
  const std::size_t most = body + longest_banner;
  const auto is_banner = [](char c) { return is_capital(c) || is_digit(c) || c == ' '; };
  while (body < most && is_banner(text[body])) ++body;
  if (!text.has(dashes, body)) return std::nullopt;
  const std::string_view banner = text.from(begin, body);
  if (banner.find(kind) == std::string_view::npos) return std::nullopt;
  body += dashes.size();

  // Headers such as "Proc-Type: 4,ENCRYPTED".
  constexpr int most_headers = 8;
  std::size_t start = after_gap(text, body);
  for (int headers = 0;; ++headers) {
    const std::size_t name = text.end_of(start, Alphabet::word, longest_banner);
    if (text[name] != ':') break;
    if (headers == most_headers) return std::nullopt;
    start = after_gap(text, end_of_line(text, name));
  }
  if (text.end_of(start, Alphabet::base64, shortest_body) - start < shortest_body) {
    return std::nullopt;
  }
  // Up to the end banner, with any prefixes and suffixes of lines.
  const std::size_t end = text.find(dashes, start, longest_key);
  if (text.has("-----END ", end)) {
    std::size_t last = end + 9;
    while (last < end + longest_banner && is_banner(text[last])) ++last;
    if (text.has(dashes, last)) return TextPart{begin, last + dashes.size()};
  }
  // Without one, the lines that are there.
  std::size_t line = start;
  std::size_t last = start;
  do {
    last = text.end_of(line, Alphabet::base64, text.size());
    line = after_gap(text, last);
  } while (line != last && text.end_of(line, Alphabet::base64, 1) != line);
  return TextPart{begin, last};
}

// Private-Lines: 14, and as many lines of base64; the Private-MAC that follows them.
FoundPart key_lines(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  constexpr std::size_t most_digits = 4;
  constexpr std::size_t longest_line = 128;
  constexpr std::size_t shortest_key = 16;
  const std::size_t number = at + row.text.size();
  std::size_t end = text.end_of(number, Alphabet::digits, most_digits);
  if (end == number) return std::nullopt;
  const std::size_t begin = after_gap(text, end);
  end = begin;
  for (std::size_t line = begin;;) {
    const std::size_t behind = text.end_of(line, Alphabet::base64, longest_line);
    if (behind == line || text[behind] == ':' || text[behind] == '-') break;
    end = behind;
    line = after_gap(text, behind);
    if (line == behind) break;
  }
  return end - begin < shortest_key ? FoundPart() : TextPart{begin, end};
}

}  // namespace trace::detail::tokens
