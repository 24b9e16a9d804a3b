// JournalReader: a journal file as somebody finds it who did not write it. Everything is read with
// pread, never through a mapping, and every number in the file is checked, since nobody knows what
// happened to it. Used by recovery and by `inspect`. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <trace/result.hpp>

#include "journal/format.hpp"
#include "journal/live_files.hpp"

namespace trace::detail {

struct SlabPlace {
  std::uint64_t offset;
  std::uint32_t bytes;
  std::uint32_t lane;
  std::uint64_t ordinal;
  std::uint32_t committed;
  std::uint32_t run;  // of a slab of the backlog
};

struct FoundRun {
  std::uint32_t number;
  std::uint32_t total_actions;
  std::string id, workflow_id, organization_id;
};

struct FoundWatermark {
  std::uint32_t run;
  std::uint32_t lane;
  std::uint64_t through;
  std::uint64_t offset;  // of the number in the file
};

struct FoundNode {
  std::uint32_t run;
  std::string id;
  std::uint32_t start_lane;
  std::uint32_t end_lane;
  std::uint64_t start_sequence;  // 0: not started
  std::uint64_t end_sequence;    // 0: not ended
};

class JournalReader {
 public:
  // Takes over the descriptor. The error says what is wrong with the file.
  static Result<JournalReader> read(int fd, std::string path);

  ~JournalReader();
  JournalReader(JournalReader&& other) noexcept;
  JournalReader& operator=(JournalReader&&) = delete;

  const FileHeader& header() const noexcept { return *header_; }
  FileHeader& header() noexcept { return *header_; }
  const std::string& path() const noexcept { return path_; }
  int fd() const noexcept { return fd_; }

  // Event slabs with data, by lane and then in the order in which the lane opened them.
  const std::vector<SlabPlace>& slabs() const noexcept { return slabs_; }
  const std::vector<FoundRun>& runs() const noexcept { return runs_; }
  const std::vector<FoundWatermark>& watermarks() const noexcept { return watermarks_; }
  const std::vector<FoundNode>& nodes() const noexcept { return nodes_; }
  // Slabs whose header makes no sense.
  const std::vector<SlabPlace>& damaged() const noexcept { return damaged_; }

  // The slab's bytes, header included; false when they cannot be read.
  bool load(const SlabPlace& place, std::byte* to) const noexcept;

 private:
  JournalReader(int fd, std::string path);
  std::string read_header();  // what is wrong, or nothing
  void read_slabs();
  void read_table(const SlabPlace& place);

  int fd_ = -1;
  LiveFile* live_ = nullptr;
  std::string path_;
  std::unique_ptr<FileHeader> header_;
  std::vector<SlabPlace> slabs_;
  std::vector<SlabPlace> damaged_;
  std::vector<FoundRun> runs_;
  std::vector<FoundWatermark> watermarks_;
  std::vector<FoundNode> nodes_;
};

}  // namespace trace::detail
