// SPDX-License-Identifier: Apache-2.0
#include "journal/live_files.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>

namespace trace::detail::journal {
namespace {

constexpr int unclaimed = -1;
constexpr int closed = -2;

constinit std::array<LiveFile, 1024> files{};
constinit std::atomic<std::uint32_t> forks{0};
constinit struct sigaction former_action {};

bool lay_anonymous_memory(std::byte* at, std::size_t bytes) noexcept {
  return mmap(at, bytes, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

void release_in_child() noexcept {
  forks.fetch_add(1, std::memory_order_relaxed);
  for (LiveFile& file : files) {
    if (!file.in_use.load(std::memory_order_acquire)) continue;
    if (std::byte* base = file.base.load()) lay_anonymous_memory(base, file.mapped_bytes.load());
    if (const int fd = file.fd.exchange(unclaimed); fd >= 0) ::close(fd);
    file.in_use.store(false);
  }
}

LiveFile* file_mapped_at(const std::byte* address) noexcept {
  for (LiveFile& file : files) {
    if (!file.in_use.load(std::memory_order_acquire)) continue;
    const std::byte* base = file.base.load();
    if (base != nullptr && address >= base && address < base + file.mapped_bytes.load()) {
      return &file;
    }
  }
  return nullptr;
}

void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  if ((former_action.sa_flags & SA_SIGINFO) != 0) {
    former_action.sa_sigaction(signal, info, context);
  } else if (former_action.sa_handler != SIG_DFL && former_action.sa_handler != SIG_IGN) {
    former_action.sa_handler(signal);
  } else {
    // The access is repeated when this handler returns, and then kills the process.
    std::signal(signal, SIG_DFL);
  }
}

void on_sigbus(int signal, siginfo_t* info, void* context) noexcept {
  const int error = errno;
  auto* address = static_cast<std::byte*>(info->si_addr);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  LiveFile* file = file_mapped_at(address);
  if (file != nullptr) LiveFiles::look_for_truncation(*file);
  if (file == nullptr ||
      !lay_anonymous_memory(address - reinterpret_cast<std::uintptr_t>(address) % page, page)) {
    pass_on(signal, info, context);
  }
  errno = error;
}

}  // namespace

void LiveFiles::look_for_truncation(LiveFile& file) noexcept {
  for (;;) {
    // Loaded before the length is read: another thread may extend the file in between.
    std::uint64_t expected = file.file_bytes.load();
    struct stat info {};
    if (fstat(file.fd.load(), &info) != 0) return;
    const auto found = static_cast<std::uint64_t>(info.st_size);
    if (found >= expected) return;
    if (!file.file_bytes.compare_exchange_strong(expected, found)) continue;
    std::uint64_t shortest = file.shortest_bytes.load();
    while (found < shortest && !file.shortest_bytes.compare_exchange_weak(shortest, found)) {
    }
    file.truncations.fetch_add(1);
    return;
  }
}

void LiveFiles::follow_forks() noexcept {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(nullptr, nullptr, release_in_child); });
}

LiveFile* LiveFiles::add(int fd, std::byte* base, std::size_t mapped_bytes) noexcept {
  follow_forks();
  for (LiveFile& file : files) {
    if (file.in_use.load(std::memory_order_relaxed)) continue;
    // Claimed by its descriptor, visible to the handlers only when complete.
    int none = unclaimed;
    if (!file.fd.compare_exchange_strong(none, fd)) continue;
    file.base.store(base);
    file.mapped_bytes.store(mapped_bytes);
    file.file_bytes.store(0);
    file.truncations.store(0);
    file.shortest_bytes.store(UINT64_MAX);
    file.in_use.store(true, std::memory_order_release);
    return &file;
  }
  return nullptr;
}

void LiveFiles::remove(LiveFile* file) noexcept {
  if (file == nullptr) return;
  file->in_use.store(false);
  file->base.store(nullptr);
  file->fd.store(unclaimed);
}

void LiveFiles::descriptor_closed(LiveFile* file) noexcept {
  if (file != nullptr) file->fd.store(closed);
}

void LiveFiles::guard_against_truncation() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = on_sigbus;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &former_action);
  });
}

std::uint32_t LiveFiles::fork_count() noexcept { return forks.load(std::memory_order_relaxed); }

}  // namespace trace::detail::journal
