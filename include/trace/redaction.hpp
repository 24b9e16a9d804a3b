// SPDX-License-Identifier: Apache-2.0
// Redaction: the results of Session::add_secret(), and which variable names denote secrets.
//
// A secret that was added is replaced by "[REDACTED]" in everything that is recorded: as it is, and
// as base64, hexadecimal, URL-encoded, JSON-escaped or quoted text. docs/redaction.md lists where,
// in which forms, and what is not promised. For component authors. Pure functions, safe on any
// thread.
#pragma once

#include <cstdint>
#include <string_view>

#include <trace/export.hpp>

namespace trace {

// The result of adding a secret. Surrounding white space is ignored.
enum class AddSecretResult : std::uint8_t {
  added,
  known,        // already added
  common_word,  // added, but it is a word that occurs in unrelated text
  none,         // refused: empty
  too_short,    // refused: less than 6 bytes, would match by accident
  too_long,     // refused: more than 32 KiB
  reserved,     // refused: part of "[REDACTED]"
  no_memory,    // refused
};

// Whether the value is redacted from now on.
constexpr bool is_redacted(AddSecretResult result) noexcept {
  return result < AddSecretResult::none;
}

// A human-readable explanation that says what to do; static storage.
SHIPTRACE_API std::string_view text(AddSecretResult result) noexcept;

// Whether a variable of this name usually holds a secret: API_TOKEN, DB_PASSWORDS, SECRET, … in any
// case. Config::redact_environment adds the values of such variables.
SHIPTRACE_API bool is_secret_name(std::string_view name) noexcept;

}  // namespace trace
