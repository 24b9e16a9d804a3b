// SPDX-License-Identifier: Apache-2.0
// One measurement of delivery: events recorded by a few threads until a backend has acknowledged
// the last of them.
#pragma once

#include <cstdint>
#include <string>

#include "support/report.hpp"

namespace trace::bench {

inline constexpr const char* in_process = "in the same process";
inline constexpr const char* counting_sink = "counting sink";
inline constexpr const char* collector = "collector";

struct DeliveryCase {
  std::string backend;      // one of those above
  std::string compression;  // identity, gzip, zstd
  std::uint64_t events;
  unsigned threads;
  std::uint64_t runs = 1;     // each thread works for its share of them, one after the other
  std::uint64_t secrets = 0;  // registered; none of them occurs
};

// Reports what it measured; throws when something went wrong. To be called in a process of its
// own: a peak of memory stays.
void measure_delivery(const DeliveryCase& which, const Report& out);

}  // namespace trace::bench
