// The forms of a secret: everything that is to be found in a text because it is the secret, or is
// made of it alone. Pure functions, safe on any thread; used when a secret is added.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trace::detail {

// Shorter values, and shorter forms, occur by accident.
inline constexpr std::size_t shortest_secret = 6;

// The value as it is looked for: each run of white space a gap, none at its ends.
std::string with_gaps(std::string_view text);

// The value and its forms in base64 (both alphabets, three alignments, also broken into lines),
// hexadecimal, URL and JSON encodings (JSON also within JSON), and, of a value of several lines,
// each line that is a token by itself. Sorted, each once, none shorter than `shortest` bytes. Gaps
// as in with_gaps().
std::vector<std::string> secret_forms(std::string_view value,
                                      std::size_t shortest = shortest_secret);

}  // namespace trace::detail
