// SPDX-License-Identifier: Apache-2.0
// Order statistics of samples.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace trace::bench {

// The value below which the part `quantile` (0 to 1) of the sorted samples is; at least one
// sample.
template <class T>
T at_quantile(const std::vector<T>& sorted, double quantile) {
  const auto place = static_cast<std::size_t>(quantile * static_cast<double>(sorted.size()));
  return sorted[std::min(place, sorted.size() - 1)];
}

template <class T>
T median(std::vector<T> samples) {
  std::sort(samples.begin(), samples.end());
  return at_quantile(samples, 0.5);
}

}  // namespace trace::bench
