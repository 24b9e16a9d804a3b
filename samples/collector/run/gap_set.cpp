// SPDX-License-Identifier: Apache-2.0
#include "collector/run/gap_set.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace trace::collector::run {

using store::Range;

GapSet::GapSet(std::vector<Range> stored) : stored_(std::move(stored)) {
  for (const Range& range : stored_) add(range.first, range.last);
}

void GapSet::add(std::uint64_t first, std::uint64_t last) {
  assert(first >= 1 && first <= last);
  const bool is_new = first_by_last_.emplace(last, first).second;
  assert(is_new);
  static_cast<void>(is_new);
}

void GapSet::remove(std::uint64_t sequence) {
  const auto place = first_by_last_.lower_bound(sequence);
  if (place == first_by_last_.end() || sequence < place->second) return;
  const auto [last, first] = *place;
  first_by_last_.erase(place);
  if (first < sequence) add(first, sequence - 1);
  if (sequence < last) add(sequence + 1, last);
}

bool GapSet::contains(const Range& range) const {
  const auto place = first_by_last_.find(range.last);
  return place != first_by_last_.end() && place->second == range.first;
}

std::vector<Range> GapSet::closed() const {
  std::vector<Range> ranges;
  std::copy_if(stored_.begin(), stored_.end(), std::back_inserter(ranges),
               [this](const Range& range) { return !contains(range); });
  return ranges;
}

std::vector<Range> GapSet::opened() const {
  // Both are in ascending order.
  std::vector<Range> ranges;
  auto known = stored_.begin();
  for (const auto& [last, first] : first_by_last_) {
    while (known != stored_.end() && known->last < last) ++known;
    if (known != stored_.end() && *known == Range{first, last}) continue;
    ranges.push_back({first, last});
  }
  return ranges;
}

}  // namespace trace::collector::run
