#include "record/lane.hpp"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace trace::detail {
namespace {

constexpr std::size_t sequences_bytes = std::size_t{max_runs} * sizeof(std::uint64_t);

// A slab that filled sooner than this belongs to a busy thread. In ticks of any plausible clock
// (1 to 5 GHz) it is some tens of milliseconds.
constexpr std::uint64_t busy_ticks = 100'000'000;

std::byte* put(std::byte* at, const void* bytes, std::size_t size) noexcept {
  std::memcpy(at, bytes, size);
  return at + size;
}

}  // namespace

Lane::Lane(SlabPool& pool, std::uint32_t number, StampSource source, WhenEmpty when_empty)
    : source_(source),
      pool_(pool),
      token_(pool.producer_token()),
      number_(number),
      when_empty_(when_empty) {
  void* pages = mmap(nullptr, sequences_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  sequences_ = static_cast<std::uint64_t*>(pages);
}

Lane::~Lane() { munmap(sequences_, sequences_bytes); }

Slab* Lane::take(SlabSize size) noexcept {
  Slab* slab = pool_.take(size);
  if (slab == nullptr && size == SlabSize::small) slab = pool_.take(SlabSize::large);
  if (slab == nullptr && when_empty_ == WhenEmpty::wait) slab = pool_.take_or_wait(size);
  if (slab == nullptr && when_empty_ == WhenEmpty::exceed_budget) {
    slab = pool_.take_beyond_budget(size);
  }
  return slab;
}

bool Lane::open_slab(std::size_t needed) noexcept {
  const std::uint64_t now = stamp_now(source_);
  const bool busy_thread = slab_ != nullptr && now - slab_->header().opened_stamp < busy_ticks;
  const bool fits_small = needed <= small_slab_bytes - sizeof(SlabHeader);
  Slab* next = take(busy_thread || !fits_small ? SlabSize::large : SlabSize::small);
  if (next == nullptr && fits_small && busy_thread) next = pool_.take(SlabSize::small);
  if (next == nullptr) return false;
  next->open(number_, ++ordinal_, now);
  pool_.announce(token_, next);
  // Only now: the reader must know the successor when it finds a slab closed.
  if (slab_ != nullptr) slab_->close();
  slab_ = next;
  data_ = at_ = next->data();
  end_ = data_ + next->capacity();
  word_ = &next->header().word;
  generation_ = next->generation;
  definitions_.clear();
  return true;
}

std::size_t Lane::definitions_size(const NodeRef& node, const Site& site, std::uint32_t node_index,
                                   std::uint32_t site_index) const noexcept {
  std::size_t bytes = 0;
  if (node_index == DefinitionCache::none) {
    bytes += padded(sizeof(NodeDefinition) + node.run_id.size() + node.node_id.size());
  }
  if (site_index == DefinitionCache::none) {
    const Signature& signature = *site.signature;
    std::size_t text = site.format.size() + signature.fields + signature.arguments;
    for (unsigned i = 0; i < signature.fields; ++i) text += 4 + site.names[i].size;
    bytes += padded(sizeof(SiteDefinition) + text);
  }
  return bytes;
}

void Lane::define_node(const NodeRef& node, std::uint32_t index) noexcept {
  const std::size_t bytes =
      padded(sizeof(NodeDefinition) + node.run_id.size() + node.node_id.size());
  const NodeDefinition definition{
      {static_cast<std::uint32_t>(bytes), RecordKind::node_definition, 0, 0, 0},
      index,
      node.run,
      static_cast<std::uint32_t>(node.run_id.size()),
      static_cast<std::uint32_t>(node.node_id.size())};
  std::byte* to = put(at_, &definition, sizeof definition);
  to = put(to, node.run_id.data(), node.run_id.size());
  put(to, node.node_id.data(), node.node_id.size());
  at_ += bytes;
}

void Lane::define_site(const Site& site, std::uint32_t index) noexcept {
  const Signature& signature = *site.signature;
  SiteDefinition definition{{0, RecordKind::site_definition, 0, 0, 0},
                            static_cast<std::uint16_t>(index),
                            signature.fields,
                            signature.arguments,
                            static_cast<std::uint32_t>(site.format.size())};
  std::byte* to = at_ + sizeof definition;
  to = put(to, signature.tags, std::size_t{signature.fields} + signature.arguments);
  to = put(to, site.format.data(), site.format.size());
  for (unsigned i = 0; i < signature.fields; ++i) {
    const auto size = static_cast<std::uint32_t>(site.names[i].size);
    to = put(put(to, &size, sizeof size), site.names[i].text, size);
  }
  const std::size_t bytes = padded(static_cast<std::size_t>(to - at_));
  definition.header.size = static_cast<std::uint32_t>(bytes);
  put(at_, &definition, sizeof definition);
  at_ += bytes;
}

std::byte* Lane::reserve(const NodeRef& node, const Site& site, Type type, Level level,
                         std::uint16_t parts, std::size_t payload_bytes,
                         Failure& failure) noexcept {
  const std::size_t bytes = padded(sizeof(EventRecord) + payload_bytes);
  std::uint32_t node_index = definitions_.node(node.serial);
  std::uint32_t site_index = definitions_.site(site);
  const bool is_defined =
      node_index != DefinitionCache::none && site_index != DefinitionCache::none;
  std::size_t needed = bytes;
  if (!is_defined) [[unlikely]]
    needed += definitions_size(node, site, node_index, site_index);
  if (static_cast<std::size_t>(end_ - at_) < needed) [[unlikely]] {
    needed = bytes + definitions_size(node, site, DefinitionCache::none, DefinitionCache::none);
    if (needed > large_slab_bytes - sizeof(SlabHeader)) {
      failure = Failure::too_large;
      return nullptr;
    }
    if (!open_slab(needed)) {
      failure = Failure::no_slab;
      return nullptr;
    }
    node_index = site_index = DefinitionCache::none;
  }
  if (node_index == DefinitionCache::none) {
    define_node(node, node_index = definitions_.add_node(node.serial));
  }
  if (site_index == DefinitionCache::none) {
    define_site(site, site_index = definitions_.add_site(site));
  }
  sequence_ = sequences_ + node.run;
  const EventRecord record{{static_cast<std::uint32_t>(bytes), RecordKind::event,
                            static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(level), 0},
                           stamp_now(source_),
                           *sequence_ + 1,
                           node_index,
                           static_cast<std::uint16_t>(site_index),
                           parts};
  std::byte* payload = put(at_, &record, sizeof record);
  end_of_record_ = at_ + bytes;
  return payload;
}

}  // namespace trace::detail
