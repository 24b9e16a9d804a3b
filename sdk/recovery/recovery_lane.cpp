// SPDX-License-Identifier: Apache-2.0
#include "recovery/recovery_lane.hpp"

#include "contract/timestamp.hpp"
#include "record/event_parts.hpp"

namespace trace::detail::recovery {

bool RecoveryLane::record(const EventBody& body) noexcept {
  if (!record::record_unsearched(lane_, node_, body)) return false;
  ++recorded_;
  return true;
}

void TailEvents::event(const capture::CapturedEvent& event) {
  const std::string data = capture::data_of(event, tail_.origin());
  std::string timestamp;
  contract::append_timestamp(timestamp, event.at.time_since_epoch().count());
  lane_.record(
      {.level = event.level, .message = event.message, .data = data, .timestamp = timestamp});
}

void TailEvents::omitted(const capture::Omission& omission) {
  const std::string data = capture::data_of(omission);
  const std::string text = capture::text_of(omission.all);
  std::string timestamp;
  contract::append_timestamp(timestamp, tail_.first_wall_ns());
  lane_.record({.message = text, .data = data, .timestamp = timestamp});
}

}  // namespace trace::detail::recovery
