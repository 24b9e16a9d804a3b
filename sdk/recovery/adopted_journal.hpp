// SPDX-License-Identifier: Apache-2.0
// AdoptedJournal: an orphaned journal as a SlabSource and WatermarkStore for the shipper.
// Invalid slabs are copied to "quarantine/" beside the journal; the rest is delivered.
//
// Time and memory are bounded whatever the file contains. A pass of the shipper reads slabs for
// some milliseconds and then pauses. At most one slab per lane is in memory at a time, and a
// limited number of lanes: if a worker had more busy threads, some lanes are delivered after the
// others, each in its own order. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/file.hpp"
#include "journal/found_definitions.hpp"
#include "journal/journal_reader.hpp"
#include "journal/slab_pool.hpp"
#include "record/lane.hpp"
#include "recovery/additions.hpp"
#include "recovery/quarantine.hpp"

namespace trace::detail::recovery {

// Ending of the name of a file to which recovery moves events of a stalled run.
inline constexpr std::string_view spill_ending = "-backlog.journal";

class AdoptedJournal final : public journal::SlabSource, public journal::WatermarkStore {
 public:
  // Slabs in memory at a time: 256 large ones.
  static constexpr std::uint64_t most_loaded = std::uint64_t{128} << 20;

  // `directory`: of the journal, with its budget.
  AdoptedJournal(journal::JournalReader reader, journal::SharedDirectory directory,
                 std::uint64_t budget);

  journal::JournalReader& reader() noexcept { return reader_; }
  const journal::FoundDefinitions& definitions() const noexcept { return definitions_; }
  std::string session() const { return reader_.header().session; }
  // Slabs are read until then; one that was begun is finished.
  void begin_step(time::Steady::time_point until) noexcept {
    step_end_ = until;
    has_loaded_ = false;
  }

  bool next_opened(journal::Slab*& slab) noexcept override;
  void give_back(journal::Slab* slab) noexcept override;
  journal::Slab* take_backlog_slab(journal::SlabSize size) noexcept override;
  bool load(journal::Slab& slab) noexcept override;
  void unload(journal::Slab& slab) noexcept override;
  // Each step loads at least one slab, however slow the machine is.
  bool pauses() noexcept override { return has_loaded_ && time::Steady::now() >= step_end_; }
  void set_aside(journal::Slab& slab, std::uint32_t position) noexcept override;
  bool may_be_resolved() const noexcept override { return true; }
  bool is_resolved(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) noexcept override;
  bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) override;
  bool acknowledge_finish(std::uint32_t run) override;

  // Every slab of the file was passed to the merger.
  bool all_opened() const noexcept { return next_ == slabs_.size(); }
  // Records more of the added events; only after everything else, and what the previous call added,
  // was delivered. False: there is nothing more.
  bool add_events(std::string_view timestamp, time::Steady::time_point until);
  const Additions* additions() const noexcept { return additions_.get(); }

  // A slab was skipped for lack of memory.
  bool has_unread() const noexcept { return has_unread_; }
  // Leaves only the header in the file. Call it after everything was delivered.
  bool forget_events() noexcept;
  // Copies slabs with an invalid header to quarantine, until `until`. True when finished.
  bool set_damaged_aside(time::Steady::time_point until);

  Quarantine& quarantine() noexcept { return quarantine_; }
  const Quarantine& quarantine() const noexcept { return quarantine_; }

 private:
  using Place = std::pair<std::uint32_t, std::uint32_t>;  // run, lane

  std::vector<LostNode> lost_nodes() const;
  bool committed(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) const;
  void open_spill();
  bool begin_stream() noexcept;
  void set_aside(const journal::SlabPlace& place) noexcept;
  const std::string* run_id(std::uint32_t run) const;

  journal::JournalReader reader_;
  const journal::FoundDefinitions definitions_{reader_};
  const journal::SharedDirectory directory_;
  Quarantine quarantine_;
  time::Steady::time_point step_end_ = time::Steady::time_point::max();
  bool has_loaded_ = false;
  bool has_unread_ = false;
  std::deque<journal::Slab> slabs_;
  std::unordered_map<journal::Slab*, const journal::SlabPlace*> places_;
  std::unordered_map<journal::Slab*, std::unique_ptr<std::byte[]>> loaded_;
  std::unordered_map<std::uint32_t, const journal::FoundRun*> runs_;  // by number
  std::size_t next_ = 0;
  std::size_t next_damaged_ = 0;
  std::size_t finished_ = 0;                // of those that were passed to the merger
  std::uint64_t group_bytes_ = 0;           // sum of the largest slab of each lane of the group
  std::map<Place, std::uint64_t> offsets_;  // of the number in the file
  std::map<Place, std::uint64_t> highest_;  // seen or resolved

  // Parked events of this recovery.
  std::unique_ptr<journal::JournalFile> spill_file_;
  std::unique_ptr<journal::SlabPool> spill_;

  std::unique_ptr<Additions> additions_;
};

}  // namespace trace::detail::recovery
