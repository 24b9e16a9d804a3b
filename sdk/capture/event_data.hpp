// SPDX-License-Identifier: Apache-2.0
// JSON texts of the chain: `data` of events about omitted lines, and of lines that are recorded
// late. Used for recording and for recovery. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "capture/captured_event.hpp"

namespace trace::detail::capture {

// {"stream":…,"origin":…} and what else there is to say of the event.
std::string data_of(const CapturedEvent& event, std::string_view origin);
// {"omitted":{"lines":…,"bytes":…,"sha256":…,"stdout":{…}}}
std::string data_of(const Omission& omission);
// "12 lines (3456 bytes) were left out".
std::string text_of(const lines::LineVolume& omitted);

}  // namespace trace::detail::capture
