// SPDX-License-Identifier: Apache-2.0
// GapSet: the sequences that one emitter has skipped, as far as one batch of its events needs them,
// and the change that the batch makes. Emitters number their events 1, 2, 3 … without a gap and
// send them in that order, so the set stays empty unless events were lost or arrive late.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "collector/store/rows.hpp"

namespace trace::collector::run {

class GapSet {
 public:
  GapSet() = default;
  // The stored ranges that contain a sequence of the batch; they do not overlap.
  explicit GapSet(std::vector<store::Range> stored);

  // Adds the skipped sequences first … last, none of which is in the set.
  void add(std::uint64_t first, std::uint64_t last);
  // Removes a sequence that has arrived. No effect when it is not in the set.
  void remove(std::uint64_t sequence);

  // Stored ranges that no longer exist as such, and ranges to store.
  std::vector<store::Range> closed() const;
  std::vector<store::Range> opened() const;

 private:
  bool contains(const store::Range& range) const;

  std::vector<store::Range> stored_ = {};
  std::map<std::uint64_t, std::uint64_t> first_by_last_ = {};
};

}  // namespace trace::collector::run
