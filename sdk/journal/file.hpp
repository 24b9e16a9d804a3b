// JournalFile: the mapped file behind a session's journal: its header and its extents. It hands
// out raw slabs and knows nothing of records. The keeper grows it; in need a producer does.
//
// A file is created and locked under a temporary name and then renamed, so that a name ending in
// ".journal" always has a live owner or none, never an owner-to-be. Without a directory that can
// be used, the journal lies in anonymous memory and does not survive its process.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <trace/result.hpp>

#include "journal/directory.hpp"
#include "journal/format.hpp"
#include "journal/live_files.hpp"

namespace trace::detail::journal {

struct JournalIdentity {
  std::string session;    // ULID
  std::string transport;  // where its events are bound for
  std::string endpoint;
};

class JournalFile {
 public:
  static constexpr std::uint64_t default_capacity = std::uint64_t{1} << 32;

  // `capacity`: addresses to set aside, in bytes; the file cannot outgrow them. Fails with what the
  // system says; nothing is left behind then.
  static Result<std::unique_ptr<JournalFile>> create(SharedDirectory directory,
                                                     const JournalIdentity& identity,
                                                     std::uint64_t capacity = default_capacity);
  static std::unique_ptr<JournalFile> in_memory(const JournalIdentity& identity,
                                                std::uint64_t capacity = default_capacity);

  ~JournalFile();
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;

  FileHeader& header() const noexcept { return *header_; }
  bool crash_safe() const noexcept { return directory_ != nullptr; }
  // The path for people and its name in directory(); empty for one in memory.
  const std::string& path() const noexcept { return path_; }
  const std::string& name() const noexcept { return name_; }
  // The directory that it lies in; null for one in memory.
  const SharedDirectory& directory() const noexcept { return directory_; }

  // Reserved on disk now.
  std::uint64_t bytes() const noexcept { return bytes_; }

  // Reserves and maps `count` slabs more, not populated; null when the disk, the addresses or the
  // extent table are full. The caller serialises calls.
  std::byte* add_extent(std::uint32_t slab_bytes, std::uint32_t count) noexcept;
  // Gives a slab's space back to the disk, and reserves it again; the bytes are zero then. False
  // when the system does not.
  bool discard(std::byte* slab, std::uint32_t bytes) noexcept;
  bool restore(std::byte* slab, std::uint32_t bytes) noexcept;

  // How often somebody else truncated the file, as far as an access to a missing page or
  // look_for_truncation() has found. What was beyond its new end is gone.
  std::uint64_t truncations() const noexcept {
    return live_ == nullptr ? 0 : live_->truncations.load(std::memory_order_acquire);
  }
  // Compares the file's length with the one that it should have.
  void look_for_truncation() noexcept {
    if (live_ != nullptr) LiveFiles::look_for_truncation(*live_);
  }
  // The same as it is counted; null: nobody can.
  const std::atomic<std::uint64_t>* truncation_count() const noexcept {
    return live_ == nullptr ? nullptr : &live_->truncations;
  }
  // Whether every truncation left these bytes alone.
  bool kept(const std::byte* base, std::size_t bytes) const noexcept;
  // Whether the file still has its name, in the directory that its path leads to.
  bool is_named() const noexcept;

  // Leaves only the header for readers, and gives the space of all slabs back; mappings stay.
  void forget_events() noexcept;
  // Takes the file off the disk; mappings stay.
  void remove() noexcept;
  // Lets go of the lock, so that somebody else may deliver what is left; mappings stay. No slab is
  // added afterwards.
  void release() noexcept;

 private:
  JournalFile() = default;
  bool map_header(const JournalIdentity& identity, std::uint64_t capacity) noexcept;
  bool set_addresses_aside(std::uint64_t capacity) noexcept;
  bool reserve(std::uint64_t offset, std::uint64_t bytes) noexcept;
  std::byte* map(std::uint64_t offset, std::uint64_t bytes) noexcept;

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

// Write-faults the pages now, so that their first use costs a producer nothing.
void populate(std::byte* base, std::size_t bytes) noexcept;

}  // namespace trace::detail::journal
