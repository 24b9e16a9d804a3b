// SPDX-License-Identifier: Apache-2.0
#include "collector/api/metrics.hpp"

#include <fmt/core.h>

#include <iterator>

namespace trace::collector::api {

std::string Metrics::text() const {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view type, std::string_view help,
                          const std::atomic<std::uint64_t>& value) {
    fmt::format_to(std::back_inserter(out), "# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, type,
                   help, value.load(std::memory_order_relaxed));
  };
  add("shiptrace_envelopes_total", "counter", "Envelopes that were stored or known.", envelopes);
  add("shiptrace_events_accepted_total", "counter", "Events that were stored.", accepted);
  add("shiptrace_events_duplicate_total", "counter", "Events that had been stored before.",
      duplicates);
  add("shiptrace_events_rejected_total", "counter", "Events that violate the contract.", rejected);
  add("shiptrace_store_failures_total", "counter", "Requests that the store could not serve.",
      store_failures);
  add("shiptrace_streams", "gauge", "Live streams that are open.", streams);
  return out;
}

}  // namespace trace::collector::api
