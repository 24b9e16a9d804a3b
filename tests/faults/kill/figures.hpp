// SPDX-License-Identifier: Apache-2.0
// Figures: what the kill harness counts, over all of its rounds. Plain data, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace trace::testing {

struct Figures {
  std::uint64_t kills = 0;              // of emitters
  std::uint64_t left_behind = 0;        // of these: with unacknowledged events
  std::uint64_t unacknowledged = 0;     // those events
  std::uint64_t recovery_kills = 0;     // of `shiptrace recover`
  std::uint64_t hit_a_recovery = 0;     // kills of either while it delivered another's journal
  std::uint64_t collector_kills = 0;    // of the backend
  std::uint64_t collector_at_work = 0;  // of these: while events of the living emitter were due

  std::uint64_t recorded = 0;  // accepted while the emitters lived
  std::chrono::duration<double> lived{};

  std::uint64_t compared = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t torn = 0;  // events and slabs that make no sense

  std::vector<std::string> problems;  // explanations of the numbers

  double offered() const {
    return lived.count() > 0 ? static_cast<double>(recorded) / lived.count() : 0;
  }
  bool kept_everything() const {
    return problems.empty() && lost + duplicated + out_of_order + torn == 0;
  }
};

}  // namespace trace::testing
