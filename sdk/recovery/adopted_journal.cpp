#include "recovery/adopted_journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>

#include "journal/descriptor.hpp"
#include "recovery/found_tail.hpp"
#include "recovery/recovery_lane.hpp"

namespace trace::detail {
namespace {

constexpr std::uint64_t spill_budget = std::uint64_t{1} << 30;
constexpr std::uint64_t most_recorded_per_byte = 8;

}  // namespace

AdoptedJournal::AdoptedJournal(JournalReader reader) : reader_(std::move(reader)) {
  for (const SlabPlace& place : reader_.slabs()) {
    Slab& slab = slabs_.emplace_back();
    slab.bytes = place.bytes;
    slab.lane = place.lane;
    slab.run = place.run;
    places_[&slab] = &place;
  }
  for (const FoundWatermark& mark : reader_.watermarks()) {
    const Place place{mark.run, mark.lane};
    std::uint64_t& through = highest_[place];
    through = std::max(through, mark.through);
    offsets_[place] = mark.offset;
  }
  for (const SlabPlace& place : reader_.damaged()) quarantine(place);
}

bool AdoptedJournal::next_opened(Slab*& slab) noexcept {
  if (next_ < slabs_.size()) {
    slab = &slabs_[next_++];
    return true;
  }
  return added_ != nullptr && added_->next_opened(slab);
}

bool AdoptedJournal::load(Slab& slab) noexcept {
  if (slab.base != nullptr) return true;  // of the added events: it lies in memory
  const SlabPlace& place = *places_.at(&slab);
  try {
    auto bytes = std::make_unique<std::byte[]>(place.bytes);
    if (!reader_.load(place, bytes.get())) {
      quarantine(place);
      return false;
    }
    slab.base = bytes.get();
    loaded_[&slab] = std::move(bytes);
  } catch (...) {
    return false;
  }
  // Nobody writes to it any more. The length is the one that was checked.
  slab.header().word.store(closed_bit | place.committed, std::memory_order_relaxed);
  return true;
}

void AdoptedJournal::unload(Slab& slab) noexcept {
  if (loaded_.erase(&slab) > 0) slab.base = nullptr;
}

void AdoptedJournal::set_aside(Slab& slab, std::uint32_t) noexcept {
  const auto place = places_.find(&slab);
  if (place != places_.end()) quarantine(*place->second);
}

bool AdoptedJournal::is_resolved(std::uint32_t run, std::uint32_t lane,
                                 std::uint64_t sequence) noexcept {
  const Place place{run, lane};
  // What was moved aside may also be where it was recorded.
  std::uint64_t& highest = highest_[place];
  if (sequence <= highest) return true;
  highest = sequence;
  return false;
}

void AdoptedJournal::give_back(Slab* slab) noexcept {
  if (spill_ == nullptr || slab->lane == recovery_lane || places_.contains(slab)) return;
  spill_->give_back(slab);
  spill_->replenish(0, 0);
}

Slab* AdoptedJournal::take_backlog_slab(SlabSize size) noexcept {
  try {
    if (spill_ == nullptr) open_spill();
    return spill_->take(size);
  } catch (...) {
    return nullptr;
  }
}

void AdoptedJournal::open_spill() {
  const std::string directory = std::filesystem::path(reader_.path()).parent_path().string();
  const JournalIdentity identity{fmt::format("{}-backlog", reader_.header().session), "", ""};
  auto file = JournalFile::create(directory, identity);
  // Should this process die, the adopted journal still has everything.
  if (file) (*file)->remove();
  spill_file_ = file ? std::move(*file) : JournalFile::in_memory(identity);
  spill_ = std::make_unique<SlabPool>(*spill_file_, spill_budget);
}

bool AdoptedJournal::set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) {
  // A (run, lane) that was never acknowledged has no place in the file. It needs none: should this
  // recovery die too, the next one sends its events again, and the backend knows them.
  const auto offset = offsets_.find({run, lane});
  if (offset == offsets_.end()) return false;
  return pwrite(reader_.fd(), &through, sizeof through, static_cast<off_t>(offset->second)) ==
         static_cast<ssize_t>(sizeof through);
}

bool AdoptedJournal::forget_events() noexcept {
  // In this order: whatever this process gets to, the next one sends nothing twice and reports no
  // node as lost.
  const std::uint32_t clean = 1;
  const std::uint32_t none = 0;
  const auto put = [&](const std::uint32_t& value, std::size_t offset) {
    return pwrite(reader_.fd(), &value, sizeof value, static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(sizeof value);
  };
  return put(clean, offsetof(FileHeader, closed_cleanly)) &&
         put(none, offsetof(FileHeader, extent_count)) &&
         ftruncate(reader_.fd(), header_bytes) == 0;
}

bool AdoptedJournal::committed(std::uint32_t run, std::uint32_t lane,
                               std::uint64_t sequence) const {
  const auto highest = highest_.find({run, lane});
  return sequence > 0 && highest != highest_.end() && sequence <= highest->second;
}

const std::string* AdoptedJournal::run_id(std::uint32_t run) const {
  const auto found = std::find_if(reader_.runs().begin(), reader_.runs().end(),
                                  [&](const FoundRun& each) { return each.number == run; });
  return found == reader_.runs().end() ? nullptr : &found->id;
}

std::vector<const FoundNode*> AdoptedJournal::lost_nodes() const {
  std::vector<const FoundNode*> lost;
  if (reader_.header().closed_cleanly.load() != 0) return lost;
  for (const FoundNode& node : reader_.nodes()) {
    if (committed(node.run, node.start_lane, node.start_sequence) &&
        !committed(node.run, node.end_lane, node.end_sequence) && run_id(node.run) != nullptr) {
      lost.push_back(&node);
    }
  }
  return lost;
}

AdoptedJournal::Added AdoptedJournal::add_events(std::string_view timestamp) {
  const std::vector<const FoundNode*> lost = lost_nodes();
  std::vector<FoundTail> tails;
  std::uint64_t bytes = (lost.size() / 16 + 2) * large_slab_bytes;
  for (const std::string& path : tails_of(reader_.path())) {
    auto tail = FoundTail::read(path);
    if (!tail && FoundTail::was_begun(path)) quarantine_tail(path);
    if (!tail || run_id(tail->run()) == nullptr) continue;
    // The fields of a JSON log line lie beside it. Only what is used is touched.
    bytes += large_slab_bytes + most_recorded_per_byte * tail->bytes();
    tails.push_back(std::move(*tail));
  }
  Added added;
  if (lost.empty() && tails.empty()) return added;
  memory_ = JournalFile::in_memory({std::string(reader_.header().session), "", ""},
                                   std::max(JournalFile::default_capacity, 2 * bytes));
  added_ = std::make_unique<SlabPool>(*memory_, bytes + header_bytes);
  RecoveryLane lane(*added_);
  for (const FoundTail& tail : tails) {
    lane.begin_node(tail.run(), *run_id(tail.run()), tail.node());
    TailEvents events(lane, tail);
    tail.tell(events);
  }
  for (const FoundNode* node : lost) {
    lane.begin_node(node->run, *run_id(node->run), node->id);
    if (lane.record({.type = Type::failed,
                     .level = Level::error,
                     .message = "the worker was lost",
                     .error_message = "the worker died before this node ended",
                     .error_code = "WORKER_LOST",
                     .timestamp = timestamp})) {
      ++added.lost_nodes;
    }
  }
  added.events = lane.recorded();
  return added;
}

std::filesystem::path AdoptedJournal::quarantine_directory() const {
  std::filesystem::path directory =
      std::filesystem::path(reader_.path()).parent_path() / "quarantine";
  std::filesystem::create_directories(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  return directory;
}

void AdoptedJournal::quarantine_tail(const std::string& path) noexcept {
  try {
    const std::filesystem::path name = std::filesystem::path(path).filename();
    std::filesystem::rename(path, quarantine_directory() / name);
    ++quarantined_;
  } catch (...) {  // it is lost either way; the rest is not
  }
}

void AdoptedJournal::quarantine(const SlabPlace& place) noexcept {
  try {
    const std::filesystem::path journal = reader_.path();
    const std::filesystem::path directory = quarantine_directory();
    std::vector<std::byte> bytes(place.bytes);
    if (!reader_.load(place, bytes.data())) return;
    const std::string path =
        (directory / fmt::format("{}-{}.slab", journal.stem().string(), place.offset)).string();
    const int fd = open_above_standard(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) return;
    if (write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) ++quarantined_;
    ::close(fd);
  } catch (...) {  // the slab is lost either way; the others are not
  }
}

}  // namespace trace::detail
