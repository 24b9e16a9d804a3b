// SPDX-License-Identifier: Apache-2.0
// ControlGroup: statistics of a control group: OOM kills, CPU time, memory. Versions 1 and 2,
// wherever they are mounted. Returns nullopt for a group that is gone or not readable. Any thread.
#pragma once

#include <sys/types.h>
#include <trace/capture.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "child/loop.hpp"

namespace trace::child {

class ControlGroup {
 public:
  static ControlGroup of(pid_t pid);
  // The first of these paths, relative to the mount point, that is a group.
  static ControlGroup at(const std::vector<std::string>& paths);

  // Number of the group's processes that the OOM killer has killed.
  std::optional<std::uint64_t> out_of_memory_kills() const;
  // CPU time so far and current memory use.
  std::optional<Usage> usage() const;

  explicit operator bool() const noexcept { return !memory_.empty() || !cpu_.empty(); }

 private:
  // Directories; the same one in version 2.
  std::string memory_;
  std::string cpu_;
  bool unified_ = false;
};

// Reads a group's usage from time to time, because a container's group is gone once the container
// has ended. On the Loop's thread.
class UsageReadings final : private Timed {
 public:
  // `places`: see ControlGroup::at().
  UsageReadings(Loop& loop, std::vector<std::string> places);

  // The last reading, with the maximum of all memory readings; nullopt if there was none.
  const std::optional<Usage>& last() const noexcept { return last_; }

 private:
  Steady::time_point next_due() const override { return due_; }
  void tick(Steady::time_point now) override;

  std::vector<std::string> places_;
  ControlGroup group_;
  std::optional<Usage> last_;
  std::chrono::milliseconds pause_;  // doubles after each reading, up to a maximum
  Steady::time_point due_;
};

}  // namespace trace::child
