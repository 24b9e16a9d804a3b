// SPDX-License-Identifier: Apache-2.0
// Decimal integers of command lines and of the backend's JSON. Pure function, safe on any thread.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace trace::cli::input {

// Digits and nothing else; empty otherwise, and when the number does not fit.
inline std::optional<std::uint64_t> integer_from_text(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace trace::cli::input
