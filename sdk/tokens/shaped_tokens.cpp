// SPDX-License-Identifier: Apache-2.0
// Tokens with a prefix, and web tokens.
#include "tokens/token_readers.hpp"

namespace trace::detail::tokens {
namespace {

bool continues_word(char c) noexcept { return is_of(c, Alphabet::word); }

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

}  // namespace trace::detail::tokens
