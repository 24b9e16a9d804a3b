// SPDX-License-Identifier: Apache-2.0
#include "recovery/adopted_journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace trace::detail::recovery {
namespace {

constexpr std::uint64_t spill_budget = std::uint64_t{1} << 30;

bool of_one_stream(const journal::Slab& one, const journal::Slab& other) noexcept {
  return one.lane == other.lane && one.run == other.run;
}

}  // namespace

AdoptedJournal::AdoptedJournal(journal::JournalReader reader, journal::SharedDirectory directory,
                               std::uint64_t budget)
    : reader_(std::move(reader)), directory_(directory), quarantine_(std::move(directory), budget) {
  for (const journal::SlabPlace& place : reader_.slabs()) {
    journal::Slab& slab = slabs_.emplace_back();
    slab.bytes = place.bytes;
    slab.lane = place.lane;
    slab.run = place.run;
    places_[&slab] = &place;
  }
  for (const journal::FoundWatermark& mark : reader_.watermarks()) {
    const Place place{mark.run, mark.lane};
    std::uint64_t& through = highest_[place];
    through = std::max(through, mark.through);
    offsets_[place] = mark.offset;
  }
  for (const journal::FoundRun& run : reader_.runs()) runs_.emplace(run.number, &run);
}

bool AdoptedJournal::set_damaged_aside(time::Steady::time_point until) {
  while (next_damaged_ < reader_.damaged().size()) {
    if (time::Steady::now() >= until) return false;
    set_aside(reader_.damaged()[next_damaged_++]);
  }
  return true;
}

bool AdoptedJournal::next_opened(journal::Slab*& slab) noexcept {
  if (next_ == slabs_.size()) return additions_ != nullptr && additions_->next_opened(slab);
  const bool new_stream = next_ == 0 || !of_one_stream(slabs_[next_ - 1], slabs_[next_]);
  if (new_stream && !begin_stream()) return false;
  slab = &slabs_[next_++];
  return true;
}

// False: the slabs of this lane have to wait until those of the previous lanes are delivered.
bool AdoptedJournal::begin_stream() noexcept {
  std::uint64_t largest = 0;
  for (std::size_t i = next_; i < slabs_.size() && of_one_stream(slabs_[next_], slabs_[i]); ++i) {
    largest = std::max<std::uint64_t>(largest, slabs_[i].bytes);
  }
  if (finished_ == next_) group_bytes_ = 0;
  if (group_bytes_ > 0 && group_bytes_ + largest > most_loaded) return false;
  group_bytes_ += largest;
  return true;
}

bool AdoptedJournal::load(journal::Slab& slab) noexcept {
  if (slab.base != nullptr) return true;  // of the added events: in memory
  has_loaded_ = true;
  const journal::SlabPlace& place = *places_.at(&slab);
  try {
    auto bytes = std::make_unique<std::byte[]>(place.used());
    if (!reader_.load(place, bytes.get())) {
      ++finished_;
      set_aside(place);
      return false;
    }
    slab.base = bytes.get();
    loaded_[&slab] = std::move(bytes);
  } catch (...) {  // no memory: the whole file goes to quarantine
    ++finished_;
    has_unread_ = true;
    return false;
  }
  // It has no writer any more. The length is the one that was checked.
  slab.header().word.store(journal::closed_bit | place.committed, std::memory_order_relaxed);
  return true;
}

void AdoptedJournal::unload(journal::Slab& slab) noexcept {
  if (loaded_.erase(&slab) == 0) return;
  slab.base = nullptr;
  ++finished_;
}

void AdoptedJournal::set_aside(journal::Slab& slab, std::uint32_t) noexcept {
  const auto place = places_.find(&slab);
  if (place != places_.end()) set_aside(*place->second);
}

void AdoptedJournal::set_aside(const journal::SlabPlace& place) noexcept {
  if (!quarantine_.takes_copies()) return quarantine_.pass_over();
  try {
    std::vector<std::byte> bytes(place.used());
    if (!reader_.load(place, bytes.data())) bytes.clear();
    quarantine_.copy(fmt::format("{}-{}.slab", reader_.header().session, place.offset), bytes);
  } catch (...) {  // no memory: the slab is lost either way; the others are not
    quarantine_.pass_over();
  }
}

bool AdoptedJournal::is_resolved(std::uint32_t run, std::uint32_t lane,
                                 std::uint64_t sequence) noexcept {
  const Place place{run, lane};
  // A parked event may also be where it was recorded.
  std::uint64_t& highest = highest_[place];
  if (sequence <= highest) return true;
  highest = sequence;
  return false;
}

void AdoptedJournal::give_back(journal::Slab* slab) noexcept {
  if (places_.contains(slab)) return;
  if (slab->lane == journal::recovery_lane) {
    additions_->give_back(slab);
  } else if (spill_ != nullptr) {
    spill_->give_back(slab);
    spill_->replenish(0, 0);
  }
}

journal::Slab* AdoptedJournal::take_backlog_slab(journal::SlabSize size) noexcept {
  try {
    if (spill_ == nullptr) open_spill();
    return spill_->take(size);
  } catch (...) {
    return nullptr;
  }
}

void AdoptedJournal::open_spill() {
  const std::string_view ending = spill_ending.substr(0, spill_ending.rfind('.'));
  const journal::JournalIdentity identity{fmt::format("{}{}", reader_.header().session, ending), "",
                                          ""};
  if (directory_ != nullptr) {
    auto file = journal::JournalFile::create(directory_, identity);
    // If this process dies, the adopted journal still has everything.
    if (file) {
      (*file)->remove();
      spill_file_ = std::move(*file);
    }
  }
  if (spill_file_ == nullptr) spill_file_ = journal::JournalFile::in_memory(identity);
  spill_ = std::make_unique<journal::SlabPool>(*spill_file_, spill_budget);
}

bool AdoptedJournal::set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) {
  // A (run, lane) that was never acknowledged has no entry in the file. If this recovery dies too,
  // the next one sends its events again, and the backend recognises their ids.
  const auto offset = offsets_.find({run, lane});
  if (offset == offsets_.end()) return false;
  return pwrite(reader_.fd(), &through, sizeof through, static_cast<off_t>(offset->second)) ==
         static_cast<ssize_t>(sizeof through);
}

bool AdoptedJournal::acknowledge_finish(std::uint32_t run) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return false;
  const std::uint32_t yes = 1;
  return pwrite(reader_.fd(), &yes, sizeof yes, static_cast<off_t>(found->second->offset)) ==
         static_cast<ssize_t>(sizeof yes);
}

bool AdoptedJournal::forget_events() noexcept {
  // In this order: if this process dies in between, the next one sends nothing twice and reports no
  // node as lost.
  const std::uint32_t clean = 1;
  const std::uint32_t none = 0;
  const auto put = [&](const std::uint32_t& value, std::size_t offset) {
    return pwrite(reader_.fd(), &value, sizeof value, static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(sizeof value);
  };
  return put(clean, offsetof(journal::FileHeader, closed_cleanly)) &&
         put(none, offsetof(journal::FileHeader, extent_count)) &&
         ftruncate(reader_.fd(), journal::header_bytes) == 0;
}

bool AdoptedJournal::committed(std::uint32_t run, std::uint32_t lane,
                               std::uint64_t sequence) const {
  const auto highest = highest_.find({run, lane});
  return sequence > 0 && highest != highest_.end() && sequence <= highest->second;
}

const std::string* AdoptedJournal::run_id(std::uint32_t run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second->id;
}

std::vector<LostNode> AdoptedJournal::lost_nodes() const {
  std::vector<LostNode> lost;
  if (reader_.header().closed_cleanly.load() != 0) return lost;
  for (const journal::FoundNode& node : reader_.nodes()) {
    const std::string* run = run_id(node.run);
    if (run != nullptr && committed(node.run, node.start_lane, node.start_sequence) &&
        !committed(node.run, node.end_lane, node.end_sequence)) {
      lost.push_back({node.run, run, &node.id});
    }
  }
  return lost;
}

bool AdoptedJournal::add_events(std::string_view timestamp, time::Steady::time_point until) {
  if (additions_ == nullptr) {
    additions_ = std::make_unique<Additions>(reader_.header().session, directory_, lost_nodes(),
                                             [this](std::uint32_t run) { return run_id(run); });
  }
  return additions_->record_some(timestamp, until, quarantine_);
}

}  // namespace trace::detail::recovery
