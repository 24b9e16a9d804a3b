// SPDX-License-Identifier: Apache-2.0
// The settings of one transport, as its TransportType lists them: values, ranges, faults. What
// settings.hpp does for the members of Config. Pure functions, but that a file's fault looks at the
// file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <trace/transport_type.hpp>
#include "config/amount.hpp"

namespace trace::detail::config {

bool is_amount(const TransportSetting& setting) noexcept;
AmountRange range_of(const TransportSetting& setting) noexcept;

// The rule that the value breaks, or an empty text. An empty value, which is an unset one, is not
// wrong.
std::string value_fault(const TransportSetting& setting, const std::string& value);

// The settings of all these transports that are credentials and are set. The value of a file that
// cannot be read, or has nothing in it, is empty.
std::vector<Credential> configured_credentials(const Config& config,
                                               const TransportRegistry& transports);

// "name (SHIPTRACE_NAME)": nobody knows here which of the two the user wrote.
std::string both_names(std::string_view setting);

}  // namespace trace::detail::config
