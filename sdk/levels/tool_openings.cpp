// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

template <std::size_t place>
bool has_number(std::string_view line) noexcept {
  return is_digit(at(line, place));
}
template <std::size_t place>
bool has_no_number(std::string_view line) noexcept {
  return !has_number<place>(line);
}

// glibc: "*** stack smashing detected ***: terminated"
bool is_detected_by_glibc(std::string_view line) noexcept {
  return line.ends_with(" detected ***: terminated");
}

bool is_failed_task(std::string_view line) noexcept { return line.ends_with(" FAILED"); }
bool ends_in_bracket(std::string_view line) noexcept { return line.ends_with(']'); }

bool is_segmentation_fault(std::string_view line) noexcept {
  return line == "Segmentation fault" || line == "Segmentation fault (core dumped)";
}

bool is_uncaught(std::string_view line) noexcept {
  const std::string_view what = from(line, 9);
  return what.starts_with("(in promise) ") || begins_with_exception(what);
}

// "thread 'main' (123) panicked at …", "thread 'main' has overflowed its stack"
bool is_rust_panic(std::string_view line) noexcept {
  const std::string_view head = line.substr(0, 160);
  return head.find("' panicked at ") != std::string_view::npos ||
         head.find(") panicked at ") != std::string_view::npos ||
         head.find(" has overflowed its stack") != std::string_view::npos;
}

bool is_warning_of_jvm(std::string_view line) noexcept {
  return line.substr(0, 64).find("VM warning: ") != std::string_view::npos;
}

struct Opening {
  std::string_view text;
  Level level;
  bool (*fits)(std::string_view line) noexcept = nullptr;  // any
};

// Sorted. Comments name the tool where the words do not.
constexpr Opening openings[] = {
    {"(node:", Level::warn},
    {"*** ", Level::error, is_detected_by_glibc},
    {"-- Configuring incomplete", Level::error},  // CMake
    {"> Task :", Level::error, is_failed_task},   // gradle
    {"BUILD FAILED", Level::error},               // gradle, ant
    {"CMake Deprecation Warning at ", Level::warn},
    {"CMake Error ", Level::error},
    {"CMake Error: ", Level::error},
    {"CMake Warning ", Level::warn},
    {"CMake Warning: ", Level::warn},
    {"ERROR! ", Level::error},              // ansible
    {"Err:", Level::error, has_number<4>},  // apt: "Err:3 http://…"
    {"Error from server", Level::error},    // kubectl
    {"Error occurred during initialization of VM", Level::error},
    {"Error response from daemon", Level::error},                 // docker
    {"Errors were encountered while processing:", Level::error},  // dpkg
    {"Exception in thread ", Level::error},                       // Java, Python
    {"FAILED: ", Level::error, has_no_number<8>},                 // ninja: "FAILED: x.o"
    {"FAILURE: ", Level::error, has_no_number<9>},                // gradle
    {"Fatal Python error: ", Level::error},
    {"Host key verification failed.", Level::error},  // ssh
    {"Java HotSpot(TM) ", Level::warn, is_warning_of_jvm},
    {"LibClamAV Error: ", Level::error},
    {"LibClamAV Warning: ", Level::warn},
    {"LibClamAV debug: ", Level::debug},
    {"NSE: failed to initialize", Level::error},  // nmap
    {"OpenJDK ", Level::warn, is_warning_of_jvm},
    {"PHP Deprecated: ", Level::warn},
    {"PHP Fatal error: ", Level::error},
    {"PHP Notice: ", Level::info},
    {"PHP Parse error: ", Level::error},
    {"PHP Warning: ", Level::warn},
    {"Permission denied (publickey", Level::error},  // ssh
    {"Scan Aborted: ", Level::error},                // wpscan
    {"Segmentation fault", Level::error, is_segmentation_fault},
    {"Traceback (most recent call last)", Level::error},
    {"Unable to connect to the server: ", Level::error},  // kubectl
    {"Uncaught ", Level::error, is_uncaught},             // JavaScript
    {"Unhandled exception. ", Level::error},              // .NET
    {"Unhandled exception: ", Level::error},
    {"curl: (", Level::error},
    {"debug1: ", Level::debug},  // ssh
    {"debug2: ", Level::debug},
    {"debug3: ", Level::debug},
    {"docker: Cannot connect to the Docker daemon", Level::error},
    {"docker: Error response from daemon", Level::error},
    {"dpkg: error processing ", Level::error},
    {"e: /", Level::error},  // Kotlin
    {"e: file:", Level::error},
    {"fail: ", Level::error, ends_in_bracket},  // .NET's console: "fail: Microsoft.Hosting[0]"
    {"fatal runtime error: ", Level::error},    // Rust
    {"kex_exchange_identification: ", Level::error},  // ssh
    {"ninja: build stopped: ", Level::error},
    {"npm ERR!", Level::error},  // until version 9
    {"ssh: Could not resolve hostname ", Level::error},
    {"ssh: connect to host ", Level::error},
    {"tar: Error is not recoverable: ", Level::error},
    {"terminate called after throwing ", Level::error},  // C++
    {"terminate called recursively", Level::error},
    {"terminate called without ", Level::error},
    {"thread '", Level::error, is_rust_panic},
    {"w: /", Level::warn},  // Kotlin
    {"w: file:", Level::warn},
};
static_assert(std::is_sorted(std::begin(openings), std::end(openings),
                             [](const Opening& a, const Opening& b) { return a.text < b.text; }));

// A bit per first and second letter, so that nearly every line is passed by with one look.
constexpr auto beginnings = [] {
  std::array<std::uint32_t, 128> bits{};
  for (const Opening& opening : openings) {
    bits[opening.text[0] & 0x7F] |= std::uint32_t{1} << (opening.text[1] & 0x1F);
  }
  return bits;
}();

}  // namespace

bool may_open_tool(std::string_view line) noexcept {
  return (beginnings[line.front() & 0x7F] >> (at(line, 1) & 0x1F) & 1U) != 0;
}

std::optional<Level> level_of_tool(std::string_view line) noexcept {
  if (!may_open_tool(line)) return std::nullopt;
  const char first = line.front();
  const auto* opening =
      std::partition_point(std::begin(openings), std::end(openings),
                           [&](const Opening& each) { return each.text.front() < first; });
  for (; opening != std::end(openings) && opening->text.front() == first; ++opening) {
    if (!line.starts_with(opening->text)) continue;
    if (opening->fits == nullptr || opening->fits(line)) return opening->level;
  }
  // "npm error …" since version 10, and npm's own levels.
  if (!line.starts_with("npm ")) return std::nullopt;
  return level_of(first_word(from(line, 4), 16), as_word | by_npm);
}

}  // namespace trace::detail::levels
