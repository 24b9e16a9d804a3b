// SPDX-License-Identifier: Apache-2.0
// SiteTable: the call sites that the lane's current slab already defines, so that a record refers
// to them by a small index instead of strings. Used by the lane's thread only.
//
// A hash table with linear probing, at most half full. An entry is valid in the epoch that it was
// added in: a new slab starts a new epoch, so does a table that grows, which costs one more
// definition of each call site in the slab. An entry of an earlier epoch is an empty slot.
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

struct SiteEntry {
  const char* format;
  std::size_t format_bytes;
  const Signature* signature;
  std::uint32_t index;
  std::uint32_t epoch;
  std::array<const char*, 8> names;
};

class SiteTable {
 public:
  // Half of these are about what a slab has room for; a table that is fuller begins anew.
  static constexpr std::size_t most_slots = 16 * 1024;
  static constexpr std::size_t bytes = most_slots * sizeof(SiteEntry);

  SiteTable() noexcept = default;  // only to be assigned to
  // `memory`: zero, `bytes` long; outlives this object.
  explicit SiteTable(void* memory) noexcept : entries_(static_cast<SiteEntry*>(memory)) {}

  // For a new slab.
  void clear() noexcept {
    forget();
    next_index_ = 0;
  }

  // Null if the slab does not define it.
  const SiteEntry* find(const Site& site) const noexcept {
    for (std::size_t slot = hash_of(site) >> shift_;; slot = (slot + 1) & mask_) {
      const SiteEntry& entry = entries_[slot];
      if (entry.epoch != epoch_) return nullptr;
      if (is_of(entry, site)) [[likely]]
        return &entry;
    }
  }

  // An entry for what find() has not found. Its index fits into 16 bits: a slab has no room for
  // more definitions.
  const SiteEntry& add(const Site& site) noexcept {
    if (used_ > mask_ / 2) grow();
    std::size_t slot = hash_of(site) >> shift_;
    while (entries_[slot].epoch == epoch_) slot = (slot + 1) & mask_;
    ++used_;
    SiteEntry& entry = entries_[slot];
    entry.epoch = epoch_;
    entry.format = site.format.data();
    entry.format_bytes = site.format.size();
    entry.signature = site.signature;
    entry.index = next_index_++;
    for (unsigned i = 0; i < site.signature->fields; ++i) entry.names[i] = site.names[i].text;
    return entry;
  }

  // Multiplicative: the upper bits depend on all bits of the value.
  static std::uint64_t hash_of(const Site& site) noexcept {
    auto sum = reinterpret_cast<std::uintptr_t>(site.format.data()) +
               (reinterpret_cast<std::uintptr_t>(site.signature) << 32);
    // Sites with the same format often differ in the names only.
    for (unsigned i = 0; i < site.signature->fields; ++i) {
      sum = (sum << 5) + reinterpret_cast<std::uintptr_t>(site.names[i].text);
    }
    return sum * 0x9E3779B97F4A7C15;
  }

 private:
  static bool is_of(const SiteEntry& entry, const Site& site) noexcept {
    if (entry.format != site.format.data() || entry.format_bytes != site.format.size() ||
        entry.signature != site.signature) {
      return false;
    }
    for (unsigned i = 0; i < site.signature->fields; ++i) {
      if (entry.names[i] != site.names[i].text) return false;
    }
    return true;
  }

  void forget() noexcept {
    if (++epoch_ == 0) {  // after 2^32 slabs old entries would be valid again
      std::memset(static_cast<void*>(entries_), 0, bytes);
      epoch_ = 1;
    }
    used_ = 0;
  }

  void grow() noexcept {
    forget();
    if (mask_ + 1 == most_slots) return;
    mask_ = 2 * mask_ + 1;
    --shift_;
  }

  SiteEntry* entries_ = nullptr;
  unsigned shift_ = 58;
  std::uint32_t epoch_ = 1;
  std::size_t mask_ = 63;  // 2^(64 - shift_) slots
  std::size_t used_ = 0;
  std::uint32_t next_index_ = 0;
};

}  // namespace trace::detail
