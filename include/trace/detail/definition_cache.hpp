// SPDX-License-Identifier: Apache-2.0
// DefinitionCache: the nodes and call sites that the lane's current slab already defines, so that a
// record refers to them by two small indices instead of strings. Used by the lane's thread only.
//
// Two hash tables with linear probing, at most half full. An entry is valid in the epoch that it
// was added in: a new slab starts a new epoch, so does a table that grows, which costs one more
// definition of each node in the slab. An entry of an earlier epoch is an empty slot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <trace/detail/values.hpp>
#include <trace/export.hpp>

namespace trace::detail {

// The constant part of a call of record(). Literals and a static object, so their addresses
// identify the call site.
struct Site {
  std::string_view format;
  const Signature* signature;
  const FieldName* names;  // signature->fields of them
};

struct NodeEntry {
  std::uint64_t serial;     // of the node
  std::uint64_t* sequence;  // the lane's last sequence in the node's run
  std::uint32_t index;
  std::uint32_t epoch;
};

struct SiteEntry {
  const char* format;
  std::size_t format_bytes;
  const Signature* signature;
  std::uint32_t index;
  std::uint32_t epoch;
  std::array<const char*, 8> names;
};

// A hash table in memory of its owner, which is zero at first.
template <class Entry>
class EpochTable {
 public:
  // Half of these are about what a slab has room for; a table that is fuller begins anew.
  static constexpr std::size_t most_slots = 16 * 1024;
  static constexpr std::size_t bytes = most_slots * sizeof(Entry);

  EpochTable() noexcept = default;
  explicit EpochTable(void* memory) noexcept : entries_(static_cast<Entry*>(memory)) {}

  void clear() noexcept {
    if (++epoch_ == 0) {  // after 2^32 slabs old entries would be valid again
      std::memset(static_cast<void*>(entries_), 0, bytes);
      epoch_ = 1;
    }
    used_ = 0;
  }

  // The entry of this epoch that `is_same` accepts, else null.
  template <class IsSame>
  Entry* find(std::uint64_t hash, IsSame is_same) const noexcept {
    for (std::size_t slot = hash >> shift_;; slot = (slot + 1) & mask_) {
      Entry& entry = entries_[slot];
      if (entry.epoch != epoch_) return nullptr;
      if (is_same(entry)) [[likely]]
        return &entry;
    }
  }

  // An entry for what find() has not found, with epoch and index.
  Entry& add(std::uint64_t hash) noexcept {
    if (used_ > mask_ / 2) grow();
    std::size_t slot = hash >> shift_;
    while (entries_[slot].epoch == epoch_) slot = (slot + 1) & mask_;
    ++used_;
    entries_[slot].epoch = epoch_;
    return entries_[slot];
  }

 private:
  void grow() noexcept {
    clear();
    if (mask_ + 1 == most_slots) return;
    mask_ = 2 * mask_ + 1;
    --shift_;
  }

  Entry* entries_ = nullptr;
  unsigned shift_ = 58;
  std::uint32_t epoch_ = 1;
  std::size_t mask_ = 63;  // 2^(64 - shift_) slots
  std::size_t used_ = 0;
};

class DefinitionCache {
 public:
  static constexpr std::size_t bytes = EpochTable<NodeEntry>::bytes + EpochTable<SiteEntry>::bytes;

  DefinitionCache() noexcept = default;  // only to be assigned to
  // `memory`: zero, `bytes` long; outlives this object.
  explicit DefinitionCache(std::byte* memory) noexcept
      : nodes_(memory), sites_(memory + EpochTable<NodeEntry>::bytes) {}

  // For a new slab.
  void clear() noexcept {
    nodes_.clear();
    sites_.clear();
    next_node_ = 0;
    next_site_ = 0;
  }

  // Null if the slab does not define it.
  const NodeEntry* node(std::uint64_t serial) const noexcept {
    return nodes_.find(hash_of(serial),
                       [&](const NodeEntry& entry) { return entry.serial == serial; });
  }

  const NodeEntry& add_node(std::uint64_t serial, std::uint64_t* sequence) noexcept {
    NodeEntry& entry = nodes_.add(hash_of(serial));
    entry.serial = serial;
    entry.sequence = sequence;
    entry.index = next_node_++;
    return entry;
  }

  const SiteEntry* site(const Site& site) const noexcept {
    return sites_.find(hash_of(site), [&](const SiteEntry& entry) {
      if (entry.format != site.format.data() || entry.format_bytes != site.format.size() ||
          entry.signature != site.signature) {
        return false;
      }
      for (unsigned i = 0; i < site.signature->fields; ++i) {
        if (entry.names[i] != site.names[i].text) return false;
      }
      return true;
    });
  }

  // An index fits into 16 bits: a slab has no room for more definitions.
  const SiteEntry& add_site(const Site& site) noexcept {
    SiteEntry& entry = sites_.add(hash_of(site));
    entry.format = site.format.data();
    entry.format_bytes = site.format.size();
    entry.signature = site.signature;
    entry.index = next_site_++;
    for (unsigned i = 0; i < site.signature->fields; ++i) entry.names[i] = site.names[i].text;
    return entry;
  }

  // Multiplicative: the upper bits depend on all bits of the value.
  static std::uint64_t hash_of(std::uint64_t serial) noexcept { return serial * multiplier; }
  static std::uint64_t hash_of(const Site& site) noexcept {
    auto sum = reinterpret_cast<std::uintptr_t>(site.format.data()) +
               (reinterpret_cast<std::uintptr_t>(site.signature) << 32);
    // Sites with the same format often differ in the names only.
    for (unsigned i = 0; i < site.signature->fields; ++i) {
      sum = (sum << 5) + reinterpret_cast<std::uintptr_t>(site.names[i].text);
    }
    return sum * multiplier;
  }

 private:
  static constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15;

  EpochTable<NodeEntry> nodes_;
  EpochTable<SiteEntry> sites_;
  std::uint32_t next_node_ = 0;
  std::uint32_t next_site_ = 0;
};

}  // namespace trace::detail
