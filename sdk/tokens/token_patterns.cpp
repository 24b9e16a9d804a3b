// SPDX-License-Identifier: Apache-2.0
#include "tokens/token_patterns.hpp"

#include <utility>

#include "tokens/token_anchors.hpp"
#include "tokens/token_readers.hpp"
#include "tokens/token_table.hpp"

namespace trace::detail::tokens {
namespace {

// In the order of Form.
constexpr FoundPart (*readers[])(const TokenText&, std::size_t, const TokenRow&) noexcept = {
    shaped_token, assigned_value, parameter, credentials,  scheme_and_token,  cookies,
    web_token,    key_block,      key_lines, url_password, attached_password, oracle_password};

// Whether the row's text is at `at`, where [abc] is one character.
bool has_text(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  if (is_folded(row.form)) return text.has_folded(row.text, at);  // a name, without [abc]
  for (std::size_t i = 0; i < row.text.size(); ++i, ++at) {
    const char c = text[at];
    if (row.text[i] != '[') {
      if (c != row.text[i]) return false;
      continue;
    }
    const std::size_t end = row.text.find(']', i);
    if (c == '\0' || !is_in(c, row.text.substr(i + 1, end - i - 1))) return false;
    i = end;
  }
  return true;
}

// The row's token around its anchor.
FoundPart read(const TokenText& text, std::size_t anchor, const TokenRow& row) noexcept {
  std::size_t at = anchor;
  // Of URLs and web tokens the anchor is the whole text; the others compare names themselves.
  const bool is_compared = row.form != Form::url_password && row.form != Form::web_token &&
                           row.form != Form::assigned && row.form != Form::parameter;
  if (is_compared) {
    if (at < row.anchor) return std::nullopt;
    at -= row.anchor;
    if (!has_text(text, at, row)) return std::nullopt;
  }
  return readers[static_cast<std::size_t>(row.form)](text, at, row);
}

// The part of the value that is a secret because of the member's name.
FoundPart member_part(std::string_view name, std::string_view value) noexcept {
  constexpr Notation notation{.quoted = true, .data = true};
  constexpr std::size_t shortest_name = 3;
  constexpr std::size_t shortest_value = 6;
  if (name.size() < shortest_name || value.size() < shortest_value) return std::nullopt;
  for (const TokenRow& row : token_table) {
    if (row.form == Form::assigned && is_named(name, row) &&
        is_secret_value(value, row, notation)) {
      return TextPart{0, value.size()};
    }
    if (row.form == Form::credentials && is_named(name, row)) {
      if (const FoundPart part = credentials_in(value)) return part;
    }
    if (row.form == Form::cookies && is_named(name, row)) {
      if (const FoundPart part = cookies_in(value, folded(name.front()) == 's')) return part;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<TextPart> next_token(std::string_view given, std::size_t from) noexcept {
  const TokenText text(given);
  for (std::size_t at = next_anchor(given, from); at < given.size();
       at = next_anchor(given, at + 1)) {
    for (RowSet rows = rows_at(given, at); !rows.empty();) {
      const FoundPart part = read(text, at, token_table[rows.take()]);
      if (part && part->begin >= from) return part;
    }
  }
  return std::nullopt;
}

void append_without_tokens(std::string& out, std::string_view text, std::string_view replacement) {
  constexpr int most_passes = 8;
  std::string before;
  std::string after;
  for (int pass = 0; pass < most_passes; ++pass) {
    std::size_t done = 0;
    while (const std::optional<TextPart> part = next_token(text, done)) {
      after.append(text.substr(done, part->begin - done)).append(replacement);
      done = part->end;
    }
    if (done == 0) break;
    after.append(text.substr(done));
    before = std::exchange(after, {});
    text = before;
  }
  out.append(text);
}

bool has_token(std::string_view name, std::string_view value) noexcept {
  return member_part(name, value).has_value();
}

void append_without_tokens(std::string& out, std::string_view name, std::string_view value,
                           std::string_view replacement) {
  const FoundPart part = member_part(name, value);
  if (!part) return append_without_tokens(out, value, replacement);
  append_without_tokens(out, value.substr(0, part->begin), replacement);
  out.append(replacement);
  append_without_tokens(out, value.substr(part->end), replacement);
}

}  // namespace trace::detail::tokens
