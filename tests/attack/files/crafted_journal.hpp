// SPDX-License-Identifier: Apache-2.0
// Journals that no session has written: a header with what the attacker wants in it, and slabs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "journal/format.hpp"

namespace trace::testing {

inline const std::string crafted_session = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

class CraftedJournal {
 public:
  // Bound for the file at `endpoint`.
  explicit CraftedJournal(const std::string& endpoint,
                          const std::string& session = crafted_session);

  detail::journal::FileHeader& header() { return *header_; }
  void docker_client(const std::string& program);
  void extent(std::uint64_t offset, std::uint32_t slab_bytes, std::uint32_t count);
  // A slab whose one event fills it.
  void full_slab(std::uint64_t offset, std::uint32_t bytes, std::uint32_t lane);
  // A slab that says it is full, with nothing in it but its header.
  void hollow_slab(std::uint64_t offset, std::uint32_t bytes, std::uint32_t lane);

  // Mode 0600. `bytes`: its length, 0: as long as what is in it.
  void write(const std::string& path, std::uint64_t bytes = 0) const;

 private:
  struct Piece {
    std::uint64_t offset;
    std::string bytes;
  };
  std::unique_ptr<detail::journal::FileHeader> header_;
  std::vector<Piece> pieces_;
};

}  // namespace trace::testing
