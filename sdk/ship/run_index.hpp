// SPDX-License-Identifier: Apache-2.0
// RunIndex: finds a run's number by its id. A flat hash table of eight bytes an entry, because a
// session may have 65,536 runs; the ids themselves belong to the registry. Part of RunRegistry, not
// thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace trace::detail::ship {

class RunIndex {
 public:
  // `id_of(number)` returns the id of a run that was added.
  template <class IdOf>
  std::optional<std::uint32_t> find(std::string_view id, const IdOf& id_of) const {
    if (entries_.empty()) return std::nullopt;
    const std::uint32_t hash = hash_of(id);
    for (std::size_t at = hash & mask(); entries_[at].in_use(); at = (at + 1) & mask()) {
      const Entry& entry = entries_[at];
      if (entry.hash == hash && id_of(entry.number()) == id) return entry.number();
    }
    return std::nullopt;
  }

  // The id must not be in the index.
  void add(std::string_view id, std::uint32_t number) {
    if (4 * (count_ + 1) > 3 * entries_.size()) grow();
    insert({hash_of(id), number + 1});
    ++count_;
  }

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t number_plus_one = 0;  // 0: free

    bool in_use() const noexcept { return number_plus_one != 0; }
    std::uint32_t number() const noexcept { return number_plus_one - 1; }
  };

  static std::uint32_t hash_of(std::string_view id) noexcept {
    return static_cast<std::uint32_t>(std::hash<std::string_view>()(id));
  }
  std::size_t mask() const noexcept { return entries_.size() - 1; }

  void insert(const Entry& entry) noexcept {
    std::size_t at = entry.hash & mask();
    while (entries_[at].in_use()) at = (at + 1) & mask();
    entries_[at] = entry;
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? least_entries : 2 * entries_.size());
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.in_use()) insert(entry);
    }
  }

  static constexpr std::size_t least_entries = 16;
  static_assert(std::has_single_bit(least_entries));

  std::vector<Entry> entries_;  // a power of two of them, at most three quarters in use
  std::size_t count_ = 0;
};

}  // namespace trace::detail::ship
