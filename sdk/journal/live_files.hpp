// LiveFiles: the journal files that this process holds, in a table that a signal handler and a
// forked child may read: no lock, no memory of the heap.
//
// A child of fork() lets go of all of them at once (a handler of pthread_atfork): it closes the
// descriptors, so that the journal of a dead parent can be adopted while the child lives, and lays
// anonymous memory over the mappings, so that nothing that the child does reaches the parent's
// file. When somebody truncates a mapped journal, the kernel answers the next access with SIGBUS;
// the guard lays anonymous memory over the missing page and notes it. Other SIGBUSes go to whoever
// handled them before.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace trace::detail::journal {

struct LiveFile {
  std::atomic<bool> in_use{false};
  std::atomic<int> fd{-1};                // negative: none
  std::atomic<std::byte*> base{nullptr};  // null: a descriptor without a mapping
  std::atomic<std::size_t> mapped_bytes{0};
  // The length that the file has by our own doing, or that a fault found it cut to.
  std::atomic<std::uint64_t> file_bytes{0};
  std::atomic<std::uint64_t> truncations{0};
  std::atomic<std::uint64_t> shortest_bytes{UINT64_MAX};  // that a truncation left
};

class LiveFiles {
 public:
  // From now on forks are counted, see fork_count().
  static void follow_forks() noexcept;

  // Null when the table is full; the file is then used without this care.
  static LiveFile* add(int fd, std::byte* base, std::size_t mapped_bytes) noexcept;
  static void remove(LiveFile* file) noexcept;
  // The descriptor was closed; the mapping stays.
  static void descriptor_closed(LiveFile* file) noexcept;

  // Compares the file's length with the one that it should have. Signal-safe.
  static void look_for_truncation(LiveFile& file) noexcept;

  // Installs the SIGBUS handler, once per process.
  static void guard_against_truncation() noexcept;

  // How many times fork() made this process: 0, 1 … . A child of _Fork() has its parent's number:
  // it must not allocate memory, because a thread that it does not have may hold the heap's locks.
  static std::uint32_t fork_count() noexcept;
};

struct LiveFileRemover {
  void operator()(LiveFile* file) const noexcept { LiveFiles::remove(file); }
};
// Takes the file off the table at its end. Declared behind the descriptor, so that it ends first.
using LiveFileHandle = std::unique_ptr<LiveFile, LiveFileRemover>;

}  // namespace trace::detail::journal
