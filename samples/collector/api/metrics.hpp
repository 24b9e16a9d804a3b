// SPDX-License-Identifier: Apache-2.0
// Counts of what the collector has done since it was started, for GET /metrics. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace trace::collector::api {

struct Metrics {
  std::atomic<std::uint64_t> envelopes{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> store_failures{0};
  std::atomic<std::uint64_t> streams{0};  // open now

  // In the text format of Prometheus, version 0.0.4.
  std::string text() const;
};

}  // namespace trace::collector::api
