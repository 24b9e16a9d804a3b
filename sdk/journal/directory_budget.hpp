// SPDX-License-Identifier: Apache-2.0
// DirectoryBudget: the bytes that all journals of a directory may take together, including those of
// other sessions, orphans, quarantine and dead letters. Space is reserved under a lock of the
// directory, so that two sessions do not take the same space.
//
// Dead letters have a share of the budget that nothing else uses, so that there is room for them
// when the rest is used up; they never exceed it.
//
// Thread-safe. A journal in memory has the budget for itself.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>

#include "journal/directory.hpp"
#include "journal/live_files.hpp"

namespace trace::detail::journal {

inline constexpr std::string_view budget_lock_name = ".lock";
inline constexpr std::string_view quarantine_name = "quarantine";
inline constexpr std::string_view dead_letters_name = "rejected.ndjson";
inline constexpr std::string_view old_dead_letters_name = "rejected.old.ndjson";

// Each of dead letters and of quarantine.
constexpr std::uint64_t reserved_share(std::uint64_t budget) noexcept {
  return std::min(budget / 8, std::uint64_t{64} << 20);
}

// Bytes of the directory's files, including the whole share of the dead letters.
std::uint64_t bytes_in(const JournalDirectory& directory, std::uint64_t budget);

class DirectoryBudget {
 public:
  // `directory`: null for a journal in memory.
  DirectoryBudget(SharedDirectory directory, std::uint64_t bytes);

  std::uint64_t bytes() const noexcept { return bytes_; }

  // Calls `take` with the number of bytes that are available, up to `wanted`, if that is at least
  // `least`. `own`: bytes of the caller's journal.
  bool reserve(std::uint64_t wanted, std::uint64_t least, std::uint64_t own,
               const std::function<bool(std::uint64_t)>& take);

  // Bytes of the others, at the last scan.
  std::uint64_t others() const noexcept { return others_.load(std::memory_order_relaxed); }
  void look(std::uint64_t own);

 private:
  const SharedDirectory directory_;
  const std::uint64_t bytes_;
  std::mutex mutex_;
  FileDescriptor lock_file_;
  LiveFileHandle live_;
  std::atomic<std::uint64_t> others_{0};
  std::chrono::steady_clock::time_point full_until_{};
};

}  // namespace trace::detail::journal
