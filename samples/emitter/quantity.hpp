// Numbers as people read and write them on a command line. Pure functions, safe on any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::cli {

// 1204 -> "1,204".
std::string thousands(std::uint64_t number);

// "250ms", "30s", "1.5m", "2h": more than nothing and at most a year; else nothing.
std::optional<std::chrono::milliseconds> duration_from_text(std::string_view text);

// A decimal integer and nothing else.
std::optional<std::uint64_t> integer_from_text(std::string_view text);

}  // namespace trace::cli
