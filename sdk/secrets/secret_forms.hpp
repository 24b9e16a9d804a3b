// SPDX-License-Identifier: Apache-2.0
// The forms of a secret: every text that is the secret or is derived from it alone. Forms consist
// of symbols (symbols.hpp): letters of both cases are one form, and so are base64's two alphabets.
// Pure functions, safe on any thread; used when a secret is added.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trace::detail::secrets {

// Shorter values and forms match by accident.
inline constexpr std::size_t shortest_secret = 6;

// The value as it is searched for: each run of white space is a gap, none at the ends.
std::string with_gaps(std::string_view text);

// Longer values have fewer forms: those that occur in practice. All symbols of all forms are kept,
// so this bounds the memory per byte of a long secret.
inline constexpr std::size_t longest_with_all_forms = 512;

// The value and its forms in base64 (three alignments), hexadecimal, URL and JSON encodings (JSON
// also within JSON), and, of a value of several lines, each line that is a token by itself. Of
// values that are not long also what quotings and rarer encodings make of it. Sorted, each once,
// none shorter than `shortest` bytes. Gaps as in with_gaps().
std::vector<std::string> secret_forms(std::string_view value,
                                      std::size_t shortest = shortest_secret);

}  // namespace trace::detail::secrets
