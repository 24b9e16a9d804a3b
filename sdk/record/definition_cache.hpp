// DefinitionCache: which nodes and call sites a lane's current slab has defined already, so that
// each record carries two small indices instead of strings. Direct-mapped: a collision costs one
// more definition in the slab, never a wrong one. Used by the lane's thread only.
#pragma once

#include <trace/record.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace trace::detail {

// What is constant about a call of record(): literals and a static object, so addresses identify.
struct Site {
  std::string_view format;
  const Signature* signature;
  const FieldName* names;  // signature->fields of them
};

class DefinitionCache {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  // Forgets everything: a new slab was opened.
  void clear() noexcept {
    ++epoch_;
    next_node_ = 0;
    next_site_ = 0;
  }

  std::uint32_t node(std::uint64_t serial) const noexcept {
    const NodeEntry& entry = nodes_[serial % nodes_.size()];
    return entry.epoch == epoch_ && entry.serial == serial ? entry.index : none;
  }

  std::uint32_t add_node(std::uint64_t serial) noexcept {
    nodes_[serial % nodes_.size()] = {serial, epoch_, next_node_};
    return next_node_++;
  }

  std::uint32_t site(const Site& site) const noexcept {
    const SiteEntry& entry = sites_[slot_of(site)];
    if (entry.epoch != epoch_ || entry.format != site.format.data() ||
        entry.format_bytes != site.format.size() || entry.signature != site.signature) {
      return none;
    }
    for (unsigned i = 0; i < site.signature->fields; ++i) {
      if (entry.names[i] != site.names[i].text) return none;
    }
    return entry.index;
  }

  // Indices fit 16 bits: a slab has no room for as many definitions.
  std::uint32_t add_site(const Site& site) noexcept {
    SiteEntry& entry = sites_[slot_of(site)];
    entry.format = site.format.data();
    entry.format_bytes = site.format.size();
    entry.signature = site.signature;
    for (unsigned i = 0; i < site.signature->fields; ++i) entry.names[i] = site.names[i].text;
    entry.epoch = epoch_;
    entry.index = next_site_;
    return next_site_++;
  }

 private:
  struct NodeEntry {
    std::uint64_t serial = 0;
    std::uint64_t epoch = 0;
    std::uint32_t index = 0;
  };
  struct SiteEntry {
    const char* format = nullptr;
    std::size_t format_bytes = 0;
    const Signature* signature = nullptr;
    std::array<const char*, 8> names{};
    std::uint64_t epoch = 0;
    std::uint32_t index = 0;
  };

  std::size_t slot_of(const Site& site) const noexcept {
    const auto a = reinterpret_cast<std::uintptr_t>(site.format.data());
    const auto b = reinterpret_cast<std::uintptr_t>(site.signature);
    return (a ^ (a >> 7) ^ (b >> 3)) % sites_.size();
  }

  std::uint64_t epoch_ = 1;
  std::uint32_t next_node_ = 0;
  std::uint32_t next_site_ = 0;
  std::array<NodeEntry, 64> nodes_{};
  std::array<SiteEntry, 64> sites_{};
};

}  // namespace trace::detail
