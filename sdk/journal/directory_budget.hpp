// DirectoryBudget: the bytes that all journals of a directory may take together, whoever wrote
// them: other sessions, orphans, quarantine, dead letters. What is reserved is reserved under a
// lock of the directory, so that two sessions do not take the same room.
//
// Thread-safe. A journal in memory has the budget for itself.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "journal/live_files.hpp"

namespace trace::detail {

class DirectoryBudget {
 public:
  // `directory`: empty for a journal in memory.
  DirectoryBudget(std::string directory, std::uint64_t bytes);
  ~DirectoryBudget();
  DirectoryBudget(const DirectoryBudget&) = delete;
  DirectoryBudget& operator=(const DirectoryBudget&) = delete;

  std::uint64_t bytes() const noexcept { return bytes_; }

  // Calls `take` with the number of bytes that there is room for, up to `wanted`, when that is at
  // least `least`. `own` is what the caller's journal has already.
  bool reserve(std::uint64_t wanted, std::uint64_t least, std::uint64_t own,
               const std::function<bool(std::uint64_t)>& take);

  // What the others take, as of the last look.
  std::uint64_t others() const noexcept { return others_.load(std::memory_order_relaxed); }
  void look(std::uint64_t own);

 private:
  std::uint64_t measured() const;

  const std::string directory_;
  const std::uint64_t bytes_;
  std::mutex mutex_;
  int lock_fd_ = -1;
  LiveFile* live_ = nullptr;
  std::atomic<std::uint64_t> others_{0};
  std::chrono::steady_clock::time_point full_until_{};
};

}  // namespace trace::detail
