// SPDX-License-Identifier: Apache-2.0
// JournalFile: the mapped file of a session's journal: its header and its extents. Provides raw
// slabs and does not interpret records. The keeper grows it; if necessary a producer does. Also the
// notes in the header, which adapters leave for the process that adopts the journal.
//
// A file is created and locked under a temporary name and then renamed, so that the owner of a name
// ending in ".journal" is either alive or dead, never about to appear. Without a usable directory
// the journal is in anonymous memory and does not survive its process.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <trace/result.hpp>

#include "journal/directory.hpp"
#include "journal/format.hpp"
#include "journal/live_files.hpp"

namespace trace::detail::journal {

struct JournalIdentity {
  std::string session;    // ULID
  std::string transport;  // where its events are sent
  std::string endpoint;
};

class JournalFile {
 public:
  static constexpr std::uint64_t default_capacity = std::uint64_t{1} << 32;

  // `capacity`: address space to reserve, in bytes; the maximum size of the file. On failure
  // returns the system's error and leaves nothing behind.
  static Result<std::unique_ptr<JournalFile>> create(SharedDirectory directory,
                                                     const JournalIdentity& identity,
                                                     std::uint64_t capacity = default_capacity);
  static std::unique_ptr<JournalFile> in_memory(const JournalIdentity& identity,
                                                std::uint64_t capacity = default_capacity);

  ~JournalFile();

  FileHeader& header() const noexcept { return *header_; }
  bool crash_safe() const noexcept { return directory_ != nullptr; }
  // The path for messages and the name in directory(); empty for one in memory.
  const std::string& path() const noexcept { return path_; }
  const std::string& name() const noexcept { return name_; }
  // Its directory; null for one in memory.
  const SharedDirectory& directory() const noexcept { return directory_; }

  // Reserved on disk now.
  std::uint64_t bytes() const noexcept { return bytes_; }

  // Makes the pages of a slab that has none writable, so that their first use costs a producer
  // nothing. Zeros its bytes. Thread-safe.
  void fill(std::byte* slab, std::uint32_t bytes) noexcept;

  // Reserves and maps `count` more slabs, without pages; null if the disk, the address space or the
  // extent table is full. The caller serialises calls.
  std::byte* add_extent(std::uint32_t slab_bytes, std::uint32_t count) noexcept;
  // Frees a slab's disk space and reserves it again; the bytes are zero afterwards. False if the
  // system does not support it.
  bool discard(std::byte* slab, std::uint32_t bytes) noexcept;
  bool restore(std::byte* slab, std::uint32_t bytes) noexcept;

  // Number of truncations by other processes that an access to a missing page or
  // look_for_truncation() has detected. What was beyond the new end is lost.
  std::uint64_t truncations() const noexcept {
    return live_ == nullptr ? 0 : live_->truncations.load(std::memory_order_acquire);
  }
  // Compares the file's length with the one that it should have.
  void look_for_truncation() noexcept {
    if (live_ != nullptr) LiveFiles::look_for_truncation(*live_);
  }
  // The counter itself; null for a journal in memory.
  const std::atomic<std::uint64_t>* truncation_count() const noexcept {
    return live_ == nullptr ? nullptr : &live_->truncations;
  }
  // Whether no truncation affected these bytes.
  bool kept(const std::byte* base, std::size_t bytes) const noexcept;
  // Whether the file still has its name in the directory of its path.
  bool is_named() const noexcept;

  // Leaves only the header for readers and frees the space of all slabs; mappings stay.
  void forget_events() noexcept;
  // Removes the file; mappings stay.
  void remove() noexcept;
  // Unlocks the file, so that another process may deliver what is left; mappings stay. No slab is
  // added afterwards.
  void release() noexcept;

 private:
  JournalFile() = default;
  bool map_header(const JournalIdentity& identity, std::uint64_t capacity) noexcept;
  bool set_addresses_aside(std::uint64_t capacity) noexcept;
  bool reserve(std::uint64_t offset, std::uint64_t bytes) noexcept;
  std::byte* map(std::uint64_t offset, std::uint64_t bytes) noexcept;

  std::mutex descriptor_mutex_;  // held while fd_ is written to or closed
  int fd_ = -1;
  SharedDirectory directory_;
  std::string name_;
  std::string path_;
  LiveFile* live_ = nullptr;
  FileHeader* header_ = nullptr;
  std::byte* base_ = nullptr;
  std::uint64_t capacity_ = 0;
  std::uint64_t end_ = 0;  // of the extents
  std::uint32_t extents_ = 0;
  std::atomic<std::uint64_t> bytes_{0};
};

// Makes pages writable again that may have been written back; keeps their bytes, which no other
// thread may change meanwhile.
void populate(std::byte* base, std::size_t bytes) noexcept;

// Left in the header by a session for whoever adopts its journal. The owner is the adapter that
// wrote it; only the owner knows what the bytes mean.
struct Note {
  std::string_view owner;
  std::string_view bytes;
  bool operator==(const Note&) const = default;
};

// True if the journal contains the note now. False if it has no owner or does not fit. Under the
// session's lock.
bool add_note(FileHeader& header, const Note& note) noexcept;

// All notes up to the first damaged one, of a header that is untrusted; views into it.
std::vector<Note> notes_of(const FileHeader& header);

}  // namespace trace::detail::journal
