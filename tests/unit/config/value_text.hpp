// SPDX-License-Identifier: Apache-2.0
// value_text(): a member's value as the environment would write it. Pure function.
#pragma once

#include <string>
#include <type_traits>
#include <variant>

#include <trace/duration.hpp>
#include "config/settings.hpp"

namespace trace::testing {

inline std::string value_text(const detail::config::Setting& setting, const Config& config) {
  return std::visit(
      [&](auto member) -> std::string {
        const auto& value = config.*member;
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return value;
        } else if constexpr (std::is_same_v<Value, bool>) {
          return value ? "true" : "false";
        } else if constexpr (std::is_same_v<Value, WhenFull>) {
          return value == WhenFull::drop ? "drop" : "block";
        } else if constexpr (std::is_same_v<Value, Level>) {
          return std::string(name(value));
        } else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>) {
          return duration_text(value);
        } else {
          return detail::config::amount_text(setting.range.unit, value);
        }
      },
      setting.member);
}

}  // namespace trace::testing
