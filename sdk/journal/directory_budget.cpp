// SPDX-License-Identifier: Apache-2.0
#include "journal/directory_budget.hpp"

#include <fcntl.h>

#include <algorithm>

#include "journal/descriptor.hpp"

namespace trace::detail::journal {
namespace {

using namespace std::chrono_literals;

// A full directory is not scanned again for each event.
constexpr auto full_pause = 100ms;

// The directory may contain files of other programs.
bool is_of_a_session(std::string_view name) {
  return name.ends_with(".journal") || name.ends_with(".journal.new") || name.ends_with(".tail");
}

// Sum over the files, not the folders, of a directory.
template <class Counts>
std::uint64_t blocks_of(const JournalDirectory& directory, Counts counts) {
  std::uint64_t bytes = 0;
  for (const std::string& name : directory.names().value_or(std::vector<std::string>())) {
    if (!counts(name)) continue;
    const auto info = directory.status(name);
    if (info && S_ISREG(info->st_mode)) bytes += disk_bytes(*info);
  }
  return bytes;
}

}  // namespace

std::uint64_t bytes_in(const JournalDirectory& directory, std::uint64_t budget) {
  const auto any = [](std::string_view) { return true; };
  const auto is_dead_letters = [](std::string_view name) {
    return name == dead_letters_name || name == old_dead_letters_name;
  };
  // Their share is reserved, used or not.
  std::uint64_t bytes = std::max(blocks_of(directory, is_dead_letters), reserved_share(budget));
  bytes += blocks_of(directory, is_of_a_session);
  if (!directory.status(quarantine_name)) return bytes;
  const auto quarantine = directory.folder(quarantine_name);
  return quarantine ? bytes + blocks_of(**quarantine, any) : bytes;
}

DirectoryBudget::DirectoryBudget(SharedDirectory directory, std::uint64_t bytes)
    : directory_(std::move(directory)), bytes_(bytes) {
  if (directory_ == nullptr) return;
  lock_file_ = directory_->open_file(budget_lock_name, O_RDWR | O_CREAT).file;
  if (lock_file_) live_.reset(LiveFiles::add(lock_file_.get(), nullptr, 0));
}

void DirectoryBudget::look(std::uint64_t own) {
  if (directory_ == nullptr) return;
  const std::uint64_t all = bytes_in(*directory_, bytes_);
  others_.store(all > own ? all - own : 0, std::memory_order_relaxed);
}

bool DirectoryBudget::reserve(std::uint64_t wanted, std::uint64_t least, std::uint64_t own,
                              const std::function<bool(std::uint64_t)>& take) {
  const std::lock_guard guard(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now < full_until_) return false;
  // If a process is stopped while it holds the lock, exceeding the budget a little is better than
  // waiting.
  const PatientLock lock(lock_file_.get());
  look(own);
  const std::uint64_t used = own + others();
  const std::uint64_t room = bytes_ > used ? bytes_ - used : 0;
  if (room < least) {
    if (directory_ != nullptr) full_until_ = now + full_pause;
    return false;
  }
  return take(std::min(wanted, room));
}

}  // namespace trace::detail::journal
