// SPDX-License-Identifier: Apache-2.0
// SiteTable: the numbers of the call sites that the lane has recorded from, so that a record refers
// to them by a number instead of strings. Used by the lane's thread only.
//
// A hash table with linear probing, at most half full. A table that grows begins anew, which costs
// the slow path once more for each call site.
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
  const Signature* signature;  // null: an empty slot
  std::uint32_t number;
  std::array<const char*, 8> names;
};

class SiteTable {
 public:
  static constexpr std::size_t most_slots = 16 * 1024;
  static constexpr std::size_t bytes = most_slots * sizeof(SiteEntry);

  SiteTable() noexcept = default;  // only to be assigned to
  // `memory`: zero, `bytes` long; outlives this object.
  explicit SiteTable(void* memory) noexcept : entries_(static_cast<SiteEntry*>(memory)) {}

  // Null if it was not added.
  const SiteEntry* find(const Site& site) const noexcept {
    for (std::size_t slot = hash_of(site) >> shift_;; slot = (slot + 1) & mask_) {
      const SiteEntry& entry = entries_[slot];
      if (is_of(entry, site)) [[likely]]
        return &entry;
      if (entry.signature == nullptr) return nullptr;
    }
  }

  // An entry for what find() has not found.
  const SiteEntry& add(const Site& site, std::uint32_t number) noexcept {
    if (used_ > mask_ / 2) grow();
    std::size_t slot = hash_of(site) >> shift_;
    while (entries_[slot].signature != nullptr) slot = (slot + 1) & mask_;
    ++used_;
    SiteEntry& entry = entries_[slot];
    entry.format = site.format.data();
    entry.format_bytes = site.format.size();
    entry.signature = site.signature;
    entry.number = number;
    for (unsigned i = 0; i < site.signature->fields; ++i) entry.names[i] = site.names[i].text;
    return entry;
  }

  void clear() noexcept {
    std::memset(static_cast<void*>(entries_), 0, (mask_ + 1) * sizeof(SiteEntry));
    used_ = 0;
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

  void grow() noexcept {
    clear();
    if (mask_ + 1 == most_slots) return;
    mask_ = 2 * mask_ + 1;
    --shift_;
  }

  SiteEntry* entries_ = nullptr;
  unsigned shift_ = 58;
  std::size_t mask_ = 63;  // 2^(64 - shift_) slots
  std::size_t used_ = 0;
};

}  // namespace trace::detail
