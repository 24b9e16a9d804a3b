// The texts of what the chain tells beside lines: `data` of the events that stand for lines that
// were left out, and of lines that are recorded late. Used where events are recorded and where they
// are recovered. Pure functions.
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
