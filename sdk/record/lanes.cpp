// SPDX-License-Identifier: Apache-2.0
#include "record/lanes.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

namespace trace::detail::record {

Lane& Lanes::acquire() {
  const std::lock_guard lock(mutex_);
  if (!free_.empty()) {
    Lane& lane = *free_.back();
    free_.pop_back();
    return lane;
  }
  Lane& lane =
      lanes_.emplace_back(pool_, static_cast<std::uint32_t>(lanes_.size()), source_, when_empty_);
  lane.admission = &admission_;
  free_.reserve(lanes_.size());  // so that release() does not allocate
  return lane;
}

void Lanes::release(Lane& lane) {
  const std::lock_guard lock(mutex_);
  free_.push_back(&lane);
}

Lane& Lanes::lock_shared() {
  std::unique_lock lock(shared_mutex_);
  if (shared_ == nullptr) shared_ = &acquire();
  lock.release();
  return *shared_;
}

std::uint64_t Lanes::accepted() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const Lane& lane : lanes_) sum += lane.accepted.load(std::memory_order_relaxed);
  return sum;
}

bool Lanes::wait_until_quiet(std::chrono::steady_clock::time_point deadline) const {
  // Producers order "busy" before reading "closed" by program order only; this is the barrier for
  // both sides.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0 &&
      (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0 ||
       syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)) {
    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
  }
  const std::lock_guard lock(mutex_);
  for (const Lane& lane : lanes_) {
    while (lane.busy.load(std::memory_order_acquire)) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::yield();
    }
  }
  return true;
}

}  // namespace trace::detail::record
