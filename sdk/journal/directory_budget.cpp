#include "journal/directory_budget.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <thread>

#include "journal/descriptor.hpp"

namespace trace::detail {
namespace {

using namespace std::chrono_literals;

// Somebody may be stopped while holding the lock: going over the budget by a little is better than
// waiting for him.
constexpr auto lock_patience = 50ms;
// A full directory is not searched again for each event that asks.
constexpr auto full_pause = 100ms;

// The directory may be one that others use, too.
bool is_ours(std::string_view name) noexcept {
  return name.ends_with(".journal") || name.ends_with(".journal.new") || name.ends_with(".tail") ||
         name == "rejected.ndjson";
}

// Of the files, not of the folders, in a directory.
template <class Counts>
std::uint64_t blocks_of(const std::string& directory, Counts counts) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    struct stat info {};
    if (counts(at->path().filename().string()) && lstat(at->path().c_str(), &info) == 0 &&
        S_ISREG(info.st_mode)) {
      bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
  }
  return bytes;
}

class DirectoryLock {
 public:
  explicit DirectoryLock(int fd) noexcept : fd_(fd) {
    const auto deadline = std::chrono::steady_clock::now() + lock_patience;
    while (!set(F_WRLCK) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
  }
  ~DirectoryLock() { set(F_UNLCK); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  bool set(short type) const noexcept {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return fd_ < 0 || fcntl(fd_, F_OFD_SETLK, &lock) == 0;
  }
  const int fd_;
};

}  // namespace

DirectoryBudget::DirectoryBudget(std::string directory, std::uint64_t bytes)
    : directory_(std::move(directory)), bytes_(bytes) {
  if (directory_.empty()) return;
  lock_fd_ = open_above_standard(directory_ + "/.lock", O_RDWR | O_CREAT, 0600);
  if (lock_fd_ >= 0) live_ = LiveFiles::add(lock_fd_, nullptr, 0);
}

DirectoryBudget::~DirectoryBudget() {
  LiveFiles::remove(live_);
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

std::uint64_t DirectoryBudget::measured() const {
  const auto any = [](std::string_view) { return true; };
  return blocks_of(directory_, is_ours) + blocks_of(directory_ + "/quarantine", any);
}

void DirectoryBudget::look(std::uint64_t own) {
  if (directory_.empty()) return;
  const std::uint64_t all = measured();
  others_.store(all > own ? all - own : 0, std::memory_order_relaxed);
}

bool DirectoryBudget::reserve(std::uint64_t wanted, std::uint64_t least, std::uint64_t own,
                              const std::function<bool(std::uint64_t)>& take) {
  const std::lock_guard guard(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now < full_until_) return false;
  const DirectoryLock lock(lock_fd_);
  look(own);
  const std::uint64_t used = own + others();
  const std::uint64_t room = bytes_ > used ? bytes_ - used : 0;
  if (room < least) {
    if (!directory_.empty()) full_until_ = now + full_pause;
    return false;
  }
  return take(std::min(wanted, room));
}

}  // namespace trace::detail
