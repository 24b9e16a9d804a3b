// SPDX-License-Identifier: Apache-2.0
#include "ship/event_head.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trace::detail::ship {

EventHead::EventHead(std::string_view session_id) : session_id_(session_id) {
  for (std::size_t type = 0; type < types; ++type) {
    for (std::size_t level = 0; level < levels; ++level) {
      kinds_[type][level].assign(fmt::format(R"(,"type":"{}","level":"{}","timestamp":)",
                                             name(static_cast<Type>(type)),
                                             name(static_cast<Level>(level))));
    }
  }
}

void EventHead::set_time(std::vector<time::Calibration> points) {
  points_ = std::move(points);
  valid_for_ = 0;
}

std::int64_t EventHead::convert(std::uint64_t stamp) noexcept {
  constexpr std::uint64_t most_ticks = 86'400'000'000'000;
  constexpr double slowest_tick_ns = 1000;  // 64 bits of nanoseconds hold that many
  const auto next = std::upper_bound(
      points_.begin(), points_.end(), stamp,
      [](std::uint64_t value, const time::Calibration& point) { return value < point.stamp; });
  const bool before_all = next == points_.begin();
  point_ = points_.empty() ? time::Calibration{} : before_all ? points_.front() : *(next - 1);
  valid_for_ = 0;
  if (!before_all && point_.ns_per_tick < slowest_tick_ns) {
    const std::uint64_t until_next =
        (next == points_.end() ? UINT64_MAX : next->stamp) - point_.stamp;
    valid_for_ = std::min(until_next, most_ticks);
  }
  return time::extrapolate(point_, stamp);
}

}  // namespace trace::detail::ship
