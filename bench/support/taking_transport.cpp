// SPDX-License-Identifier: Apache-2.0
#include "support/taking_transport.hpp"

#include <fmt/format.h>

#include <map>

namespace trace::bench {

SendResult TakingTransport::send(const Batch& batch,
                                 std::chrono::steady_clock::time_point) noexcept {
  SendResult result;
  result.kind = SendResult::Kind::acknowledged;
  for (const OutgoingRun& run : batch.runs) {
    RunAcknowledgement& taken = result.runs.emplace_back();
    taken.run_id = run.run_id;
    std::map<std::uint32_t, std::uint64_t> through;
    for (const OutgoingEvent& event : run.events) through[event.lane] = event.sequence;
    for (const auto& [lane, sequence] : through) {
      taken.through.push_back({fmt::format("{}-{}", batch.session, lane), sequence});
    }
  }
  return result;
}

std::unique_ptr<Transport> TakingTransport::another() const {
  return std::make_unique<TakingTransport>();
}

}  // namespace trace::bench
