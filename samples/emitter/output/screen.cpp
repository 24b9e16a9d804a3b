// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/screen.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "emitter/input/integer.hpp"

namespace trace::cli::output {
namespace {

constexpr std::size_t default_columns = 80;
constexpr std::size_t fewest_columns = 40;

std::size_t window_columns() {
  winsize window{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
}

}  // namespace

std::string Screen::painted(std::string_view colour, std::string_view text) const {
  if (!colours || colour.empty()) return std::string(text);
  return std::string(colour).append(text).append(colour::reset);
}

Screen screen_from(const ScreenFacts& facts) {
  if (!facts.is_terminal) return {};
  const auto wanted = input::integer_from_text(facts.columns == nullptr ? "" : facts.columns);
  const std::size_t columns = wanted.value_or(0) > 0     ? static_cast<std::size_t>(*wanted)
                              : facts.window_columns > 0 ? facts.window_columns
                                                         : default_columns;
  const bool refused = facts.no_color != nullptr && *facts.no_color != '\0';
  const bool dumb = facts.term != nullptr && std::string_view(facts.term) == "dumb";
  return {.columns = std::max(columns, fewest_columns), .colours = !refused && !dumb};
}

Screen screen_of_stdout() {
  return screen_from({.is_terminal = isatty(STDOUT_FILENO) == 1,
                      .window_columns = window_columns(),
                      .columns = std::getenv("COLUMNS"),
                      .no_color = std::getenv("NO_COLOR"),
                      .term = std::getenv("TERM")});
}

}  // namespace trace::cli::output
