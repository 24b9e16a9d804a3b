// SPDX-License-Identifier: Apache-2.0
// The counting sink's final report.
#pragma once

#include <cstdint>

#include "support/server.hpp"

namespace trace::bench {

struct Counted {
  std::uint64_t events = 0;
  std::uint64_t requests = 0;
  std::uint64_t body_bytes = 0;
  // How long events with a member "t" were on their way.
  double p50_ns = 0;
  double p99_ns = 0;
  double max_ns = 0;
};

Counted counted_by(Server& sink);

}  // namespace trace::bench
