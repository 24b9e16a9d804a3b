// SPDX-License-Identifier: Apache-2.0
// UsageReadings: reads a container's resource usage from its control group while it runs, because
// the group is gone once it has ended. Only if the group is on this machine in one of the usual
// places; its name contains the container's id, so it cannot be another's. On the capture's thread.
#pragma once

#include <trace/capture.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "child/control_group.hpp"
#include "child/loop.hpp"

namespace trace::docker {

class UsageReadings final : private child::Timed {
 public:
  // `id`: the container's id, 64 hexadecimal digits.
  UsageReadings(child::Loop& loop, const std::string& id);

  // The last reading, with the maximum of all memory readings; nullopt if there was none.
  const std::optional<Usage>& last() const noexcept { return last_; }

 private:
  child::Steady::time_point next_due() const override { return due_; }
  void tick(child::Steady::time_point now) override;

  std::vector<std::string> places_;
  child::ControlGroup group_;
  std::optional<Usage> last_;
  std::chrono::milliseconds pause_;  // doubles after each reading, up to a maximum
  child::Steady::time_point due_;
};

}  // namespace trace::docker
