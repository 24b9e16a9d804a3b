// SPDX-License-Identifier: Apache-2.0
// A control group that limits the memory of the processes that join it, page cache included.
#pragma once

#include <cstdint>
#include <string>

namespace trace::bench {

class MemoryGroup {
 public:
  // A child of the group of this process, version 1 or 2. Throws std::runtime_error with the reason
  // where that is not possible.
  explicit MemoryGroup(std::uint64_t limit);
  // Every process of it must have ended.
  ~MemoryGroup();
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  // The calling process, which must have one thread. Throws std::runtime_error.
  void join() const;

 private:
  std::string path_;
};

}  // namespace trace::bench
