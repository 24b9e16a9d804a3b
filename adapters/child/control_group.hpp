// ControlGroup: what the kernel counts for a group of processes: who was killed for want of memory,
// and what they used. Version 1 and 2 of control groups, wherever they are mounted. A group that is
// gone, or that we may not read, answers nothing. Any thread.
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
  // That a running process is in.
  static ControlGroup of(pid_t pid);
  // The first of these paths that is a group, seen from where the groups are mounted.
  static ControlGroup at(const std::vector<std::string>& paths);

  // Processes of the group that the kernel has killed because memory ran out.
  std::optional<std::uint64_t> out_of_memory_kills() const;
  // CPU time so far, and the memory in use now.
  std::optional<Usage> usage() const;

  explicit operator bool() const noexcept { return !memory_.empty() || !cpu_.empty(); }

 private:
  // Directories; with version 2 both are the same.
  std::string memory_;
  std::string cpu_;
  bool unified_ = false;
};

}  // namespace trace::child
