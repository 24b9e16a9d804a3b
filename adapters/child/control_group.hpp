// SPDX-License-Identifier: Apache-2.0
// ControlGroup: statistics of a control group: OOM kills, CPU time, memory. Versions 1 and 2,
// wherever they are mounted. Returns nullopt for a group that is gone or not readable. Any thread.
#pragma once

#include <sys/types.h>
#include <trace/capture.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trace::child {

class ControlGroup {
 public:
  // The group of a running process.
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

}  // namespace trace::child
