// Durations and sizes as people write them into the environment: 250ms, 5s, 2m; 64MiB, 2GiB.
// Used by the table of settings. Pure functions, safe on any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::detail::config {

// A decimal integer and nothing else.
std::optional<std::uint64_t> count_from_text(std::string_view text) noexcept;
// An integer with ms, s, m or h.
std::optional<std::chrono::milliseconds> duration_from_text(std::string_view text) noexcept;
// An integer of bytes, or one with KiB, MiB, GiB or TiB.
std::optional<std::uint64_t> bytes_from_text(std::string_view text) noexcept;

// The shortest text that reads back as the same value: "1500ms", "5s", "2m"; "64MiB".
std::string duration_text(std::chrono::milliseconds duration);
std::string bytes_text(std::uint64_t bytes);

}  // namespace trace::detail::config
