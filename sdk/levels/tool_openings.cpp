// SPDX-License-Identifier: Apache-2.0
#include "levels/tool_openings.hpp"

#include <cstdint>
#include <span>

#include "levels/exception_name.hpp"
#include "levels/level_words.hpp"
#include "text/ascii.hpp"

namespace trace::detail::levels {
namespace {

struct Opening {
  std::string_view text;
  Level level;
};

// One table per range of first letters; comments name the tool where the words do not.
constexpr Opening with_capital_a_to_f[] = {
    {"BUILD FAILED", Level::error},  // gradle, ant
    {"CMake Deprecation Warning at ", Level::warn},
    {"CMake Error ", Level::error},
    {"CMake Error: ", Level::error},
    {"CMake Warning ", Level::warn},
    {"CMake Warning: ", Level::warn},
    {"ERROR! ", Level::error},            // ansible
    {"Error from server", Level::error},  // kubectl
    {"Error occurred during initialization of VM", Level::error},
    {"Error response from daemon", Level::error},                 // docker
    {"Errors were encountered while processing:", Level::error},  // dpkg
    {"Exception in thread ", Level::error},                       // Java, Python
    {"Fatal Python error: ", Level::error},
};
constexpr Opening with_capital_g_to_z[] = {
    {"Host key verification failed.", Level::error},  // ssh
    {"LibClamAV Error: ", Level::error},
    {"LibClamAV Warning: ", Level::warn},
    {"LibClamAV debug: ", Level::debug},
    {"NSE: failed to initialize", Level::error},  // nmap
    {"PHP Deprecated: ", Level::warn},
    {"PHP Fatal error: ", Level::error},
    {"PHP Notice: ", Level::info},
    {"PHP Parse error: ", Level::error},
    {"PHP Warning: ", Level::warn},
    {"Permission denied (publickey", Level::error},  // ssh
    {"Scan Aborted: ", Level::error},                // wpscan
    {"Traceback (most recent call last)", Level::error},
    {"Unable to connect to the server: ", Level::error},  // kubectl
    {"Unhandled exception. ", Level::error},              // .NET
    {"Unhandled exception: ", Level::error},
};
constexpr Opening with_small_a_to_h[] = {
    {"curl: (", Level::error},
    {"debug1: ", Level::debug},  // ssh
    {"debug2: ", Level::debug},
    {"debug3: ", Level::debug},
    {"docker: Cannot connect to the Docker daemon", Level::error},
    {"docker: Error response from daemon", Level::error},
    {"dpkg: error processing ", Level::error},
    {"e: /", Level::error},  // Kotlin
    {"e: file:", Level::error},
    {"fatal runtime error: ", Level::error},  // Rust
};
constexpr Opening with_small_i_to_z[] = {
    {"kex_exchange_identification: ", Level::error},  // ssh
    {"ninja: build stopped: ", Level::error},
    {"ssh: Could not resolve hostname ", Level::error},
    {"ssh: connect to host ", Level::error},
    {"tar: Error is not recoverable: ", Level::error},
    {"terminate called after throwing ", Level::error},  // C++
    {"terminate called recursively", Level::error},
    {"terminate called without ", Level::error},
    {"w: /", Level::warn},  // Kotlin
    {"w: file:", Level::warn},
};

// Where the functions below look further.
constexpr std::string_view others[] = {
    "npm ",   "Err:",     "FAIL",     "Segmentation", "Uncaught ",
    "fail: ", "thread '", "OpenJDK ", "Java HotSpot"};

// A bit per first and second letter, so that nearly every line is passed by with one look.
class Beginnings {
 public:
  constexpr Beginnings() noexcept {
    add(with_capital_a_to_f);
    add(with_capital_g_to_z);
    add(with_small_a_to_h);
    add(with_small_i_to_z);
    for (const std::string_view text : others) add(text);
  }

  constexpr bool has(char first, char second) const noexcept {
    return (bits_[first & 0x7F] >> (second & 0x1F) & 1U) != 0;
  }

 private:
  constexpr void add(std::string_view text) noexcept {
    bits_[text[0] & 0x7F] |= std::uint32_t{1} << (text[1] & 0x1F);
  }
  constexpr void add(std::span<const Opening> openings) noexcept {
    for (const Opening& opening : openings) add(opening.text);
  }

  std::uint32_t bits_[128] = {};
};

constexpr Beginnings beginnings;

std::span<const Opening> openings_of(char first) noexcept {
  if (first >= 'A' && first <= 'F') return with_capital_a_to_f;
  if (first >= 'G' && first <= 'Z') return with_capital_g_to_z;
  if (first >= 'a' && first <= 'h') return with_small_a_to_h;
  if (first >= 'i' && first <= 'z') return with_small_i_to_z;
  return {};
}

// "npm ERR! …" until version 9, "npm error …" since, and the levels of npm's own.
std::optional<Level> level_of_npm(std::string_view behind) noexcept {
  if (behind.starts_with("ERR!")) return Level::error;
  const std::string_view word = text::first_word(behind, 16);
  if (word == "http" || word == "sill" || word == "silly" || word == "timing") return Level::debug;
  return level_of_word(word);
}

// "thread 'main' (123) panicked at …", "thread 'main' has overflowed its stack"
bool is_rust_panic(std::string_view line) noexcept {
  const std::string_view head = line.substr(0, 160);
  return head.find("' panicked at ") != std::string_view::npos ||
         head.find(") panicked at ") != std::string_view::npos ||
         head.find(" has overflowed its stack") != std::string_view::npos;
}

// Openings that need a look at what follows.
bool begins_an_error(std::string_view line) noexcept {
  switch (line.front()) {
    case 'E':  // apt: "Err:3 http://…"
      return line.starts_with("Err:") && text::is_digit(text::at(line, 4));
    case 'F':  // gradle: "FAILURE: Build failed …"; ninja: "FAILED: x.o", but no "FAILED: 3"
      return (line.starts_with("FAILURE: ") && !text::is_digit(text::at(line, 9))) ||
             (line.starts_with("FAILED: ") && !text::is_digit(text::at(line, 8)));
    case 'S':
      return line == "Segmentation fault" || line == "Segmentation fault (core dumped)";
    case 'U':  // JavaScript
      return line.starts_with("Uncaught ") && (text::from(line, 9).starts_with("(in promise) ") ||
                                               begins_with_exception(text::from(line, 9)));
    case 'f':  // .NET's console: "fail: Microsoft.Hosting[0]"
      return line.starts_with("fail: ") && line.ends_with(']');
    case 't':
      return line.starts_with("thread '") && is_rust_panic(line);
    default:
      return false;
  }
}

bool is_warning_of_jvm(std::string_view line) noexcept {
  return (line.starts_with("OpenJDK ") || line.starts_with("Java HotSpot(TM) ")) &&
         line.substr(0, 64).find("VM warning: ") != std::string_view::npos;
}

}  // namespace

bool may_open_tool(std::string_view line) noexcept {
  return beginnings.has(line.front(), text::at(line, 1));
}

std::optional<Level> level_of_tool(std::string_view line) noexcept {
  if (!may_open_tool(line)) return std::nullopt;
  for (const Opening& opening : openings_of(line.front())) {
    if (line.starts_with(opening.text)) return opening.level;
  }
  if (line.starts_with("npm ")) return level_of_npm(text::from(line, 4));
  if (begins_an_error(line)) return Level::error;
  return is_warning_of_jvm(line) ? std::optional(Level::warn) : std::nullopt;
}

}  // namespace trace::detail::levels
