// SPDX-License-Identifier: Apache-2.0
// Quarantine: damaged parts of dead sessions' files, kept for analysis in "quarantine/" beside the
// journals. It has a share of the directory's budget: the oldest are removed first, and only a
// limited number of slabs of one journal is copied. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "journal/directory.hpp"

namespace trace::detail::recovery {

class Quarantine {
 public:
  static constexpr std::size_t most_copies = 16;

  Quarantine(journal::SharedDirectory directory, std::uint64_t budget);

  // False: enough of this journal was copied.
  bool takes_copies() const noexcept { return copies_ < most_copies; }
  // Counts something that is not kept.
  void pass_over() noexcept { ++found_; }
  // Keeps a copy under this name.
  void copy(const std::string& name, std::span<const std::byte> bytes) noexcept;
  // Moves a file of the directory.
  void take(std::string_view name) noexcept;

  // Number of damaged parts, kept or not.
  std::size_t found() const noexcept { return found_; }
  std::size_t kept() const noexcept { return kept_; }
  // Number of older files that were removed.
  std::size_t removed() const noexcept { return removed_; }

 private:
  journal::SharedDirectory opened();
  // False: there is not enough room.
  bool make_room(const journal::JournalDirectory& place, std::uint64_t bytes);

  const journal::SharedDirectory directory_;
  const std::uint64_t budget_;
  journal::SharedDirectory place_;
  std::size_t found_ = 0;
  std::size_t kept_ = 0;
  std::size_t copies_ = 0;
  std::size_t removed_ = 0;
};

}  // namespace trace::detail::recovery
