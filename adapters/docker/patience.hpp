// SPDX-License-Identifier: Apache-2.0
// Patience: retries with growing pauses while a daemon does not respond. One per container, for
// everything that is asked about it: the time limit counts from the last response, so that a dead
// daemon is waited for only once. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>

#include "child/loop.hpp"

namespace trace::docker {

class Patience {
 public:
  // `longest`: enough for a daemon to restart on a busy machine.
  Patience(child::Loop& loop, std::chrono::milliseconds longest) : loop_(loop), longest_(longest) {}

  void responded() noexcept { since_ = child::Steady::now(); }
  // Starts a new operation, with the full time unless the daemon was already given up.
  void begin() noexcept {
    pause_ = first_pause;
    if (!over_) responded();
  }
  // Returns false to give up, otherwise pauses before the next attempt.
  bool wait() {
    if (over_ || child::Steady::now() - since_ >= longest_) {
      over_ = true;
      return false;
    }
    loop_.run_until([] { return false; }, child::Steady::now() + pause_);
    pause_ = std::min(pause_ * 2, longest_pause);
    return true;
  }
  void set_longest(std::chrono::milliseconds longest) noexcept { longest_ = longest; }

 private:
  static constexpr std::chrono::milliseconds first_pause{100};
  static constexpr std::chrono::milliseconds longest_pause{2000};

  child::Loop& loop_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds pause_ = first_pause;
  child::Steady::time_point since_ = child::Steady::now();
  bool over_ = false;
};

}  // namespace trace::docker
