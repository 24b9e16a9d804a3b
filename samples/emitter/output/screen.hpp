// SPDX-License-Identifier: Apache-2.0
// What stdout can show: its width and whether it takes colours. Main thread, which reads the
// environment.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::cli::output {

namespace colour {
inline constexpr std::string_view none;
inline constexpr std::string_view dim = "\x1b[2m";
inline constexpr std::string_view red = "\x1b[31m";
inline constexpr std::string_view green = "\x1b[32m";
inline constexpr std::string_view yellow = "\x1b[33m";
inline constexpr std::string_view cyan = "\x1b[36m";
inline constexpr std::string_view reset = "\x1b[0m";
}  // namespace colour

struct Screen {
  std::size_t columns = 0;  // 0: lines are not folded
  bool colours = false;

  // The text in this colour; unchanged without colours, and for colour::none.
  std::string painted(std::string_view colour, std::string_view text) const;
};

// The facts that decide; null: the variable is not set.
struct ScreenFacts {
  bool is_terminal = false;
  std::size_t window_columns = 0;  // 0: unknown
  const char* columns = nullptr;   // COLUMNS
  const char* no_color = nullptr;  // NO_COLOR
  const char* term = nullptr;      // TERM
};

// Anything but a terminal is neither folded nor coloured. COLUMNS overrides the terminal's width,
// which is 80 if unknown; below 40 columns lines are folded at 40. NO_COLOR (unless empty) and
// TERM=dumb turn colours off.
Screen screen_from(const ScreenFacts& facts);

// That of our stdout now; its width may change.
Screen screen_of_stdout();

}  // namespace trace::cli::output
