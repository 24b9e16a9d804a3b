// The one table of all settings: field of Config, name in the environment, range, help.
//
// Config::from_env() reads by it, finalize() checks ranges by it, and docs/configuration.md shows
// it (a test compares the two). The table is constant; the functions are pure.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <trace/config.hpp>

namespace trace::detail::config {

static_assert(std::same_as<std::size_t, std::uint64_t>, "sizes of Config are read as 64-bit");

struct Setting {
  // What the value is, and so how it is written.
  enum class Kind : std::uint8_t {
    text,
    secret,
    bytes,
    count,
    duration,
    boolean,
    when_full,
    level
  };
  using Member = std::variant<std::string Config::*, std::uint64_t Config::*,
                              std::chrono::milliseconds Config::*, bool Config::*,
                              WhenFull Config::*, Level Config::*>;

  std::string_view field;
  std::string_view environment;
  Kind kind;
  Member member;
  std::uint64_t least = 0;  // of bytes, counts and milliseconds
  std::uint64_t most = 0;
  std::string_view help;
};

std::span<const Setting> settings() noexcept;

// Sets the member from the environment's text. Answers the rule that the text breaks (the member
// is then unchanged), or an empty text.
std::string read_setting(const Setting& setting, std::string_view text, Config& config);

// The rule that the member's value breaks by being out of range, or an empty text.
std::string range_fault(const Setting& setting, const Config& config);

// The member's value as the environment would write it, and the values that it may have.
std::string value_text(const Setting& setting, const Config& config);
std::string range_text(const Setting& setting);

}  // namespace trace::detail::config
