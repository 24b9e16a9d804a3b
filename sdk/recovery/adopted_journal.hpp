// AdoptedJournal: an orphan's slabs and watermarks in the shape in which the shipper takes them. At
// most one slab per lane is in memory at a time. Slabs that make no sense are copied to
// "quarantine/" beside the journal; the rest goes on. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/file.hpp"
#include "journal/journal_reader.hpp"
#include "journal/slab_pool.hpp"
#include "record/lane.hpp"

namespace trace::detail {

class AdoptedJournal final : public SlabSource, public WatermarkStore {
 public:
  explicit AdoptedJournal(JournalReader reader);

  JournalReader& reader() noexcept { return reader_; }

  bool next_opened(Slab*& slab) noexcept override;
  void give_back(Slab* slab) noexcept override;
  Slab* take_backlog_slab(SlabSize size) noexcept override;
  bool load(Slab& slab) noexcept override;
  void unload(Slab& slab) noexcept override;
  void set_aside(Slab& slab, std::uint32_t position) noexcept override;
  bool may_be_resolved() const noexcept override { return true; }
  bool is_resolved(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) noexcept override;
  bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) override;

  // Adds the last lines of captured output that waited beside the journal, and then FAILED,
  // WORKER_LOST, for each node that was started and not ended. Only after everything else was read.
  // The identities follow from the files alone, so that a repeated recovery repeats them.
  struct Added {
    std::size_t events = 0;
    std::size_t lost_nodes = 0;
  };
  Added add_events(std::string_view timestamp);

  // Leaves only the header in the file. After everything was delivered.
  bool forget_events() noexcept;

  // Slabs and tails that make no sense.
  std::size_t quarantined() const noexcept { return quarantined_; }

 private:
  using Place = std::pair<std::uint32_t, std::uint32_t>;  // run, lane

  std::vector<const FoundNode*> lost_nodes() const;
  bool committed(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) const;
  void open_spill();
  std::filesystem::path quarantine_directory() const;
  void quarantine(const SlabPlace& place) noexcept;
  void quarantine_tail(const std::string& path) noexcept;
  const std::string* run_id(std::uint32_t run) const;

  JournalReader reader_;
  std::deque<Slab> slabs_;
  std::unordered_map<Slab*, const SlabPlace*> places_;
  std::unordered_map<Slab*, std::unique_ptr<std::byte[]>> loaded_;
  std::size_t next_ = 0;
  std::map<Place, std::uint64_t> offsets_;  // of the number in the file
  std::map<Place, std::uint64_t> highest_;  // seen or resolved
  std::size_t quarantined_ = 0;

  // What a run leaves for later while others are delivered.
  std::unique_ptr<JournalFile> spill_file_;
  std::unique_ptr<SlabPool> spill_;

  // Where the events are recorded that are added.
  std::unique_ptr<JournalFile> memory_;
  std::unique_ptr<SlabPool> added_;
};

}  // namespace trace::detail
