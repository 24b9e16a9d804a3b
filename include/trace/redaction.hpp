// Redaction: what Session::add_secret() answers, and which names of variables stand for secrets.
//
// A secret that was added is replaced by "[REDACTED]" in everything that is recorded: as it is, and
// as base64, hexadecimal, URL-encoded, JSON-escaped or quoted text. docs/redaction.md lists where,
// in which forms, and what is not promised. Component authors use
// this. Pure functions, safe on any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include <trace/export.hpp>

namespace trace {

// What became of a value that was given as a secret. White space around it does not count.
enum class SecretAnswer : std::uint8_t {
  added,
  known,        // it was added before
  common_word,  // added, but the word occurs in text that has nothing to do with it
  none,         // refused: nothing was given
  too_short,    // refused: less than 6 bytes occur by accident
  too_long,     // refused: more than 32 KiB
  reserved,     // refused: it is part of the text that replaces secrets
  no_memory,    // refused
};

// Whether the value is redacted from now on.
constexpr bool is_redacted(SecretAnswer answer) noexcept { return answer < SecretAnswer::none; }

// The answer for people, in words that say what to do; static storage.
SHIPTRACE_API std::string_view text(SecretAnswer answer) noexcept;

// Whether a variable of this name usually holds a secret: API_TOKEN, DB_PASSWORDS, SECRET, … in
// any case. Config::redact_environment takes the values of these.
SHIPTRACE_API bool is_secret_name(std::string_view name) noexcept;

}  // namespace trace
