// SPDX-License-Identifier: Apache-2.0
// UTC of any stamp, by the points of a WallTime. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "time/wall_time.hpp"

namespace trace::testing {

// Converts with the latest point that is not after the stamp, otherwise with the first. `points` is
// not empty.
inline std::int64_t wall_ns_at(const std::vector<detail::time::Calibration>& points,
                               std::uint64_t stamp) {
  const auto after =
      std::upper_bound(points.begin(), points.end(), stamp,
                       [](std::uint64_t value, const auto& point) { return value < point.stamp; });
  return detail::time::extrapolate(after == points.begin() ? points.front() : *(after - 1), stamp);
}

}  // namespace trace::testing
