// SPDX-License-Identifier: Apache-2.0
#include "support/ticks.hpp"

#include "support/statistics.hpp"

namespace trace::bench {

Ticks::Ticks() : source_(detail::best_stamp_source()), ns_per_tick_(1.0) {
  constexpr std::uint64_t calibration_ns = 50'000'000;
  const std::uint64_t begin_ns = detail::monotonic_ns();
  const std::uint64_t begin = now();
  std::uint64_t end_ns = begin_ns;
  while (end_ns - begin_ns < calibration_ns) end_ns = detail::monotonic_ns();
  ns_per_tick_ = static_cast<double>(end_ns - begin_ns) / static_cast<double>(now() - begin);
}

double Ticks::own_ns() const {
  std::vector<std::uint64_t> samples(100'000);
  for (std::uint64_t& sample : samples) {
    const std::uint64_t begin = now();
    sample = now() - begin;
  }
  return ns(median(std::move(samples)));
}

}  // namespace trace::bench
