// JournalFile: the mapped file behind a session's journal: its header and its extents. It hands
// out raw slabs and knows nothing of records. The keeper grows it; in need a producer does.
//
// A file is created and locked under a temporary name and then renamed, so that a name ending in
// ".journal" always has a live owner or none, never an owner-to-be. Without a directory that can
// be used, the journal lies in anonymous memory and does not survive its process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <trace/result.hpp>

#include "journal/format.hpp"

namespace trace::detail {

struct JournalIdentity {
  std::string session;    // ULID
  std::string transport;  // where its events are bound for
  std::string endpoint;
};

class JournalFile {
 public:
  // `directory` exists. Fails with what the system says; nothing is left behind then.
  static Result<std::unique_ptr<JournalFile>> create(const std::string& directory,
                                                     const JournalIdentity& identity);
  static std::unique_ptr<JournalFile> in_memory(const JournalIdentity& identity);

  ~JournalFile();
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;

  FileHeader& header() const noexcept { return *header_; }
  bool crash_safe() const noexcept { return !path_.empty(); }
  const std::string& path() const noexcept { return path_; }
  std::uint64_t bytes() const noexcept { return bytes_; }

  // Reserves and maps `count` slabs more, not populated; null when the disk, the memory or the
  // extent table is full. The caller serialises calls.
  std::byte* add_extent(std::uint32_t slab_bytes, std::uint32_t count) noexcept;

  // Takes the file off the disk; mappings stay.
  void remove() noexcept;
  // Lets go of the lock, so that somebody else may deliver what is left; mappings stay. No slab is
  // added afterwards.
  void release() noexcept;

 private:
  JournalFile() = default;
  bool map_header(const JournalIdentity& identity) noexcept;
  bool reserve(std::uint64_t offset, std::uint64_t bytes) noexcept;
  std::byte* map(std::uint64_t offset, std::uint64_t bytes) noexcept;

  struct Mapping {
    std::byte* base;
    std::size_t bytes;
  };

  int fd_ = -1;
  std::string path_;
  FileHeader* header_ = nullptr;
  std::vector<Mapping> mappings_;
  std::atomic<std::uint64_t> bytes_{0};
};

// Write-faults the pages now, so that their first use costs a producer nothing.
void populate(std::byte* base, std::size_t bytes) noexcept;

}  // namespace trace::detail
