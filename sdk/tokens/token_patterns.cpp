// SPDX-License-Identifier: Apache-2.0
#include "tokens/token_patterns.hpp"

#include <utility>

#include "tokens/token_anchors.hpp"
#include "tokens/token_readers.hpp"
#include "tokens/token_table.hpp"

namespace trace::detail::tokens {
namespace {

FoundPart read(const TokenText& text, std::size_t at, const TokenRow& row) noexcept {
  switch (row.form) {
    case Form::shaped:
      return shaped_token(text, at, row);
    case Form::assigned:
      return assigned_value(text, at, row);
    case Form::parameter:
      return parameter(text, at, row);
    case Form::credentials:
      return credentials(text, at, row);
    case Form::scheme:
      return scheme_and_token(text, at, row);
    case Form::cookies:
      return cookies(text, at, row);
    case Form::web_token:
      return web_token(text, at);
    case Form::key_block:
      return key_block(text, at, row);
    case Form::key_lines:
      return key_lines(text, at, row);
    case Form::url_password:
      return url_password(text, at, row);
    case Form::attached:
      return attached_password(text, at, row);
    case Form::oracle:
      return oracle_password(text, at, row);
  }
  return std::nullopt;
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
