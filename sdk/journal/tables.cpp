// SPDX-License-Identifier: Apache-2.0
#include "journal/tables.hpp"

#include <new>

namespace trace::detail::journal {
namespace {

RecordHeader header_of(RecordKind kind, std::size_t bytes) noexcept {
  return {static_cast<std::uint32_t>(bytes), kind, 0, 0, 0};
}

}  // namespace

std::byte* Tables::append(std::size_t bytes) noexcept {
  if (bytes > large_slab_bytes - sizeof(SlabHeader)) return nullptr;
  // What follows a truncation is not crash-safe in a slab that it has destroyed.
  if (slab_ == nullptr || length_ + bytes > slab_->capacity() || !pool_.intact(*slab_)) {
    const bool fits_small = bytes <= small_slab_bytes - sizeof(SlabHeader);
    Slab* next = fits_small ? pool_.take(SlabSize::small) : nullptr;
    // The budget may be held by large slabs that are ready for producers.
    if (next == nullptr) next = pool_.take(SlabSize::large);
    if (next == nullptr) return nullptr;
    if (slab_ != nullptr) slab_->close();
    slab_ = next;
    slab_->open(table_lane, ++ordinal_, 0);
    length_ = 0;
  }
  return slab_->data() + length_;
}

void Tables::commit(std::size_t bytes) noexcept {
  length_ += static_cast<std::uint32_t>(bytes);
  std::atomic<std::uint64_t>& word = slab_->header().word;
  word.store(generation_bits(word.load(std::memory_order_relaxed)) | length_,
             std::memory_order_release);
}

bool Tables::add_run(std::uint32_t run, std::string_view id, const RunSpec& spec) {
  const std::lock_guard lock(mutex_);
  entry(run);
  return write_run(run, id, spec);
}

bool Tables::finish_run(std::uint32_t run, std::string_view id, const RunSpec& spec,
                        std::uint64_t stamp) {
  const std::lock_guard lock(mutex_);
  if (entry(run).metadata == nullptr && !write_run(run, id, spec)) return false;
  std::atomic<std::uint64_t>& finish = runs_[run].metadata->finish_stamp;
  if (finish.load(std::memory_order_relaxed) == 0) finish.store(stamp, std::memory_order_release);
  return true;
}

bool Tables::acknowledge_finish(std::uint32_t run) {
  const std::lock_guard lock(mutex_);
  if (run >= runs_.size() || runs_[run].metadata == nullptr) return false;
  runs_[run].metadata->finish_is_acknowledged.store(1, std::memory_order_release);
  return true;
}

Tables::Run& Tables::entry(std::uint32_t run) {
  if (run >= runs_.size()) runs_.resize(run + 1);
  return runs_[run];
}

bool Tables::write_run(std::uint32_t run, std::string_view id, const RunSpec& spec) noexcept {
  const std::size_t bytes = padded(sizeof(RunMetadata) + id.size() + spec.workflow_id.size() +
                                   spec.organization_id.size());
  std::byte* at = append(bytes);
  if (at == nullptr) return false;
  const auto size = [](std::string_view text) { return static_cast<std::uint32_t>(text.size()); };
  auto* const metadata = new (at) RunMetadata{header_of(RecordKind::run_metadata, bytes),
                                              run,
                                              spec.total_actions,
                                              size(id),
                                              size(spec.workflow_id),
                                              size(spec.organization_id),
                                              0,
                                              0};
  at += sizeof(RunMetadata);
  for (const std::string_view text :
       {id, std::string_view(spec.workflow_id), std::string_view(spec.organization_id)}) {
    at = put(at, text.data(), text.size());
  }
  commit(bytes);
  runs_[run].metadata = metadata;
  return true;
}

NodeStateRecord* Tables::add_node(const NodeView& node, const RunSpec& spec) noexcept {
  const std::lock_guard lock(mutex_);
  return write_node(node, spec);
}

NodeStateRecord* Tables::try_add_node(const NodeView& node, const RunSpec& spec) noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  return lock ? write_node(node, spec) : nullptr;
}

NodeStateRecord* Tables::write_node(const NodeView& node, const RunSpec& spec) noexcept {
  if (node.run >= runs_.size()) return nullptr;
  if (runs_[node.run].metadata == nullptr && !write_run(node.run, node.run_id, spec))
    return nullptr;
  const std::size_t bytes = padded(sizeof(NodeStateRecord) + node.node_id.size());
  std::byte* at = append(bytes);
  if (at == nullptr) return nullptr;
  auto* record = new (at) NodeStateRecord{};
  record->header = header_of(RecordKind::node_state, bytes);
  record->number = node.number;
  record->run = node.run;
  record->node_id_bytes = static_cast<std::uint32_t>(node.node_id.size());
  put(at + sizeof(NodeStateRecord), node.node_id.data(), node.node_id.size());
  commit(bytes);
  return record;
}

std::optional<std::uint32_t> Tables::try_add_site(const Site& site) noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return std::nullopt;
  const std::size_t bytes = definition_bytes(site);
  std::byte* at = append(bytes);
  if (at == nullptr) return std::nullopt;
  const std::uint32_t number = sites_.next();
  define_site(at, site, number);
  const std::span record(at, bytes);
  if (const auto known = sites_.find(record)) return known;
  if (number == Sites::most_sites) return std::nullopt;
  commit(bytes);
  sites_.add(record);
  return number;
}

Watermark*& Tables::watermark_of(std::uint32_t run, std::uint32_t lane) {
  Run& first = entry(run);
  // The lane is not read from the record, which a truncation may have destroyed.
  if (first.mark == nullptr) first.lane = lane;
  if (first.lane == lane) return first.mark;
  return other_watermarks_[std::uint64_t{run} << 32 | lane];
}

bool Tables::set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) {
  const std::lock_guard lock(mutex_);
  Watermark*& mark = watermark_of(run, lane);
  if (mark == nullptr) {
    std::byte* at = append(sizeof(Watermark));
    if (at == nullptr) return false;
    mark = new (at) Watermark{};
    mark->header = header_of(RecordKind::watermark, sizeof(Watermark));
    mark->run = run;
    mark->lane = lane;
    mark->through.store(through, std::memory_order_relaxed);
    commit(sizeof(Watermark));
  } else if (through > mark->through.load(std::memory_order_relaxed)) {
    mark->through.store(through, std::memory_order_release);
  }
  return true;
}

}  // namespace trace::detail::journal
