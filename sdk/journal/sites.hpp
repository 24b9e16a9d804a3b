// SPDX-License-Identifier: Apache-2.0
// Sites: the call sites of a session by number. Events refer to a call site by this number once the
// journal's tables contain its definition, instead of defining it in each slab.
//
// One caller at a time of find() and add(), which do not allocate, because record() calls them;
// copy_site() from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <trace/detail/site_table.hpp>

#include "journal/format.hpp"

namespace trace::detail::journal {

// The definitions of call sites that a journal's events refer to by number.
class SiteDefinitions {
 public:
  virtual ~SiteDefinitions() = default;
  // Copies the record of the call site; false if there is none or if its bytes are destroyed.
  virtual bool copy_site(std::uint32_t number, std::vector<std::byte>& to) const = 0;
};

// The bytes of the call site's definition, a multiple of 8.
std::size_t definition_bytes(const Site& site) noexcept;
// Writes a SiteDefinition of definition_bytes(); returns its end.
std::byte* define_site(std::byte* to, const Site& site, std::uint32_t index) noexcept;

class Sites final : public SiteDefinitions {
 public:
  static constexpr std::uint32_t most_sites = site_of_slab;

  Sites();  // throws std::bad_alloc
  ~Sites() override;
  Sites(const Sites&) = delete;
  Sites& operator=(const Sites&) = delete;

  // The number of a call site with the same definition, except for its index.
  std::optional<std::uint32_t> find(std::span<const std::byte> record) const noexcept;
  // The number of the next call site; most_sites: there is no room for one.
  std::uint32_t next() const noexcept { return count_.load(std::memory_order_relaxed); }
  // Adds the next one, which find() has not found. The record outlives this object.
  void add(std::span<const std::byte> record) noexcept;

  bool copy_site(std::uint32_t number, std::vector<std::byte>& to) const override;

 private:
  struct Entry {
    const std::byte* record;
    std::size_t bytes;
    std::uint64_t hash;  // a truncation of the file may destroy the record
  };
  static constexpr std::size_t slots = 2 * std::size_t{most_sites};
  static std::uint64_t hash_of(std::span<const std::byte> record) noexcept;

  Entry* entries_ = nullptr;          // by number; their pages are zero until touched
  std::uint32_t* numbers_ = nullptr;  // by hash, plus one; 0: a free slot
  std::atomic<std::uint32_t> count_{0};
};

}  // namespace trace::detail::journal
