// SPDX-License-Identifier: Apache-2.0
// The table of the settings that all transports share: field of Config, values, help.
// Config::from_env() and finalize() use it, and docs/configuration.md shows it (a test compares the
// two). The table is constant; the functions are pure.
//
// A transport has a table of its own, its TransportType; transport_settings.cpp uses it for
// validation.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <trace/config.hpp>
#include <trace/transport_type.hpp>
#include "config/amount.hpp"

namespace trace::detail::config {

static_assert(std::same_as<std::size_t, std::uint64_t>, "sizes of Config are read as 64-bit");

struct Setting {
  using Member = std::variant<std::string Config::*, std::uint64_t Config::*,
                              std::chrono::milliseconds Config::*, bool Config::*,
                              WhenFull Config::*, Level Config::*>;

  std::string_view field;
  Member member;
  std::string_view help;
  AmountRange range = {};  // of counts, sizes and durations
};

std::span<const Setting> settings() noexcept;

// "SHIPTRACE_JOURNAL_DIR" of "journal_dir": the name of any setting in the environment.
std::string environment_name(std::string_view setting);

// "name (SHIPTRACE_NAME)": nobody knows here which of the two the user wrote.
std::string both_names(std::string_view setting);

// Sets the member from the environment's text. Returns the rule that the text breaks (the member is
// then unchanged), or an empty text.
std::string read_setting(const Setting& setting, std::string_view text, Config& config);

// The rule that the member's value breaks, or an empty text.
std::string value_fault(const Setting& setting, const Config& config);

// The values that the member may have.
std::string range_text(const Setting& setting);

// True for a line break, a NUL and other characters that no path, URL or header may contain.
bool has_control_character(std::string_view text) noexcept;

// "true" and "false".
std::optional<bool> boolean_from_text(std::string_view text) noexcept;
inline constexpr std::string_view boolean_values = "true or false";
inline constexpr std::string_view control_character_fault =
    "must not contain control characters, such as a newline at its end";

// The settings of all these transports that are credentials and are set. The value of a file that
// cannot be read, or has nothing in it, is empty.
std::vector<Credential> configured_credentials(const Config& config,
                                               const TransportRegistry& transports);

}  // namespace trace::detail::config
