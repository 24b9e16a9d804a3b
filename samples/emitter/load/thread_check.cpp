// SPDX-License-Identifier: Apache-2.0
#include "emitter/load/thread_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "emitter/output/text.hpp"

namespace trace::cli::load {

void Findings::add(std::uint64_t first, std::uint64_t last) {
  constexpr std::size_t few = 5;
  count_ += last - first + 1;
  if (!first_few_.empty() && first_few_.back().last + 1 == first && !more_) {
    first_few_.back().last = last;
  } else if (first_few_.size() < few) {
    first_few_.push_back({first, last});
  } else {
    more_ = true;
  }
}

std::string Findings::text() const {
  std::string out = output::thousands(count_) + ":";
  for (const Range& range : first_few_) {
    out += fmt::format("{} {}", &range == first_few_.data() ? "" : ",", range.first);
    if (range.last > range.first) out += fmt::format("-{}", range.last);
  }
  return out + (more_ ? " …" : "");
}

void ThreadCheck::see(std::uint64_t n) {
  ++events_;
  if (n > highest_) {
    if (n > highest_ + 1) gaps_.emplace(highest_ + 1, n - 1);
    highest_ = n;
    return;
  }
  const auto after = gaps_.upper_bound(n);
  const auto gap = after == gaps_.begin() ? gaps_.end() : std::prev(after);
  if (gap == gaps_.end() || gap->second < n) {
    duplicated_.add(n);
    return;
  }
  out_of_order_.add(n);
  const auto [first, last] = *gap;
  gaps_.erase(gap);
  if (first < n) gaps_.emplace(first, n - 1);
  if (n < last) gaps_.emplace(n + 1, last);
}

Findings ThreadCheck::missing_of(std::uint64_t returned) const {
  Findings missing;
  for (const auto& [first, last] : gaps_) {
    if (first <= returned) missing.add(first, std::min(last, returned));
  }
  if (returned > highest_) missing.add(highest_ + 1, returned);
  return missing;
}

std::vector<std::string> ThreadCheck::problems(std::uint64_t returned) const {
  std::vector<std::string> lines;
  const auto tell = [&](const char* what, const Findings& findings) {
    if (findings.count() > 0) lines.push_back(fmt::format("{} {}", what, findings.text()));
  };
  tell("missing", missing_of(returned));
  tell("duplicated", duplicated_);
  tell("out of order", out_of_order_);
  if (highest_ > returned + 1) {
    lines.push_back(fmt::format("in the store up to {}, but only {} were returned",
                                output::thousands(highest_), output::thousands(returned)));
  }
  return lines;
}

}  // namespace trace::cli::load
