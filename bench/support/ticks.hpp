// SPDX-License-Identifier: Apache-2.0
// The finest clock there is, for single calls, and how long its ticks are.
#pragma once

#include <cstdint>

#include <trace/detail/stamp.hpp>

namespace trace::bench {

class Ticks {
 public:
  // Calibrates for some milliseconds.
  Ticks();

  std::uint64_t now() const noexcept { return detail::stamp_now(source_); }
  double ns(std::uint64_t ticks) const noexcept {
    return static_cast<double>(ticks) * ns_per_tick_;
  }
  // The median difference of two adjacent calls of now().
  double own_ns() const;

 private:
  detail::StampSource source_;
  double ns_per_tick_;
};

}  // namespace trace::bench
