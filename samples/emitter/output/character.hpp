// SPDX-License-Identifier: Apache-2.0
// Characters of UTF-8 text, and how many columns of a terminal they take. Pure functions, safe on
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trace::cli::output {

struct Character {
  std::uint32_t code;
  std::size_t bytes;
  bool valid;  // false: one byte that is not UTF-8
};

// The first character of a text that is not empty.
Character first_character(std::string_view text);

// The columns that printable text takes: 2 for East Asian wide characters and emoji, 0 for
// combining ones, 1 for the rest. Terminals may differ in rare characters.
std::size_t columns_of(std::string_view text);

// The text in lines of at most `columns` columns (at least 1), broken at spaces, or within words
// that are longer than a line. A space at a break is dropped. At least one line.
std::vector<std::string> folded(std::string_view text, std::size_t columns);

// Tabs become spaces up to the next multiple of eight columns.
std::string with_expanded_tabs(std::string_view text);

}  // namespace trace::cli::output
