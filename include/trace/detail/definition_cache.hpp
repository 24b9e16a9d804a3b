// SPDX-License-Identifier: Apache-2.0
// DefinitionCache: the nodes and call sites that the lane's current slab already defines, so that a
// record refers to them by two small indices instead of strings. Direct-mapped: a collision costs
// one more definition in the slab, never a wrong one. Used by the lane's thread only.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
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
  // The node's serial number. `none` marks an empty entry: no node has it, not even a refused one,
  // whose serial is 0.
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  std::uint64_t serial = none;
  std::uint64_t* sequence = nullptr;  // the lane's last sequence in the node's run
  std::uint32_t index = 0;
};

struct SiteEntry {
  const char* format = nullptr;  // null: empty
  std::size_t format_bytes = 0;
  const Signature* signature = nullptr;
  std::uint32_t index = 0;
  std::array<const char*, 8> names{};
};

class DefinitionCache {
 public:
  // For a new slab.
  void clear() noexcept {
    for (; used_nodes_ != 0; used_nodes_ &= used_nodes_ - 1) {
      nodes_[first(used_nodes_)].serial = NodeEntry::none;
    }
    for (; used_sites_ != 0; used_sites_ &= used_sites_ - 1) {
      sites_[first(used_sites_)].format = nullptr;
    }
    next_node_ = 0;
    next_site_ = 0;
  }

  // Null if the slab does not define it, or the entry was evicted.
  const NodeEntry* node(std::uint64_t serial) const noexcept {
    const NodeEntry& entry = nodes_[serial % slots];
    return entry.serial == serial ? &entry : nullptr;
  }

  const NodeEntry& add_node(std::uint64_t serial, std::uint64_t* sequence) noexcept {
    used_nodes_ |= std::uint64_t{1} << serial % slots;
    return nodes_[serial % slots] = {serial, sequence, next_node_++};
  }

  const SiteEntry* site(const Site& site) const noexcept {
    const SiteEntry& entry = sites_[slot_of(site)];
    if (entry.format != site.format.data() || entry.format_bytes != site.format.size() ||
        entry.signature != site.signature) {
      return nullptr;
    }
    for (unsigned i = 0; i < site.signature->fields; ++i) {
      if (entry.names[i] != site.names[i].text) return nullptr;
    }
    return &entry;
  }

  // An index fits into 16 bits: a slab has no room for more definitions.
  const SiteEntry& add_site(const Site& site) noexcept {
    const std::size_t slot = slot_of(site);
    used_sites_ |= std::uint64_t{1} << slot;
    SiteEntry& entry = sites_[slot];
    entry = {site.format.data(), site.format.size(), site.signature, next_site_++, {}};
    for (unsigned i = 0; i < site.signature->fields; ++i) entry.names[i] = site.names[i].text;
    return entry;
  }

 private:
  static constexpr std::size_t slots = 64;  // one bit each in `used_…`

  static std::size_t first(std::uint64_t used) noexcept {
    return static_cast<std::size_t>(std::countr_zero(used));
  }
  static std::size_t slot_of(const Site& site) noexcept {
    const auto a = reinterpret_cast<std::uintptr_t>(site.format.data());
    const auto b = reinterpret_cast<std::uintptr_t>(site.signature);
    return (a ^ (a >> 7) ^ (b >> 3)) % slots;
  }

  std::uint64_t used_nodes_ = 0;
  std::uint64_t used_sites_ = 0;
  std::uint32_t next_node_ = 0;
  std::uint32_t next_site_ = 0;
  std::array<NodeEntry, slots> nodes_{};
  std::array<SiteEntry, slots> sites_{};
};

}  // namespace trace::detail
