// The forms of a secret: everything that is to be found in a text because it is the secret, or is
// made of it alone. Forms are of symbols (symbols.hpp): letters of any case are one form, and so
// are base64's two alphabets. Pure functions, safe on any thread; used when a secret is added.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trace::detail::secrets {

// Shorter values, and shorter forms, occur by accident.
inline constexpr std::size_t shortest_secret = 6;

// The value as it is looked for: each run of white space a gap, none at its ends.
std::string with_gaps(std::string_view text);

// Longer values have fewer forms: those in which they are found in practice. All symbols of all
// forms are kept, so this bounds what a byte of a long secret takes.
inline constexpr std::size_t longest_with_all_forms = 512;

// The value and its forms in base64 (three alignments), hexadecimal, URL and JSON encodings (JSON
// also within JSON), and, of a value of several lines, each line that is a token by itself. Of
// values that are not long also what quotings and rarer encodings make of it. Sorted, each once,
// none shorter than `shortest` bytes. Gaps as in with_gaps().
std::vector<std::string> secret_forms(std::string_view value,
                                      std::size_t shortest = shortest_secret);

}  // namespace trace::detail::secrets
