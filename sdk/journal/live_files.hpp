// SPDX-License-Identifier: Apache-2.0
// LiveFiles: the journal files that this process holds, in a table that a signal handler and a
// forked child may read: no lock, no heap memory.
//
// A child of fork() releases all of them immediately (a pthread_atfork handler): it closes the
// descriptors, so that the journal of a dead parent can be adopted while the child lives, and maps
// anonymous memory over the mappings, so that nothing that the child does reaches the parent's
// file. When a mapped journal is truncated, the kernel raises SIGBUS at the next access; the guard
// maps anonymous memory over the missing page and notes it. Any other SIGBUS is passed to the
// previous handler.
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
  // The length that we gave the file, or a shorter one that was found since.
  std::atomic<std::uint64_t> file_bytes{0};
  std::atomic<std::uint64_t> truncations{0};
  std::atomic<std::uint64_t> shortest_bytes{UINT64_MAX};  // after a truncation
};

class LiveFiles {
 public:
  // Starts counting forks, see fork_count().
  static void follow_forks() noexcept;

  // Null if the table is full; the file is then used without this protection.
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
// Removes the file from the table. Declared after the descriptor, so that it is destroyed first.
using LiveFileHandle = std::unique_ptr<LiveFile, LiveFileRemover>;

}  // namespace trace::detail::journal
