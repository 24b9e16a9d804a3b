// SPDX-License-Identifier: Apache-2.0
// A backend in the same process that takes every event at once: what is left is the SDK's own cost.
#pragma once

#include <trace/transport.hpp>

namespace trace::bench {

class TakingTransport final : public Transport {
 public:
  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override;
  std::unique_ptr<Transport> another() const override;
};

}  // namespace trace::bench
