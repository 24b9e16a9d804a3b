// SPDX-License-Identifier: Apache-2.0
// JournalReader: reads an untrusted journal file. Everything is read with pread, never through a
// mapping, and every number in the file is checked. Reading takes memory and time in proportion to
// the file's actual contents, in steps, within the limits below. Used by recovery and by `inspect`.
// One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <trace/result.hpp>

#include "journal/descriptor.hpp"
#include "journal/format.hpp"
#include "journal/live_files.hpp"

namespace trace::detail::journal {

struct SlabPlace {
  std::uint64_t offset;
  std::uint32_t bytes;
  std::uint32_t lane;
  std::uint64_t ordinal;
  std::uint32_t committed;
  std::uint32_t run;  // of a slab of the backlog

  // Written bytes, including the header.
  std::uint64_t used() const noexcept {
    return std::min<std::uint64_t>(bytes, sizeof(SlabHeader) + std::uint64_t{committed});
  }
};

struct FoundRun {
  std::uint32_t number;
  std::uint32_t total_actions;
  std::string id, workflow_id, organization_id;
  std::uint64_t finish_stamp;  // 0: not finished
  bool finish_is_acknowledged;
  std::uint64_t offset;  // of finish_is_acknowledged in the file

  bool has_unsent_finish() const noexcept { return finish_stamp != 0 && !finish_is_acknowledged; }
};

struct FoundWatermark {
  std::uint32_t run;
  std::uint32_t lane;
  std::uint64_t through;
  std::uint64_t offset;  // of the number in the file
};

struct FoundNode {
  std::uint32_t number;
  std::uint32_t run;
  std::string id;
  std::uint32_t start_lane;
  std::uint32_t end_lane;
  std::uint64_t start_sequence;  // 0: not started
  std::uint64_t end_sequence;    // 0: not ended
};

struct FoundSite {
  std::uint16_t number;
  std::vector<std::byte> record;
};

class JournalReader {
 public:
  using Steady = std::chrono::steady_clock;
  // Limits for one journal: memory while it is read, and the time that reading takes.
  static constexpr std::uint64_t most_memory = std::uint64_t{256} << 20;
  static constexpr std::chrono::seconds most_time{30};

  // Reads the header. The error describes the fault.
  static Result<JournalReader> open(FileDescriptor file, std::string path);
  // Reads everything at once.
  static Result<JournalReader> read(FileDescriptor file, std::string path);

  JournalReader(JournalReader&& other) = default;
  JournalReader& operator=(JournalReader&&) = delete;

  // Continues reading until `until`, but at least one slab. True if there is no more to read:
  // everything was read, or problem() says why it cannot be.
  bool read_on(Steady::time_point until);
  const std::string& problem() const noexcept { return problem_; }

  const FileHeader& header() const noexcept { return *header_; }
  FileHeader& header() noexcept { return *header_; }
  const std::string& path() const noexcept { return path_; }
  int fd() const noexcept { return file_.get(); }

  // Event slabs with data, by lane and then in the order in which the lane opened them; those of
  // parked runs first, because their events are older than the others of the run.
  const std::vector<SlabPlace>& slabs() const noexcept { return slabs_; }
  const std::vector<FoundRun>& runs() const noexcept { return runs_; }
  const std::vector<FoundWatermark>& watermarks() const noexcept { return watermarks_; }
  const std::vector<FoundNode>& nodes() const noexcept { return nodes_; }
  const std::vector<FoundSite>& sites() const noexcept { return sites_; }
  // Slabs with an invalid header.
  const std::vector<SlabPlace>& damaged() const noexcept { return damaged_; }

  // The extent table contains extents that no session can have written.
  bool has_damaged_extents() const noexcept { return extents_.damaged > 0; }
  // The file was truncated.
  bool is_cut() const noexcept { return extents_.cut; }

  // Reads the written part of the slab, used() bytes; false on failure.
  bool load(const SlabPlace& place, std::byte* to) const noexcept;

 private:
  // The extent table. A session writes extents one after the other, so extents that overlap, go
  // back or are not an array of slabs were damaged or forged.
  struct Extents {
    std::vector<Extent> sound;  // in file order, truncated at its end
    std::size_t damaged = 0;    // invalid rows
    bool cut = false;           // the file is shorter than its extents
  };

  JournalReader(FileDescriptor file, std::string path);
  static Extents check_extents(const FileHeader& header, std::uint64_t file_bytes);
  std::string read_header();  // the fault, or empty
  // Does one step; false if all is done.
  bool read_piece();
  bool read_slab();
  void sort_slabs();
  void read_table(SlabPlace place);
  bool read_record(std::span<const std::byte> record, std::uint64_t offset);
  std::uint64_t next_data(std::uint64_t offset) const noexcept;
  bool is_written(std::uint64_t offset, std::uint64_t bytes) const noexcept;
  void note_memory(std::size_t bytes) noexcept { memory_ += bytes; }

  FileDescriptor file_;
  LiveFileHandle live_;
  std::string path_;
  std::unique_ptr<FileHeader> header_;
  Extents extents_;
  std::size_t extent_ = 0;  // that is being read, and the slab in it
  std::uint64_t slab_ = 0;
  std::size_t table_ = 0;  // that is being read
  bool sorted_ = false;
  std::uint64_t memory_ = 0;
  Steady::duration time_{};
  std::string problem_;
  std::vector<SlabPlace> tables_;
  std::vector<SlabPlace> slabs_;
  std::vector<SlabPlace> damaged_;
  std::vector<FoundRun> runs_;
  std::vector<FoundWatermark> watermarks_;
  std::vector<FoundNode> nodes_;
  std::vector<FoundSite> sites_;
};

}  // namespace trace::detail::journal
